#include "graph/attributes.hpp"

#include <openvino/core/attribute_visitor.hpp>

namespace octet {
namespace {

class AttributeReader final : public ov::AttributeVisitor {
public:
    explicit AttributeReader(const std::string& wanted) : wanted_(wanted) {}

    void on_adapter(const std::string&, ov::ValueAccessor<void>&) override {}
    void on_adapter(const std::string& name, ov::ValueAccessor<bool>& adapter) override {
        take(name, adapter.get() ? "true" : "false");
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<std::string>& adapter) override {
        take(name, adapter.get());
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<int64_t>& adapter) override {
        take(name, std::to_string(adapter.get()));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<double>& adapter) override {
        take(name, std::to_string(adapter.get()));
    }

    std::string value;

private:
    void take(const std::string& name, const std::string& text) {
        if (name == wanted_) {
            value = text;
        }
    }
    const std::string& wanted_;
};

}  // namespace

std::string attribute(const ov::Node& node, const std::string& name) {
    AttributeReader reader(name);
    // Visiting only reads here; the interface is not const because the same call also restores attributes.
    const_cast<ov::Node&>(node).visit_attributes(reader);
    return reader.value;
}

}  // namespace octet

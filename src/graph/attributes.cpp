#include "graph/attributes.hpp"

#include <charconv>
#include <optional>
#include <vector>

#include <openvino/core/attribute_visitor.hpp>

#include "graph/weight_layout.hpp"

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
    void on_adapter(const std::string& name, ov::ValueAccessor<int32_t>& adapter) override {
        take(name, text(std::vector{adapter.get()}));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<int64_t>& adapter) override {
        take(name, text(std::vector{adapter.get()}));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<uint64_t>& adapter) override {
        take(name, text(std::vector{adapter.get()}));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<float>& adapter) override {
        take(name, text(std::vector{adapter.get()}));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<double>& adapter) override {
        take(name, text(std::vector{adapter.get()}));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<std::vector<int32_t>>& adapter) override {
        take(name, text(adapter.get()));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<std::vector<int64_t>>& adapter) override {
        take(name, text(adapter.get()));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<std::vector<uint64_t>>& adapter) override {
        take(name, text(adapter.get()));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<std::vector<float>>& adapter) override {
        take(name, text(adapter.get()));
    }
    void on_adapter(const std::string& name, ov::ValueAccessor<std::vector<double>>& adapter) override {
        take(name, text(adapter.get()));
    }

    std::string value;

private:
    /// Shortest that reads back the same, commas between.
    template <class Number>
    static std::string text(const std::vector<Number>& numbers) {
        std::string list;
        for (const Number number : numbers) {
            char digits[32];
            const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
            list += (list.empty() ? "" : ",") + std::string(digits, end);
        }
        return list;
    }

    void take(const std::string& name, const std::string& text) {
        if (name == wanted_) {
            value = text;
        }
    }
    const std::string& wanted_;
};

/// What POT's graph has as attributes and OpenVINO's as shapes; empty for other names and operations.
std::string derived_attribute(const ov::Node& node, const std::string& name) {
    const auto layout = name == "group" || name == "output" ? weight_layout(node) : std::nullopt;
    if (!layout || layout->kernel.empty()) {
        return "";
    }
    return std::to_string(name == "group" ? layout->groups : layout->groups * layout->outputs);
}

}  // namespace

std::string attribute(const ov::Node& node, const std::string& name) {
    if (auto derived = derived_attribute(node, name); !derived.empty()) {
        return derived;
    }
    AttributeReader reader(name);
    // Visiting only reads here; the interface is not const because the same call also restores attributes.
    const_cast<ov::Node&>(node).visit_attributes(reader);
    return reader.value;
}

}  // namespace octet

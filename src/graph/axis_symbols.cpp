#include "graph/axis_symbols.hpp"

#include <openvino/core/symbol.hpp>

namespace octet::rewrite {

AxisSymbols::AxisSymbols(ov::Model& model) {
    for (const auto& parameter : model.get_parameters()) {
        const auto original = parameter->get_partial_shape();
        if (original.rank().is_dynamic() || original.is_static()) {
            continue;
        }
        auto shape = original;
        for (auto& axis : shape) {
            if (axis.is_dynamic() && !axis.has_symbol()) {
                axis.set_symbol(std::make_shared<ov::Symbol>());
            }
        }
        parameter->set_partial_shape(shape);
        original_.emplace_back(parameter, original);
    }
    if (!original_.empty()) {
        model.validate_nodes_and_infer_types();
    }
}

AxisSymbols::~AxisSymbols() {
    for (const auto& [parameter, shape] : original_) {
        parameter->set_partial_shape(shape);
    }
}

bool are_same_shape(const ov::PartialShape& a, const ov::PartialShape& b) {
    if (a.rank().is_dynamic() || b.rank().is_dynamic() || a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        const bool are_static = a[i].is_static() && a[i] == b[i];
        if (!are_static && !(a[i] == b[i] && a[i].has_symbol() && b[i].has_symbol() &&
                             ov::symbol::are_equal(a[i].get_symbol(), b[i].get_symbol()))) {
            return false;
        }
    }
    return true;
}

}  // namespace octet::rewrite

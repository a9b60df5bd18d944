#include "pipeline/validate.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include <openvino/op/constant.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "graph/bias.hpp"
#include "graph/bodies.hpp"
#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/inspect.hpp"
#include "graph/operations.hpp"
#include "numeric/reduce.hpp"

namespace octet {
namespace {

using ov::op::v0::Constant;

struct Findings {
    bool has_nan = false;
    bool has_infinity = false;
    std::size_t element = 0;  // of the first
};

template <class Value>
Findings scan(const Value* values, std::size_t count) {
    // x - x is 0 for finite x, else NaN: one pass that the compiler turns into vectors, the place only where needed.
    bool is_finite = true;
    for (std::size_t i = 0; i < count; ++i) {
        const float value = static_cast<float>(values[i]);
        is_finite &= value - value == 0;
    }
    Findings findings;
    for (std::size_t i = 0; !is_finite && i < count; ++i) {
        const float value = static_cast<float>(values[i]);
        if (std::isfinite(value) || (findings.has_infinity && std::isinf(value))) {
            continue;
        }
        findings.element = i;
        if (std::isnan(value)) {
            findings.has_nan = true;
            break;
        }
        findings.has_infinity = true;
    }
    return findings;
}

Findings scan(const Constant& constant) {
    const std::size_t count = ov::shape_size(constant.get_shape());
    switch (constant.get_element_type()) {
        case ov::element::f32:
            return scan(constant.get_data_ptr<float>(), count);
        case ov::element::f16:
            return scan(constant.get_data_ptr<ov::float16>(), count);
        case ov::element::bf16:
            return scan(constant.get_data_ptr<ov::bfloat16>(), count);
        default:
            return {};
    }
}

/// Does a weighted operation read the constant?
bool is_weights(const Quantizer& quantizer) {
    return std::any_of(quantizer.inputs.begin(), quantizer.inputs.end(), [](const QuantizedInput& input) {
        return std::any_of(input.operations.begin(), input.operations.end(),
                           [](const ov::Node* operation) { return is_weighted(*operation); });
    });
}

/// `what f32[64,3,7,7]` of `where`: what was expected and what came.
[[noreturn]] void refuse(const Constant& constant, const std::string& where, const char* got, std::size_t element) {
    throw Error(ErrorCode::Numeric, where,
                describe(constant.get_element_type(), constant.get_shape()) + ": expected finite values, got " + got +
                    " at element " + std::to_string(element));
}

/// `must_be_finite`: constants that infinity may not be in either.
void check_constants(const GraphIndex& graph, const std::set<const Constant*>& must_be_finite) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto* constant = ov::as_type<const Constant>(&graph[i]);
        if (!constant || !constant->get_element_type().is_real()) {
            continue;
        }
        const auto findings = scan(*constant);
        const auto readers = graph.successors(i);
        const std::string where =
            readers.empty() ? constant->get_friendly_name() : graph[readers[0]].get_friendly_name() + " constant";
        if (findings.has_nan) {
            refuse(*constant, where, "NaN", findings.element);
        }
        if (findings.has_infinity && must_be_finite.count(constant)) {
            refuse(*constant, where, "infinity", findings.element);
        }
    }
}

}  // namespace

void refuse_quantized(const ov::Model& model) {
    if (const std::string name = find_quantized_operation(model); !name.empty()) {
        throw Error(ErrorCode::UnsupportedModel, name,
                    "the model is quantized already; give the original floating-point model");
    }
}

void leave_masks(QuantizerPlan& plan) {
    for (std::size_t q = 0; q < plan.quantizers.size();) {
        const auto& quantizer = plan.quantizers[q];
        if (quantizer.kind == TensorKind::Weights && !is_weights(quantizer) &&
            !find_extremes(float_values(*find_constant(quantizer.tensor))).is_bounded) {
            remove_quantizer(plan, q, "infinity or a value beyond 1e30 in its constant");
            q = 0;
        } else {
            ++q;
        }
    }
}

void check_constants(const ov::Model& model, const QuantizerPlan& plan) {
    std::set<const Constant*> must_be_finite;
    for (const auto& quantizer : plan.quantizers) {
        if (quantizer.kind == TensorKind::Weights && is_weights(quantizer)) {
            must_be_finite.insert(find_constant(quantizer.tensor).get());
        }
        for (const auto& input : quantizer.inputs) {
            for (const auto* operation : input.operations) {
                if (const auto bias = is_weighted(*operation) ? find_bias(*operation) : std::nullopt) {
                    const auto constant = find_constant(bias->add->input_value(bias->port));
                    if (is_bias_shape(*operation, constant->get_shape())) {
                        must_be_finite.insert(constant.get());
                    }
                }
            }
        }
    }
    for (const auto& part : all_graphs(model)) {
        check_constants(GraphIndex(*part.model), must_be_finite);
    }
}

}  // namespace octet

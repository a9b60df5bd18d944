#include <cmath>
#include <string>
#include <vector>

#include <openvino/core/graph_util.hpp>
#include <openvino/core/rt_info.hpp>
#include <openvino/core/runtime_attribute.hpp>
#include <openvino/core/type/float16.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/fake_quantize.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/subtract.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

#include "graph/index.hpp"
#include "graph/stored_weights.hpp"
#include "graph/write.hpp"

namespace octet {
namespace {

using ov::op::v0::Constant;

/// Below this number of elements nothing is saved, and what is that small is often an epsilon or a threshold.
constexpr std::size_t kSmallest = 16;

/// Largest error of the whole constant, relative to its norm; f16's own rounding makes 2.4e-4.
constexpr double kLargestError = 1e-3;

/// OpenVINO knows the Convert behind a compressed constant by this attribute's name, in memory and in an IR.
class Decompression : public ov::RuntimeAttribute {
public:
    OPENVINO_RTTI("decompression", "0", ov::RuntimeAttribute);
    bool visit_attributes(ov::AttributeVisitor&) override {
        return true;
    }
    bool is_copyable() const override {
        return false;
    }
};

/// Is `input` a limit of a FakeQuantize, or the scale or the zero point of stored integer weights?
bool is_part_of_quantizer(const ov::Input<ov::Node>& input, const GraphIndex& graph) {
    ov::Node& reader = *input.get_node();
    if (ov::is_type<ov::op::v0::FakeQuantize>(&reader)) {
        return input.get_index() != 0;
    }
    if (ov::is_type<ov::op::v1::Subtract>(&reader)) {
        for (const auto& next : graph.consumers(reader.output(0))) {
            if (match_stored_weights(*next.get_node())) {
                return true;
            }
        }
        return false;
    }
    return match_stored_weights(reader).has_value();
}

/// The constant in f16; null where that would change it by more than rounding.
std::shared_ptr<Constant> as_f16(const Constant& constant) {
    const float* values = constant.get_data_ptr<float>();
    ov::Tensor tensor(ov::element::f16, constant.get_shape());
    auto* out = tensor.data<ov::float16>();
    double error = 0;
    double norm = 0;
    for (std::size_t i = 0; i < tensor.get_size(); ++i) {
        out[i] = ov::float16(values[i]);
        const double difference = static_cast<double>(static_cast<float>(out[i])) - values[i];
        error += difference * difference;
        norm += static_cast<double>(values[i]) * values[i];
    }
    // Infinity and NaN make the sums what no comparison accepts.
    return error <= kLargestError * kLargestError * norm ? std::make_shared<Constant>(tensor) : nullptr;
}

void compress(const std::shared_ptr<Constant>& constant, const GraphIndex& graph) {
    if (constant->get_element_type() != ov::element::f32 || ov::shape_size(constant->get_shape()) < kSmallest) {
        return;
    }
    const auto readers = graph.consumers(constant->output(0));
    for (const auto& input : readers) {
        if (is_part_of_quantizer(input, graph)) {
            return;
        }
    }
    const auto small = as_f16(*constant);
    if (!small || readers.empty()) {
        return;
    }
    const std::string name = constant->get_friendly_name();
    const auto convert = std::make_shared<ov::op::v0::Convert>(small, ov::element::f32);
    ov::copy_runtime_info(constant, {small, convert});
    convert->get_rt_info()[Decompression::get_type_info_static()] = Decompression();
    convert->set_friendly_name(name);
    small->set_friendly_name(name + "/f16");
    ov::replace_node(constant, convert);
}

}  // namespace

void compress_constants_to_fp16(ov::Model& model) {
    const GraphIndex graph(model);
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto node = graph[i].shared_from_this();
        if (const auto constant = ov::as_type_ptr<Constant>(node)) {
            compress(constant, graph);
        } else if (const auto parent = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
            for (const auto& body : parent->get_functions()) {
                compress_constants_to_fp16(*body);
            }
        }
    }
}

}  // namespace octet

#pragma once

// Small models for tests, built operation by operation.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <openvino/op/ops.hpp>
#include <openvino/openvino.hpp>

namespace octet::testing {

using Output = ov::Output<ov::Node>;

inline std::vector<float> random_floats(std::size_t count, unsigned seed, float scale = 1, float offset = 0) {
    // Not std::normal_distribution: its numbers differ between standard libraries.
    std::mt19937 generator(seed);
    std::vector<float> values(count);
    for (float& value : values) {
        value = (static_cast<float>(generator() >> 8) / static_cast<float>(1U << 23) - 1) * scale + offset;
    }
    return values;
}

inline std::shared_ptr<ov::op::v0::Constant> constant(const ov::Shape& shape, const std::vector<float>& values,
                                                      const std::string& name = "") {
    auto node = ov::op::v0::Constant::create(ov::element::f32, shape, values);
    if (!name.empty()) {
        node->set_friendly_name(name);
    }
    return node;
}

inline std::shared_ptr<ov::op::v0::Constant> random_constant(const ov::Shape& shape, unsigned seed,
                                                             const std::string& name = "") {
    return constant(shape, random_floats(ov::shape_size(shape), seed), name);
}

inline std::shared_ptr<ov::op::v0::Constant> integers(const std::vector<int64_t>& values) {
    return ov::op::v0::Constant::create(ov::element::i64, {values.size()}, values);
}

template <class Node, class... Arguments>
std::shared_ptr<Node> make(const std::string& name, Arguments&&... arguments) {
    auto node = std::make_shared<Node>(std::forward<Arguments>(arguments)...);
    node->set_friendly_name(name);
    return node;
}

inline std::shared_ptr<ov::op::v0::Parameter> parameter(const ov::PartialShape& shape, const std::string& name = "x") {
    auto node = make<ov::op::v0::Parameter>(name, ov::element::f32, shape);
    node->output(0).set_names({name});
    return node;
}

struct ConvolutionSpec {
    std::size_t outputs = 4, kernel = 3;
    std::size_t stride = 1, dilation = 1;
    std::ptrdiff_t pad = 0;
    bool has_bias = true;
};

/// 2-D convolution `name` with weights `<name>/weights`, and a bias Add `<name>/add`.
inline Output convolution(const Output& input, const std::string& name, unsigned seed,
                          const ConvolutionSpec& spec = {}) {
    const std::size_t inputs = static_cast<std::size_t>(input.get_partial_shape()[1].get_length());
    const auto weights = random_constant({spec.outputs, inputs, spec.kernel, spec.kernel}, seed, name + "/weights");
    const auto node = make<ov::op::v1::Convolution>(
        name, input, weights, ov::Strides{spec.stride, spec.stride}, ov::CoordinateDiff{spec.pad, spec.pad},
        ov::CoordinateDiff{spec.pad, spec.pad}, ov::Strides{spec.dilation, spec.dilation});
    if (!spec.has_bias) {
        return node;
    }
    return make<ov::op::v1::Add>(name + "/add", node,
                                 random_constant({1, spec.outputs, 1, 1}, seed + 1, name + "/bias"));
}

inline Output depthwise(const Output& input, const std::string& name, unsigned seed) {
    const std::size_t channels = static_cast<std::size_t>(input.get_partial_shape()[1].get_length());
    return make<ov::op::v1::GroupConvolution>(
        name, input, random_constant({channels, 1, 1, 3, 3}, seed, name + "/weights"), ov::Strides{1, 1},
        ov::CoordinateDiff{1, 1}, ov::CoordinateDiff{1, 1}, ov::Strides{1, 1});
}

inline Output relu(const Output& input, const std::string& name) {
    return make<ov::op::v0::Relu>(name, input);
}

inline std::shared_ptr<ov::Model> model_of(const ov::OutputVector& outputs, const ov::ParameterVector& parameters) {
    ov::ResultVector results;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        outputs[i].get_tensor().add_names({"out" + std::to_string(i)});
        results.push_back(make<ov::op::v0::Result>("result" + std::to_string(i), outputs[i]));
    }
    return std::make_shared<ov::Model>(results, parameters, "test");
}

inline ov::Tensor random_tensor(const ov::Shape& shape, unsigned seed, float scale = 1, float offset = 0) {
    ov::Tensor tensor(ov::element::f32, shape);
    const auto values = random_floats(tensor.get_size(), seed, scale, offset);
    std::copy(values.begin(), values.end(), tensor.data<float>());
    return tensor;
}

/// All outputs for one set of inputs, computed in f32 on one thread.
inline std::vector<ov::Tensor> infer_tensors(const std::shared_ptr<ov::Model>& model,
                                             const std::vector<ov::Tensor>& inputs) {
    ov::Core core;
    auto compiled =
        core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32), ov::inference_num_threads(1));
    auto request = compiled.create_infer_request();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        request.set_input_tensor(i, inputs[i]);
    }
    request.infer();
    std::vector<ov::Tensor> outputs;
    for (std::size_t i = 0; i < model->outputs().size(); ++i) {
        const auto tensor = request.get_output_tensor(i);
        outputs.emplace_back(tensor.get_element_type(), tensor.get_shape());
        tensor.copy_to(outputs.back());
    }
    return outputs;
}

/// The values of f32 outputs.
inline std::vector<std::vector<float>> infer(const std::shared_ptr<ov::Model>& model,
                                             const std::vector<ov::Tensor>& inputs) {
    std::vector<std::vector<float>> outputs;
    for (const auto& tensor : infer_tensors(model, inputs)) {
        outputs.emplace_back(tensor.data<float>(), tensor.data<float>() + tensor.get_size());
    }
    return outputs;
}

}  // namespace octet::testing

#include "models.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include <openvino/op/add.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/op/result.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

namespace octet::test {
namespace {

std::shared_ptr<ov::Model> conv_model_on(const ov::Output<ov::Node>& data, const ov::Output<ov::Node>& weights,
                                         const std::shared_ptr<ov::op::v0::Parameter>& parameter) {
    const auto conv = std::make_shared<ov::op::v1::Convolution>(
        data, weights, ov::Strides{1, 1}, ov::CoordinateDiff{1, 1}, ov::CoordinateDiff{1, 1}, ov::Strides{1, 1});
    conv->set_friendly_name("conv");
    const auto add = std::make_shared<ov::op::v1::Add>(conv, f32_noise("bias/constant", {1, 8, 1, 1}, 3));
    add->set_friendly_name("bias");
    const auto relu = std::make_shared<ov::op::v0::Relu>(add);
    relu->set_friendly_name("relu");
    relu->output(0).set_names({"out"});
    const auto result = std::make_shared<ov::op::v0::Result>(relu);
    result->set_friendly_name("out/sink_port_0");
    return std::make_shared<ov::Model>(ov::ResultVector{result}, ov::ParameterVector{parameter}, "small");
}

std::shared_ptr<ov::op::v0::Parameter> input() {
    const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{1, 3, 8, 8});
    parameter->set_friendly_name("in");
    parameter->output(0).set_names({"in"});
    return parameter;
}

}  // namespace

std::vector<float> noise(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);  // the standard fixes its numbers, unlike those of distributions
    std::vector<float> values(count);
    for (float& value : values) {
        value = static_cast<float>(engine() / 2147483648.0 - 1.0);
    }
    return values;
}

std::shared_ptr<ov::op::v0::Constant> f32(const std::string& name, const ov::Shape& shape, std::vector<float> values) {
    auto constant = std::make_shared<ov::op::v0::Constant>(ov::element::f32, shape, values);
    constant->set_friendly_name(name);
    return constant;
}

std::shared_ptr<ov::op::v0::Constant> f32_noise(const std::string& name, const ov::Shape& shape, unsigned seed) {
    return f32(name, shape, noise(ov::shape_size(shape), seed));
}

std::shared_ptr<ov::op::v0::FakeQuantize> fake_quantize(const std::string& name, const ov::Output<ov::Node>& data,
                                                        const Range& range) {
    const auto scaled = [&](std::vector<float> values) {
        for (float& value : values) {
            value *= range.out_factor;
        }
        return values;
    };
    auto node = std::make_shared<ov::op::v0::FakeQuantize>(
        data, f32(name + "/low", range.shape, range.low), f32(name + "/high", range.shape, range.high),
        f32(name + "/out_low", range.shape, scaled(range.low)),
        f32(name + "/out_high", range.shape, scaled(range.high)), range.levels);
    node->set_friendly_name(name);
    return node;
}

Range symmetric(const ov::Shape& shape) {
    std::vector<float> high = noise(ov::shape_size(shape), 77);
    std::vector<float> low;
    for (float& value : high) {
        value = 0.2F + 0.7F * std::abs(value);
        low.push_back(-value);
    }
    return {.shape = shape, .low = low, .high = high};
}

std::shared_ptr<ov::Model> conv_model(const Range& weights) {
    const auto parameter = input();
    const auto data =
        fake_quantize("conv/fq_input", parameter, {.shape = {}, .low = {-1.F}, .high = {127.F / 128}, .levels = 256});
    return conv_model_on(data, fake_quantize("conv/fq_weights", f32_noise("conv/weights", {8, 3, 3, 3}, 2), weights),
                         parameter);
}

std::shared_ptr<ov::Model> conv_model() {
    return conv_model(symmetric({8, 1, 1, 1}));
}

std::shared_ptr<ov::Model> float_model() {
    const auto parameter = input();
    return conv_model_on(parameter, f32_noise("conv/weights", {8, 3, 3, 3}, 2), parameter);
}

QuantizedModel quantized(const std::shared_ptr<ov::Model>& model) {
    QuantizedModel result;
    result.model = model;
    result.options.model_type = ModelType::None;
    result.options.subset = 3;
    result.report.model_type = "none";
    result.report.samples = 3;
    return result;
}

std::vector<float> run(const std::shared_ptr<ov::Model>& model, unsigned seed) {
    ov::Core core;
    auto compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32));
    auto request = compiled.create_infer_request();
    for (std::size_t i = 0; i < compiled.inputs().size(); ++i) {
        ov::Tensor tensor(ov::element::f32, compiled.input(i).get_shape());
        const auto values = noise(tensor.get_size(), seed + static_cast<unsigned>(i));
        std::copy(values.begin(), values.end(), tensor.data<float>());
        request.set_input_tensor(i, tensor);
    }
    request.infer();
    const auto output = request.get_output_tensor(0);
    return {output.data<float>(), output.data<float>() + output.get_size()};
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    float largest = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        largest = std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

std::shared_ptr<ov::Node> find(const ov::Model& model, const std::string& name) {
    for (const auto& node : model.get_ordered_ops()) {
        if (node->get_friendly_name() == name) {
            return node;
        }
    }
    return nullptr;
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "octet-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path, error);
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> list(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace octet::test

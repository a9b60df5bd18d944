#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>

#include <openvino/core/graph_util.hpp>
#include <openvino/op/util/op_types.hpp>
#include <openvino/runtime/core.hpp>

#include "graph/constants.hpp"
#include "graph/prepare.hpp"

namespace octet::test {

namespace {

ov::Core& core() {
    static ov::Core instance;
    return instance;
}

ov::Tensor random_tensor(const ov::element::Type& type, const ov::Shape& shape, std::mt19937& random) {
    ov::Tensor real(ov::element::f32, shape);
    std::normal_distribution<float> normal(0, 1.5F);
    std::generate_n(real.data<float>(), real.get_size(), [&] { return normal(random); });
    if (type == ov::element::f32) {
        return real;
    }
    ov::Tensor tensor(type, shape);
    for (std::size_t i = 0; i < tensor.get_size(); ++i) {
        const float value = real.data<float>()[i];
        if (type == ov::element::i64) {
            tensor.data<int64_t>()[i] = static_cast<int64_t>(std::abs(value) * 2);
        } else if (type == ov::element::i32) {
            tensor.data<int32_t>()[i] = static_cast<int32_t>(std::abs(value) * 2);
        } else if (type == ov::element::f16) {
            tensor.data<ov::float16>()[i] = ov::float16(value);
        } else if (type == ov::element::boolean) {
            tensor.data<bool>()[i] = value > 0;
        }
    }
    return tensor;
}

std::vector<ov::Tensor> run(const std::shared_ptr<ov::Model>& model, const std::vector<ov::Tensor>& inputs) {
    auto request =
        core()
            .compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32), ov::inference_num_threads(1))
            .create_infer_request();
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

double difference(const ov::Tensor& a, const ov::Tensor& b) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (a.get_shape() != b.get_shape() || a.get_element_type() != b.get_element_type()) {
        return kInfinity;
    }
    const auto left = Constant(a).cast_vector<double>();
    const auto right = Constant(b).cast_vector<double>();
    double worst = 0;
    double largest = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i] == right[i] || (std::isnan(left[i]) && std::isnan(right[i]))) {
            largest = std::isfinite(left[i]) ? std::max(largest, std::abs(left[i])) : largest;
            continue;
        }
        if (!std::isfinite(left[i]) || !std::isfinite(right[i])) {
            return kInfinity;
        }
        largest = std::max(largest, std::abs(left[i]));
        worst = std::max(worst, std::abs(left[i] - right[i]));
    }
    return worst == 0 ? 0 : worst / largest;
}

std::string describe_output(const Value& value) {
    std::string text = value.get_node()->get_friendly_name() + "{";
    std::vector<std::string> names(value.get_names().begin(), value.get_names().end());
    std::sort(names.begin(), names.end());
    for (const auto& name : names) {
        text += name + ",";
    }
    return text + "}" + value.get_element_type().to_string() + value.get_partial_shape().to_string();
}

}  // namespace

std::shared_ptr<ov::op::v0::Parameter> parameter(const ov::PartialShape& shape, const std::string& name,
                                                 const ov::element::Type& type) {
    auto node = std::make_shared<ov::op::v0::Parameter>(type, shape);
    node->set_friendly_name(name);
    node->output(0).set_names({name});
    return node;
}

std::shared_ptr<Constant> constant(const ov::Shape& shape, const std::vector<float>& values) {
    return Constant::create(ov::element::f32, shape, values);
}

std::shared_ptr<Constant> scalar(float value) {
    return constant({}, {value});
}

std::shared_ptr<Constant> indices(const std::vector<int64_t>& values) {
    return Constant::create(ov::element::i64, {values.size()}, values);
}

std::shared_ptr<Constant> numbers(const ov::Shape& shape, unsigned seed, float low, float high) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(low, high);
    std::vector<float> values(ov::shape_size(shape));
    std::generate(values.begin(), values.end(), [&] { return uniform(random); });
    return constant(shape, values);
}

Value compressed(const std::shared_ptr<Constant>& f32) {
    const auto half = Constant::create(ov::element::f16, f32->get_shape(), f32->cast_vector<float>());
    auto convert = std::make_shared<ov::op::v0::Convert>(half, ov::element::f32);
    convert->get_rt_info()["decompression_0"] = true;
    return convert;
}

std::shared_ptr<ov::Node> convolution(const Value& data, const Value& weights, std::ptrdiff_t pad) {
    const std::size_t spatial = weights.get_partial_shape().size() - 2;
    const ov::CoordinateDiff pads(spatial, pad);
    auto node = std::make_shared<ov::op::v1::Convolution>(data, weights, ov::Strides(spatial, 1), pads, pads,
                                                          ov::Strides(spatial, 1));
    node->set_friendly_name("conv");
    return node;
}

std::shared_ptr<ov::Model> model_of(const ov::OutputVector& outputs) {
    ov::ResultVector results;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        auto output = outputs[i];
        output.add_names({"out" + std::to_string(i)});
        results.push_back(std::make_shared<ov::op::v0::Result>(output));
        results.back()->set_friendly_name("result" + std::to_string(i));
    }
    ov::ParameterVector parameters;
    for (const auto& node : ov::topological_sort(ov::as_node_vector({outputs.begin(), outputs.end()}))) {
        if (const auto found = ov::as_type_ptr<ov::op::v0::Parameter>(node)) {
            parameters.push_back(found);
        }
    }
    return std::make_shared<ov::Model>(results, parameters, "test");
}

std::size_t Prepared::count(const std::string& type) const {
    const auto nodes = after->get_ordered_ops();
    return static_cast<std::size_t>(
        std::count_if(nodes.begin(), nodes.end(), [&](const auto& node) { return node->get_type_name() == type; }));
}

std::shared_ptr<ov::Node> Prepared::only(const std::string& type) const {
    std::shared_ptr<ov::Node> found;
    for (const auto& node : after->get_ordered_ops()) {
        if (node->get_type_name() == type) {
            if (found) {
                return nullptr;
            }
            found = node;
        }
    }
    return found;
}

std::vector<std::string> Prepared::types() const {
    std::vector<std::string> types;
    for (const auto& node : after->get_ordered_ops()) {
        if (!ov::op::util::is_parameter(node) && !ov::op::util::is_output(node) && !ov::op::util::is_constant(node)) {
            types.emplace_back(node->get_type_name());
        }
    }
    return types;
}

Prepared prepared(const std::shared_ptr<ov::Model>& model) {
    Prepared result{model->clone(), model, {}};
    result.changes = prepare(*model);
    return result;
}

double output_difference(const std::shared_ptr<ov::Model>& a, const std::shared_ptr<ov::Model>& b,
                         std::size_t dynamic) {
    std::mt19937 random(7);
    std::vector<ov::Tensor> inputs;
    for (const auto& input : a->inputs()) {
        ov::Shape shape;
        for (const auto& size : input.get_partial_shape()) {
            shape.push_back(size.is_static() ? static_cast<std::size_t>(size.get_length()) : dynamic);
        }
        inputs.push_back(random_tensor(input.get_element_type(), shape, random));
    }
    const auto left = run(a, inputs);
    const auto right = run(b, inputs);
    double worst = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        worst = std::max(worst, difference(left[i], right[i]));
    }
    return worst;
}

std::string interface_of(const ov::Model& model) {
    std::string text;
    for (const auto& node : model.get_parameters()) {
        text += describe_output(node->output(0)) + "\n";
    }
    for (const auto& node : model.get_results()) {
        text += describe_output(node->output(0)) + " from " + describe_output(node->input_value(0)) + "\n";
    }
    return text;
}

bool has_unique_names(const ov::Model& model) {
    std::set<std::string> names;
    const auto nodes = model.get_ops();
    return std::all_of(nodes.begin(), nodes.end(),
                       [&](const auto& node) { return names.insert(node->get_friendly_name()).second; });
}

std::vector<float> values_of(const Value& value) {
    const auto found = find_constant(value);
    return found ? float_values(*found) : std::vector<float>{};
}

}  // namespace octet::test

#include "metrics/model_facts.hpp"

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/convert.hpp"
#include "data/rt_info.hpp"
#include "metrics/side_by_side.hpp"

namespace octet {
namespace {

std::optional<PictureInput> picture_input_of(const ov::Model& model, const Preprocessing& preparation) {
    const auto inputs = model_inputs(model);
    try {
        const std::size_t position = find_picture_input(inputs, "", "");
        return PictureInput{position, picture_layout(inputs[position], preparation.layout.value_or(""))};
    } catch (const Error&) {
        return std::nullopt;  // samples are no pictures
    }
}

}  // namespace

OutputFacts::OutputFacts(std::string the_name, ov::Layout the_layout, const ov::Tensor& of_first)
    : name(std::move(the_name)), layout(std::move(the_layout)), tensor(of_first), shape_(of_first.get_shape()) {}

ModelFacts model_facts(const ov::Model& model, std::vector<ov::Tensor> outputs, const Preprocessing& preparation) {
    ModelFacts facts;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto port = model.output(i);
        facts.outputs.emplace_back(output_name(port), ov::layout::get_layout(port), outputs[i]);
    }
    facts.type = lower_case(model_info(model, "model_type").value_or(""));
    facts.picture_input = picture_input_of(model, preparation);
    facts.preparation = preparation;
    return facts;
}

std::optional<PixelArea> picture_area(const ModelFacts& facts, const std::vector<ov::Tensor>& inputs) {
    if (!facts.picture_input) {
        return std::nullopt;
    }
    const auto& [position, layout] = *facts.picture_input;
    const auto& shape = inputs[position].get_shape();
    return PixelArea{0, 0, static_cast<int>(shape[layout.width]), static_cast<int>(shape[layout.height])};
}

std::size_t find_output(const ModelFacts& facts, const std::string& name,
                        const std::function<bool(const OutputFacts&)>& suited, const std::string& expected) {
    std::vector<std::size_t> found;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < facts.outputs.size(); ++i) {
        known.push_back(facts.outputs[i].name);
        if (name.empty() ? suited(facts.outputs[i]) : facts.outputs[i].name == name) {
            found.push_back(i);
        }
    }
    const std::string listed = "; the model's outputs: " + list_outputs(facts);
    if (!name.empty() && found.empty()) {
        throw Error(ErrorCode::InvalidOption, "output",
                    "the model has no output \"" + name + "\"" + did_you_mean(name, known) + listed);
    }
    if (!name.empty() && !suited(facts.outputs[found.front()])) {
        throw Error(ErrorCode::InvalidOption, "output", "\"" + name + "\" is not " + expected + listed);
    }
    if (found.size() != 1) {
        throw Error(ErrorCode::UnsupportedModel, "",
                    found.empty() ? "no output is " + expected + listed
                                  : std::to_string(found.size()) + " outputs could be " + expected +
                                        "; say which with --output-name" + listed);
    }
    return found.front();
}

std::string list_outputs(const ModelFacts& facts) {
    std::string text;
    for (const auto& output : facts.outputs) {
        text += (text.empty() ? "\"" : ", \"") + output.name + "\" " +
                describe(output.tensor.get_element_type(), ov::PartialShape(output.shape()));
    }
    return text;
}

ov::Tensor as_floats(const ov::Tensor& tensor) {
    if (tensor.get_element_type() == ov::element::f32) {
        return tensor;
    }
    ov::Tensor floats(ov::element::f32, tensor.get_shape());
    if (!is_plain_number(tensor.get_element_type()) || convert(tensor, floats)) {
        throw Error(ErrorCode::UnsupportedModel, "",
                    "an output of type " + tensor.get_element_type().get_type_name() + " cannot be read as f32");
    }
    return floats;
}

}  // namespace octet

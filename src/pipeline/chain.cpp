#include <algorithm>
#include <set>
#include <utility>

#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>

#include "octet/cascade.hpp"
#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/model_inputs.hpp"

namespace octet {
namespace {

/// What an output is called: by its tensors, then by the operation that makes it.
std::vector<std::string> output_names(const ov::Output<const ov::Node>& output) {
    std::vector<std::string> names(output.get_names().begin(), output.get_names().end());
    std::sort(names.begin(), names.end());
    names.push_back(output.get_node()->get_input_node_ptr(0)->get_friendly_name());
    return names;
}

std::size_t find_output(const CascadeModel& from, const std::string& name) {
    const auto outputs = std::as_const(*from.model).outputs();
    if (name.empty() && outputs.size() == 1) {
        return 0;
    }
    std::vector<std::string> all;
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].get_names().contains(name)) {
            return i;
        }
        const auto names = output_names(outputs[i]);
        if (names.back() == name) {
            fitting.push_back(i);
        }
        all.insert(all.end(), names.begin(), names.end());
    }
    if (fitting.size() == 1) {
        return fitting.front();
    }
    if (fitting.size() > 1) {
        throw Error(ErrorCode::InvalidOption, from.name,
                    "has " + std::to_string(fitting.size()) + " outputs of \"" + name + "\"; name a tensor");
    }
    throw Error(ErrorCode::InvalidOption, from.name,
                name.empty() ? "has " + std::to_string(outputs.size()) + " outputs; expected the name of one"
                             : "has no output \"" + name + "\"" + did_you_mean(name, all));
}

/// Where one input comes from.
struct Source {
    std::string input;
    std::size_t from, output;
};

class Chain final : public Engine {
public:
    Chain(std::vector<std::unique_ptr<Dataset>> data, std::vector<std::vector<Source>> sources)
        : data_(std::move(data)), sources_(std::move(sources)) {}

    std::size_t size() const override {
        for (const auto& each : data_) {
            if (each) {
                return each->size();
            }
        }
        return 0;
    }

    std::vector<ov::Tensor> run(std::size_t index, const Infer& infer) const override {
        std::vector<std::vector<ov::Tensor>> outputs(data_.size());
        for (std::size_t model = 0; model < data_.size(); ++model) {
            Sample sample = data_[model] ? data_[model]->sample(index) : Sample{};
            for (const auto& source : sources_[model]) {
                if (!sample.emplace(source.input, outputs[source.from][source.output]).second) {
                    throw Error(ErrorCode::InvalidData, label(index),
                                "input \"" + source.input + "\" is fed by data and by another model");
                }
            }
            outputs[model] = infer(model, sample);
        }
        return std::move(outputs.back());
    }

    std::string label(std::size_t index) const override {
        for (const auto& each : data_) {
            if (each) {
                return each->label(index);
            }
        }
        return Engine::label(index);
    }

private:
    std::vector<std::unique_ptr<Dataset>> data_;
    std::vector<std::vector<Source>> sources_;  // of each model
};

}  // namespace

std::unique_ptr<Engine> chain_models(const std::vector<CascadeModel>& models,
                                     std::vector<std::unique_ptr<Dataset>> data, const std::vector<Wire>& wires) {
    if (data.size() != models.size() || models.empty()) {
        throw Error(ErrorCode::InvalidOption, "cascade",
                    "expected a dataset, or none, for each of " + std::to_string(models.size()) + " models; got " +
                        std::to_string(data.size()));
    }
    std::vector<std::vector<Source>> sources(models.size());
    for (const auto& wire : wires) {
        if (wire.model >= models.size() || wire.from >= wire.model) {
            throw Error(ErrorCode::InvalidOption, "cascade",
                        "expected inputs to come from an earlier model; got model " + std::to_string(wire.from) +
                            " for model " + std::to_string(wire.model) + " of " + std::to_string(models.size()));
        }
        const auto inputs = model_inputs(*models[wire.model].model);
        const auto& input = inputs[find_input(inputs, wire.input, models[wire.model].name)].name();
        auto& of_model = sources[wire.model];
        if (std::any_of(of_model.begin(), of_model.end(), [&](const Source& each) { return each.input == input; })) {
            throw Error(ErrorCode::InvalidOption, models[wire.model].name, "input \"" + input + "\" is fed twice");
        }
        of_model.push_back({input, wire.from, find_output(models[wire.from], wire.output)});
    }
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (!data[i] && sources[i].size() < models[i].model->inputs().size()) {
            throw Error(ErrorCode::InvalidOption, models[i].name,
                        "has inputs that neither data nor another model feeds");
        }
    }
    const Dataset* first = nullptr;
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (!data[i]) {
            continue;
        }
        first = first ? first : data[i].get();
        if (data[i]->size() != first->size()) {
            throw Error(ErrorCode::InvalidData, models[i].name,
                        "has " + std::to_string(data[i]->size()) + " samples, a model before it " +
                            std::to_string(first->size()) + "; expected as many for each");
        }
    }
    return std::make_unique<Chain>(std::move(data), std::move(sources));
}

std::shared_ptr<ov::Model> without_inputs(const std::shared_ptr<const ov::Model>& model,
                                          const std::vector<std::string>& names) {
    const auto inputs = model_inputs(*model);
    std::set<std::size_t> left_out;
    for (const auto& name : names) {
        left_out.insert(find_input(inputs, name, "cascade"));
    }
    ov::ParameterVector parameters;
    ov::ResultVector results;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (left_out.contains(i)) {
            continue;
        }
        const auto& given = model->get_parameters()[i];
        const auto parameter =
            std::make_shared<ov::op::v0::Parameter>(given->get_element_type(), given->get_partial_shape());
        parameter->set_friendly_name(given->get_friendly_name());
        parameter->set_layout(given->get_layout());
        parameter->output(0).set_names(given->output(0).get_names());
        parameters.push_back(parameter);
        results.push_back(std::make_shared<ov::op::v0::Result>(parameter));
    }
    const auto rest = std::make_shared<ov::Model>(results, parameters, model->get_friendly_name());
    rest->get_rt_info() = model->get_rt_info();  // it may tell how pictures are prepared
    return rest;
}

}  // namespace octet

#include <algorithm>
#include <set>
#include <utility>

#include <openvino/op/constant.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/unsqueeze.hpp>

#include "octet/cascade.hpp"
#include "octet/error.hpp"

#include "base/exception_text.hpp"
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

/// Throws unless there is a dataset, or none, for each model, all of one length.
void check_data(const std::vector<CascadeModel>& models, const std::vector<const Dataset*>& data) {
    if (data.size() != models.size() || models.empty()) {
        throw Error(ErrorCode::InvalidOption, "cascade",
                    "expected a dataset, or none, for each of " + std::to_string(models.size()) + " models; got " +
                        std::to_string(data.size()));
    }
    const Dataset* first = nullptr;
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (!data[i]) {
            continue;
        }
        first = first ? first : data[i];
        if (data[i]->size() != first->size()) {
            throw Error(ErrorCode::InvalidData, models[i].name,
                        "has " + std::to_string(data[i]->size()) + " samples, a model before it " +
                            std::to_string(first->size()) + "; expected as many for each");
        }
    }
}

/// Of each model, what the wires feed.
std::vector<std::vector<Source>> sources_of(const std::vector<CascadeModel>& models, const std::vector<Wire>& wires) {
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
    return sources;
}

/// What an input of a joined model is called.
std::string joined_name(const CascadeModel& model, const ModelInput& input) {
    return model.name + "." + input.name();
}

/// Samples of several models as samples of the model that they are joined to.
class JoinedSamples final : public Dataset {
public:
    JoinedSamples(std::vector<CascadeModel> models, std::vector<const Dataset*> data)
        : models_(std::move(models)),
          data_(std::move(data)),
          first_(**std::find_if(data_.begin(), data_.end(), [](const Dataset* each) { return each != nullptr; })) {
        for (const auto& each : models_) {
            inputs_.push_back(model_inputs(*each.model));
        }
    }

    std::size_t size() const override {
        return first_.size();
    }
    Sample sample(std::size_t index) const override {
        Sample joined;
        for (std::size_t i = 0; i < models_.size(); ++i) {
            for (const auto& [name, tensor] : data_[i] ? data_[i]->sample(index) : Sample{}) {
                joined.emplace(joined_name(models_[i], inputs_[i][find_input(inputs_[i], name, label(index))]), tensor);
            }
        }
        return joined;
    }
    std::string label(std::size_t index) const override {
        return first_.label(index);
    }
    std::string preparation() const override {
        return first_.preparation();
    }

private:
    std::vector<CascadeModel> models_;
    std::vector<const Dataset*> data_;
    const Dataset& first_;
    std::vector<std::vector<ModelInput>> inputs_;
};

/// Sees to it that no two models have a name in common: variables and operations get the model's own before theirs, and
/// tensors have none. Of the last model only variables do, since its outputs are the chain's.
void rename_apart(ov::Model& model, const std::string& name, bool is_last) {
    for (const auto& variable : model.get_variables()) {
        auto info = variable->get_info();
        info.variable_id = name + "." + info.variable_id;
        variable->update(info);
    }
    for (const auto& node : is_last ? ov::NodeVector{} : model.get_ordered_ops()) {
        node->set_friendly_name(name + "." + node->get_friendly_name());
        for (auto& output : node->outputs()) {
            output.set_names({});
        }
    }
}

/// `output` as `input` takes it: as tensors are that a dataset gives, see Feed.
ov::Output<ov::Node> as_taken(ov::Output<ov::Node> output, const ov::op::v0::Parameter& input) {
    const auto given = output.get_partial_shape().rank(), taken = input.get_partial_shape().rank();
    if (given.is_static() && taken.is_static() && given.get_length() + 1 == taken.get_length()) {
        output =
            std::make_shared<ov::op::v0::Unsqueeze>(output, ov::op::v0::Constant::create(ov::element::i64, {1}, {0}));
    }
    if (output.get_element_type() != input.get_element_type()) {
        output = std::make_shared<ov::op::v0::Convert>(output, input.get_element_type());
    }
    return output;
}

}  // namespace

std::unique_ptr<Engine> chain_models(const std::vector<CascadeModel>& models,
                                     std::vector<std::unique_ptr<Dataset>> data, const std::vector<Wire>& wires) {
    std::vector<const Dataset*> views;
    for (const auto& each : data) {
        views.push_back(each.get());
    }
    check_data(models, views);
    auto sources = sources_of(models, wires);
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (!data[i] && sources[i].size() < models[i].model->inputs().size()) {
            throw Error(ErrorCode::InvalidOption, models[i].name,
                        "has inputs that neither data nor another model feeds");
        }
    }
    return std::make_unique<Chain>(std::move(data), std::move(sources));
}

std::shared_ptr<ov::Model> join_models(const std::vector<CascadeModel>& models, const std::vector<Wire>& wires) {
    const auto sources = sources_of(models, wires);
    ov::ParameterVector parameters;
    ov::SinkVector sinks;
    ov::op::util::VariableVector variables;
    std::vector<ov::OutputVector> outputs;  // of each model
    std::shared_ptr<ov::Model> model;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const bool is_last = i + 1 == models.size();
        model = models[i].model->clone();
        const auto inputs = model_inputs(*model);
        const auto given = model->get_parameters();  // those that are wired leave the model
        rename_apart(*model, models[i].name, is_last);
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            const auto source = std::find_if(sources[i].begin(), sources[i].end(),
                                             [&](const Source& each) { return each.input == inputs[k].name(); });
            if (source == sources[i].end()) {
                given[k]->output(0).set_names({joined_name(models[i], inputs[k])});
                given[k]->set_friendly_name(joined_name(models[i], inputs[k]));
                parameters.push_back(given[k]);
            } else {
                given[k]->output(0).replace(as_taken(outputs[source->from][source->output], *given[k]));
            }
        }
        outputs.emplace_back();
        for (const auto& result : model->get_results()) {
            outputs.back().push_back(result->input_value(0));
        }
        const auto own_sinks = model->get_sinks();
        sinks.insert(sinks.end(), own_sinks.begin(), own_sinks.end());
        const auto own_variables = model->get_variables();
        variables.insert(variables.end(), own_variables.begin(), own_variables.end());
    }
    try {
        const auto joined =
            std::make_shared<ov::Model>(model->get_results(), sinks, parameters, variables, model->get_friendly_name());
        joined->get_rt_info() = model->get_rt_info();  // it may tell how outputs are read
        joined->validate_nodes_and_infer_types();
        return joined;
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::InvalidOption, "cascade",
                    "the models do not fit together: " + essential_line(error.what()));
    }
}

std::unique_ptr<Dataset> join_samples(const std::vector<CascadeModel>& models,
                                      const std::vector<const Dataset*>& data) {
    check_data(models, data);
    if (std::all_of(data.begin(), data.end(), [](const Dataset* each) { return each == nullptr; })) {
        throw Error(ErrorCode::InvalidOption, "cascade", "expected a dataset for at least one model");
    }
    return std::make_unique<JoinedSamples>(models, data);
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

#include "cascade.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "octet/octet.hpp"

#include "base/text.hpp"
#include "evaluate_command.hpp"
#include "exit_codes.hpp"
#include "paths.hpp"
#include "shared.hpp"
#include "summary.hpp"
#include "terminal.hpp"
#include "usage_error.hpp"

namespace octet::cli {
namespace {

void refuse_what_needs_one_model(const Arguments& arguments) {
    const std::pair<const char*, bool> kNeedOne[] = {
        {"--max-drop", arguments.accuracy.has_value()},
        {"--labels", !arguments.evaluation.labels.empty()},
        {"--check", arguments.check.has_value()},
        {"--statistics", !arguments.run.statistics.empty()},
        {"--data-free and --synthetic", arguments.synthetic.has_value()},
        {"--shape", !arguments.options.shapes.empty()},
        {"--weights", !arguments.weights.empty()},
        {"--states keep", arguments.options.states == States::Keep},
        {"accuracy checker", arguments.checker.has_value()},
    };
    for (const auto& [option, is_given] : kNeedOne) {
        if (is_given) {
            throw UsageError(std::string(option) +
                             ": a cascade cannot have it; quantize its models one by one, or use the library");
        }
    }
}

/// Throws where a result would take the place of a file that any of the models comes from.
void check_destinations(const std::vector<Destination>& destinations) {
    for (const auto& to : destinations) {
        for (const auto& source : destinations) {
            auto each = to;
            each.source = source.source;
            each.weights = source.weights;
            check_destination(each);
        }
    }
}

/// `MODEL` or `MODEL.REST` of a cascade. Throws Error(InvalidOption) where there is no such model.
std::pair<std::size_t, std::string> split_name(const std::vector<CascadeSource>& models, const std::string& name,
                                               const std::string& where) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (name == models[i].name) {
            return {i, ""};
        }
        if (name.starts_with(models[i].name + ".")) {
            return {i, name.substr(models[i].name.size() + 1)};
        }
        known.push_back(models[i].name);
    }
    throw Error(ErrorCode::InvalidOption, where,
                "expected one of the cascade's models " + quoted(known) + ", or MODEL.NAME; got \"" + name + "\"");
}

std::vector<CascadeModel> read_models(const Arguments& arguments, Progress& progress) {
    std::vector<CascadeModel> models;
    for (const auto& source : arguments.cascade) {
        models.push_back({source.name, read(source.model, progress, source.weights)});
    }
    return models;
}

std::unique_ptr<Engine> open_engine(const std::vector<CascadeModel>& models, const Arguments& arguments,
                                    Progress& progress) {
    std::vector<Arguments> of_models(models.size(), arguments);
    for (auto& each : of_models) {
        each.data.clear();
    }
    for (const auto& source : arguments.data) {
        const auto [model, input] = source.input.empty() ? std::pair<std::size_t, std::string>{}
                                                         : split_name(arguments.cascade, source.input, "data_source");
        of_models[model].data.push_back({input, source.path});
    }
    std::vector<Wire> wires;
    std::vector<std::unique_ptr<Dataset>> data;
    for (std::size_t i = 0; i < models.size(); ++i) {
        std::vector<std::string> wired;
        for (const auto& [input, from] : arguments.cascade[i].inputs) {
            const auto [source, output] = split_name(arguments.cascade, from, models[i].name);
            wires.push_back({i, input, source, output});
            wired.push_back(input);
        }
        data.push_back(of_models[i].data.empty()
                           ? nullptr
                           : open_data(without_inputs(models[i].model, wired), models[i].name, of_models[i], progress));
    }
    return chain_models(models, std::move(data), wires);
}

/// Gives names that are told as `MODEL.NAME` to that model. Throws UsageError for others, which cannot be of all
/// models.
void take_common_names(std::vector<CascadeSource>& models, Options& common) {
    for (const auto& name : common.ignored.names) {
        const auto [model, operation] = split_name(models, name, "--ignored-scope");
        models[model].ignored.names.push_back(operation);
    }
    common.ignored.names.clear();
    if (!common.ignored.regions.empty()) {
        throw UsageError("--ignored-region: is of one model; expected it below the model's name in the configuration");
    }
}

Options options_of(const CascadeSource& source, const Options& common) {
    Options options = common;
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(options.ignored.names, source.ignored.names);
    append(options.ignored.types, source.ignored.types);
    append(options.ignored.regions, source.ignored.regions);
    options.ignored.skip_model = options.ignored.skip_model || source.ignored.skip_model;
    options.subset.reset();  // it was of the cascade's samples
    return options;
}

}  // namespace

int quantize_cascade_and_save(const Arguments& arguments, Progress& progress) {
    refuse_what_needs_one_model(arguments);
    std::vector<Destination> destinations;
    for (const auto& source : arguments.cascade) {
        destinations.push_back({arguments.output, arguments.name, source.name, source.model, source.weights});
    }
    check_destinations(destinations);
    auto sources = arguments.cascade;
    auto common = arguments.options;
    take_common_names(sources, common);
    const auto models = read_models(arguments, progress);
    const auto engine = open_engine(models, arguments, progress);
    const auto data = record_inputs(
        models, *engine,
        {.subset = common.subset, .sampling = common.sampling, .seed = common.seed, .skip_bad = common.skip_bad},
        arguments.run, &progress);
    std::vector<QuantizedModel> results;
    for (std::size_t i = 0; i < models.size(); ++i) {
        progress.log(LogLevel::Info, "cascade", "quantizing " + models[i].name);
        const auto options = options_of(sources[i], common);
        results.push_back(arguments.recipe
                              ? quantize_by_recipe(models[i].model, *data[i], options,
                                                   {.recipe = *arguments.recipe, .budget = arguments.budget},
                                                   arguments.run, &progress)
                                    .model
                              : quantize(models[i].model, *data[i], options, arguments.run, &progress));
    }
    std::vector<Summary> summaries(models.size());
    std::string written;
    try {
        for (std::size_t i = 0; i < models.size(); ++i) {
            auto& summary = summaries[i];
            summary.part = models[i].name;
            summary.bytes_before = model_bytes(sources[i].model, sources[i].weights);
            summary.files = save(results[i], destinations[i], arguments.run, &progress);
            summary.report = &results[i].report;
            summary.bytes_after = model_bytes(summary.files.xml);
            written += (written.empty() ? "" : ", ") + summary.files.xml.string();
        }
        for (std::size_t i = 0; arguments.evaluate && i < models.size(); ++i) {
            summaries[i].comparison =
                compare_outputs({models[i].model, read_model(summaries[i].files.xml)}, *data[i], arguments, progress);
        }
    } catch (const Error& error) {
        throw written.empty() ? error
                              : Error(error.code(), "", std::string(error.what()) + " (written: " + written + ")");
    }
    progress.finish();
    summaries.back().phases = progress.phases();
    for (const auto& summary : summaries) {
        progress.log_to_file(LogLevel::Info, "summary", to_text(summary));
        if (!arguments.quiet) {
            write_out(arguments.progress == ProgressStyle::Json ? dump(to_json(summary)) : to_text(summary));
        }
    }
    return kExitDone;
}

}  // namespace octet::cli

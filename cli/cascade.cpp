#include "cascade.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "octet/octet.hpp"

#include "base/text.hpp"
#include "evaluate_command.hpp"
#include "exit_codes.hpp"
#include "judging.hpp"
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
        {"--offline", arguments.run.offline},
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

/// The models and what passes through them.
struct Chain {
    std::vector<CascadeModel> models;
    std::vector<Wire> wires;
    std::vector<std::unique_ptr<Dataset>> data;  ///< of each model; null where it has none

    std::unique_ptr<Engine> engine() const {
        std::vector<std::unique_ptr<Dataset>> views;
        for (const auto& each : data) {
            views.push_back(each ? view(*each) : nullptr);
        }
        return chain_models(models, std::move(views), wires);
    }

    /// The samples of join_models().
    std::unique_ptr<Dataset> samples() const {
        std::vector<const Dataset*> all;
        for (const auto& each : data) {
            all.push_back(each.get());
        }
        return join_samples(models, all);
    }

private:
    static std::unique_ptr<Dataset> view(const Dataset& dataset) {
        return select_samples(dataset, spread_indices(dataset.size(), dataset.size()));
    }
};

Chain open_chain(const Arguments& arguments, Progress& progress) {
    Chain chain;
    for (const auto& source : arguments.cascade) {
        chain.models.push_back({source.name, read(source.model, progress, source.weights)});
    }
    std::vector<Arguments> of_models(chain.models.size(), arguments);
    for (auto& each : of_models) {
        each.data.clear();
    }
    for (const auto& source : arguments.data) {
        const auto [model, input] = source.input.empty() ? std::pair<std::size_t, std::string>{}
                                                         : split_name(arguments.cascade, source.input, "data_source");
        of_models[model].data.push_back({input, source.path});
    }
    for (std::size_t i = 0; i < chain.models.size(); ++i) {
        const auto& [name, model] = chain.models[i];
        std::vector<std::string> wired;
        for (const auto& [input, from] : arguments.cascade[i].inputs) {
            const auto [source, output] = split_name(arguments.cascade, from, name);
            chain.wires.push_back({i, input, source, output});
            wired.push_back(input);
        }
        chain.data.push_back(of_models[i].data.empty()
                                 ? nullptr
                                 : open_data(without_inputs(model, wired), name, of_models[i], progress));
    }
    return chain;
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
    return options;
}

std::vector<Destination> destinations_of(const Arguments& arguments) {
    std::vector<Destination> destinations;
    for (const auto& source : arguments.cascade) {
        destinations.push_back({arguments.output, arguments.name, source.name, source.model, source.weights});
    }
    return destinations;
}

/// Takes the time since the last lap as the model's own.
void take_lap(Summary& summary, Progress& progress) {
    for (const auto& phase : progress.lap()) {
        add_phase(summary.phases, phase);
    }
}

template <class AnySummary>
void tell(const AnySummary& summary, const Arguments& arguments, Progress& progress) {
    progress.log_to_file(LogLevel::Info, "summary", to_text(summary));
    if (!arguments.quiet) {
        write_out(arguments.progress == ProgressStyle::Json ? dump(to_json(summary)) : to_text(summary));
    }
}

/// Quantizes a cascade, writes it and measures what came of it.
class CascadeRun {
public:
    CascadeRun(const Arguments& arguments, Progress& progress)
        : arguments_(arguments),
          progress_(progress),
          sources_(arguments.cascade),
          common_(arguments.options),
          chain_(open_chain(arguments, progress)),
          engine_(chain_.engine()),
          samples_(split_samples(engine_->size(), arguments, progress)),
          summaries_(chain_.models.size()) {
        take_common_names(sources_, common_);
        if (arguments.check || arguments.evaluate) {
            joined_ = join_models(chain_.models, chain_.wires);
            joined_samples_ = chain_.samples();
            evaluation_.emplace(arguments, joined_, *joined_samples_, progress);
        }
    }

    void quantize() {
        const auto calibration = select_samples(*engine_, samples_.calibration);
        inputs_ = record(*calibration, common_.subset);
        std::optional<RecipeOptions> recipe;
        if (arguments_.recipe) {
            recipe = {.recipe = *arguments_.recipe, .budget = arguments_.budget};
        }
        progress_.lap();
        for (std::size_t i = 0; i < chain_.models.size(); ++i) {
            results_.push_back(quantize_recorded(chain_.models, inputs_, i, options_of(sources_[i], common_), recipe,
                                                 arguments_.run, &progress_));
            if (!arguments_.evaluate) {
                inputs_.of_model[i].reset();  // its memory is the next one's
            }
            take_lap(summaries_[i], progress_);
        }
    }

    void write(const std::vector<Destination>& destinations) {
        for (std::size_t i = 0; i < results_.size(); ++i) {
            auto& summary = summaries_[i];
            summary.part = chain_.models[i].name;
            summary.bytes_before = model_bytes(destinations[i].source, destinations[i].weights);
            summary.files = save(results_[i], destinations[i], arguments_.run, &progress_);
            summary.report = &results_[i].report;
            summary.bytes_after = model_bytes(summary.files.xml);
            take_lap(summary, progress_);
        }
    }

    /// Each model by what it was called with, and the whole cascade by its samples.
    void judge() {
        whole_.is_check_wanted = arguments_.check.has_value();
        if (!joined_) {
            return;
        }
        std::vector<CascadeModel> written;
        for (const auto& summary : summaries_) {
            written.push_back({summary.part, read_model(summary.files.xml)});
        }
        const auto joined = join_models(written, chain_.wires);
        if (!samples_.check.empty()) {
            const auto aside = record(*select_samples(*engine_, samples_.check), {});
            progress_.lap();
            for (std::size_t i = 0; i < written.size(); ++i) {
                summaries_[i].is_check_wanted = true;
                summaries_[i].check =
                    check(chain_.models[i].model, written[i].model, *aside.of_model[i], arguments_, progress_);
                take_lap(summaries_[i], progress_);
            }
            whole_.check =
                check(joined_, joined, *select_samples(*joined_samples_, samples_.check), arguments_, progress_);
        }
        progress_.lap();
        for (std::size_t i = 0; arguments_.evaluate && i < written.size(); ++i) {
            summaries_[i].comparison = compare_outputs({chain_.models[i].model, written[i].model}, *inputs_.of_model[i],
                                                       arguments_, progress_);
            take_lap(summaries_[i], progress_);
        }
        evaluation_->run(joined, whole_);
    }

    /// The files that are there.
    std::string written() const {
        std::string text;
        for (const auto& summary : summaries_) {
            if (!summary.files.xml.empty()) {
                text += (text.empty() ? "" : ", ") + summary.files.xml.string();
            }
        }
        return text;
    }

    void tell_all() {
        progress_.finish();
        whole_.name = arguments_.name;
        whole_.models = summaries_.size();
        whole_.samples = inputs_.samples - inputs_.bad_samples.size();
        whole_.bad_samples = inputs_.bad_samples;
        whole_.phases = progress_.phases();
        for (const auto& summary : summaries_) {
            tell(summary, arguments_, progress_);
        }
        tell(whole_, arguments_, progress_);
    }

private:
    RecordedInputs record(const Engine& engine, std::optional<std::size_t> subset) {
        return record_inputs(
            chain_.models, engine,
            {.subset = subset, .sampling = common_.sampling, .seed = common_.seed, .skip_bad = common_.skip_bad},
            arguments_.run, &progress_);
    }

    const Arguments& arguments_;
    Progress& progress_;
    std::vector<CascadeSource> sources_;
    Options common_;
    Chain chain_;
    std::unique_ptr<Engine> engine_;
    SampleSplit samples_;
    std::shared_ptr<const ov::Model> joined_;  // the chain of the originals, where it is to be compared
    std::unique_ptr<Dataset> joined_samples_;
    std::optional<WantedEvaluation> evaluation_;
    RecordedInputs inputs_;
    std::vector<QuantizedModel> results_;
    std::vector<Summary> summaries_;
    CascadeSummary whole_;
};

}  // namespace

void check_cascade(const Arguments& arguments) {
    refuse_what_needs_one_model(arguments);
    auto sources = arguments.cascade;
    auto common = arguments.options;
    take_common_names(sources, common);
    check_destinations(destinations_of(arguments));
}

int quantize_cascade_and_save(const Arguments& arguments, Progress& progress) {
    check_cascade(arguments);
    CascadeRun run(arguments, progress);
    run.quantize();
    try {
        run.write(destinations_of(arguments));
        run.judge();
    } catch (const Error& error) {
        const auto written = run.written();
        throw written.empty() ? error
                              : Error(error.code(), "", std::string(error.what()) + " (written: " + written + ")");
    }
    run.tell_all();
    return kExitDone;
}

}  // namespace octet::cli

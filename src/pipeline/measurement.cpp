#include "pipeline/measurement.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <span>
#include <streambuf>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>
#include <openvino/pass/serialize.hpp>

#include "octet/error.hpp"

#include "base/hash.hpp"
#include "base/ordered_pool.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "data/feed.hpp"
#include "data/sampling.hpp"
#include "data/sequences.hpp"
#include "graph/bodies.hpp"
#include "numeric/histogram.hpp"
#include "pipeline/every_statistic.hpp"
#include "pipeline/shapes.hpp"

namespace octet {
namespace {

/// Do samples run on from the state that those before them left?
bool keeps_states(const ov::Model& model, const Options& options) {
    return options.states == States::Keep && !model.get_variables().empty();
}

std::unique_ptr<Dataset> choose_samples(const Dataset& dataset, bool has_sequences, Options& options) {
    const std::size_t count = std::min(dataset.size(), options.subset.value_or(dataset.size()));
    options.subset = count;
    if (has_sequences) {
        return select_samples(dataset,
                              choose_sequences(find_sequences(dataset), count, options.sampling, options.seed));
    }
    auto indices = choose_indices(dataset.size(), count, options.sampling, options.seed);
    if (options.converge && options.sampling != Sampling::Shuffle) {
        std::vector<std::size_t> ordered;  // the run may end after any number of them
        for (const std::size_t place : spread_order(count)) {
            ordered.push_back(indices[place]);
        }
        indices = std::move(ordered);
    }
    return select_samples(dataset, std::move(indices));
}

void check_options(const Dataset& dataset, const Options& options, bool is_without_data) {
    if (dataset.size() == 0 && !is_without_data) {
        throw Error(ErrorCode::InvalidData, "data", "expected at least one sample, got none");
    }
    if (options.subset && *options.subset == 0) {
        throw Error(ErrorCode::InvalidOption, "subset", "expected at least 1 sample, got 0");
    }
    if (options.converge && !(*options.converge > 0 && *options.converge < 1)) {
        throw Error(ErrorCode::InvalidOption, "converge",
                    "expected a number above 0 and below 1, got " + short_number(*options.converge));
    }
}

std::vector<std::size_t> begins_of(const std::vector<std::vector<std::size_t>>& sequences) {
    std::vector<std::size_t> begins;
    for (const auto& sequence : sequences) {
        begins.push_back(sequence.front());
    }
    return begins;
}

/// Where a stream's bytes only go into a hash.
class HashBuffer : public std::streambuf {
public:
    explicit HashBuffer(Hash& hash) : hash_(hash) {}

private:
    std::streamsize xsputn(const char* data, std::streamsize size) override {
        hash_.add(std::as_bytes(std::span(data, static_cast<std::size_t>(size))));
        place_ += size;
        return size;
    }
    int_type overflow(int_type c) override {
        const char byte = traits_type::to_char_type(c);
        xsputn(&byte, 1);
        return c;
    }
    pos_type seekoff(off_type offset, std::ios_base::seekdir direction, std::ios_base::openmode) override {
        return direction == std::ios_base::cur && offset == 0 ? pos_type(place_) : pos_type(off_type(-1));
    }

    Hash& hash_;
    std::streamoff place_ = 0;
};

/// Of the model as it would be written.
std::string hash_of(const ov::Model& model) {
    Hash topology, constants;
    HashBuffer xml_buffer(topology), bin_buffer(constants);
    std::ostream xml(&xml_buffer), bin(&bin_buffer);
    const auto unowned = std::shared_ptr<ov::Model>(const_cast<ov::Model*>(&model), [](ov::Model*) {});
    ov::pass::Serialize(xml, bin).run_on_model(unowned);  // leaves it as it was
    return Hash().add(topology.text()).add(constants.text()).text();
}

std::string hash_of(const Dataset& samples, std::size_t threads) {
    Hash hash;
    run_in_order<std::string>(
        samples.size(), usable_threads(threads),
        [&](std::size_t, std::size_t index) { return samples.fingerprint(index); },
        [&](std::size_t, std::string&& text) { hash.add(text); });
    return hash.text();
}

/// The options that change what is measured of the same samples and model.
std::string measurement_text(const Options& options) {
    nlohmann::ordered_json text;
    text["states"] = options.states == States::Keep ? "keep" : "reset";
    text["split_batches"] = options.split_batches;
    text["skip_bad"] = options.skip_bad;
    text["converge"] = options.converge ? nlohmann::ordered_json(*options.converge) : nlohmann::ordered_json();
    return text.dump();
}

/// Tensors by their place in a model, and back.
class TensorPlaces {
public:
    struct Place {
        std::size_t part, operation;
    };

    explicit TensorPlaces(const ov::Model& model) {
        for (const auto& part : all_graphs(model)) {
            parts_.push_back(part.model->get_ordered_ops());
            for (std::size_t i = 0; i < parts_.back().size(); ++i) {
                places_.emplace(parts_.back()[i].get(), Place{parts_.size() - 1, i});
            }
        }
    }

    StoredAnswer name(const StatisticRequest& request, const std::string& graph) const {
        const auto [part, operation] = places_.at(request.tensor.get_node());
        StoredAnswer answer;
        answer.graph = graph;
        answer.part = part;
        answer.operation = operation;
        answer.port = request.tensor.get_index();
        answer.name = request.tensor.get_node()->get_friendly_name();
        answer.channel_axis = request.channel_axis;
        answer.measure = request.measure;
        answer.keep = request.keep;
        return answer;
    }

private:
    std::vector<ov::NodeVector> parts_;
    std::map<const ov::Node*, Place> places_;  // looked up only
};

/// What makes an answer the answer to a request.
auto identity(const StoredAnswer& answer) {
    return std::tie(answer.graph, answer.part, answer.operation, answer.port, answer.channel_axis, answer.measure,
                    answer.keep);
}

struct ByIdentity {
    bool operator()(const StoredAnswer* a, const StoredAnswer* b) const {
        return identity(*a) < identity(*b);
    }
};

/// Are there as many numbers as the request asks for, of a tensor such as this one?
bool fits(const StoredAnswer& answer, const StatisticRequest& request) {
    const auto& shape = answer.facts.shape;
    if (answer.facts.samples == 0) {
        return answer.values.empty();
    }
    auto expected = request.tensor.get_partial_shape();
    if (expected.rank().is_static() && expected.size() > 0) {
        expected[0] = ov::Dimension::dynamic();  // items of a batch were measured one by one
    }
    if (!expected.compatible(ov::PartialShape(shape)) ||
        (request.channel_axis && *request.channel_axis >= shape.size())) {
        return false;
    }
    if (request.keep == Keep::Merged) {
        return answer.values.size() == kPackedHistogram;
    }
    const std::size_t channels = request.channel_axis ? shape[*request.channel_axis] : 1;
    return answer.values.size() == channels * (request.keep == Keep::EachSample ? answer.facts.samples : 1);
}

/// Tells the plans of two runs apart.
std::string hash_of(const StatisticPlan& plan, const TensorPlaces& places, const std::string& graph) {
    Hash hash;
    for (const auto& request : plan.requests()) {
        const auto answer = places.name(request, graph);
        hash.add(nlohmann::json{answer.graph, answer.part, answer.operation, answer.port,
                                answer.channel_axis ? static_cast<long>(*answer.channel_axis) : -1,
                                static_cast<int>(answer.measure.reducer), answer.measure.probability,
                                static_cast<int>(answer.keep)}
                     .dump());
    }
    return hash.text();
}

std::string describe(const StatisticRequest& request) {
    static constexpr const char* kNames[] = {
        "minimum", "maximum",     "largest magnitude", "quantile",          "quantile of magnitudes",
        "mean",    "mean square", "histogram",         "weighted histogram"};
    std::string text = kNames[static_cast<std::size_t>(request.measure.reducer)];
    if (request.measure.probability > 0) {
        text += " " + short_number(request.measure.probability);
    }
    return text + (request.channel_axis ? " of each channel" : "") + " of " +
           request.tensor.get_node()->get_friendly_name();
}

/// The samples that a statistics file kept.
class KeptSamples : public Dataset {
public:
    KeptSamples(const StoredStatistics& stored, std::vector<std::string> inputs)
        : stored_(stored), inputs_(std::move(inputs)) {}

    std::size_t size() const override {
        return stored_.samples.size();
    }
    Sample sample(std::size_t index) const override {
        const auto kept = stored_.inputs.find(index);
        if (kept == stored_.inputs.end() || kept->second.size() != inputs_.size()) {
            throw Error(ErrorCode::InvalidOption, "offline",
                        "an algorithm runs the model on samples that the statistics file does not hold; give --data "
                        "and no --offline, or leave that algorithm out");
        }
        Sample sample;
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            sample.emplace(inputs_[i], kept->second[i]);
        }
        return sample;
    }

private:
    const StoredStatistics& stored_;
    std::vector<std::string> inputs_;
};

std::vector<std::string> input_names(const ov::Model& model) {
    std::vector<std::string> names;
    for (const auto& parameter : model.get_parameters()) {
        const auto& tensor = parameter->output(0).get_names();
        names.push_back(tensor.empty() ? parameter->get_friendly_name()
                                       : *std::min_element(tensor.begin(), tensor.end()));
    }
    return names;
}

}  // namespace

Measurement::Measurement(const std::shared_ptr<const ov::Model>& original, const Dataset& dataset, Options& options,
                         const RunOptions& run, Observer& observer)
    : options_(options), run_(run), observer_(observer), dataset_preparation_(dataset.preparation()) {
    const bool is_without_data = dataset.size() == 0 && run.offline && !run.statistics.empty();
    check_options(dataset, options, is_without_data);
    if (!is_without_data) {
        samples_ = choose_samples(dataset, keeps_states(*original, options), options);
        size_ = samples_->size();
    }
    if (run.statistics.empty()) {
        return;
    }
    open_file(*original);
    if (is_without_data) {
        if (stored_.samples.empty()) {
            throw Error(ErrorCode::InvalidOption, run.statistics.string(),
                        "holds a measurement that did not end; go on with it with --data and without --offline");
        }
        options.subset = size_ = stored_.samples_given;
        measured_ = std::make_unique<KeptSamples>(stored_, input_names(*original));
    }
}

void Measurement::open_file(const ov::Model& original) {
    StatisticsKey now{hash_of(original), "", dataset_preparation_, measurement_text(options_)};
    if (samples_) {
        now.data = hash_of(*samples_, run_.threads);
    }
    std::error_code error;
    const bool is_there = std::filesystem::exists(run_.statistics, error);
    if (is_there) {
        stored_ = read_statistics(run_.statistics);
        if (!samples_) {  // of them only the file knows
            now.data = stored_.key.data;
            now.preparation = stored_.key.preparation;
        }
        const auto difference = stored_.key.difference(now);
        if (difference.empty()) {
            return;
        }
        if (!run_.save_statistics) {
            throw Error(ErrorCode::InvalidData, run_.statistics.string(),
                        difference + "; measure again with --save-statistics");
        }
        observer_.log(LogLevel::Info, "calibrate",
                      run_.statistics.string() + " " + difference + ", and will be replaced");
    } else if (!run_.save_statistics) {
        throw Error(ErrorCode::Io, run_.statistics.string(), "no such file; --save-statistics makes one");
    }
    stored_ = {};
    stored_.key = std::move(now);
    stored_.samples_given = size_;
}

Collected Measurement::collect_from(const Dataset& samples, const std::shared_ptr<ov::Model>& model,
                                    const StatisticPlan& plan, bool may_converge, const Resumption* resumption,
                                    const std::vector<std::size_t>& outputs_of) const {
    const Feed feed(*model, samples);
    const ItemShapes items(*model, options_);
    if (!items.obstacle().empty()) {
        observer_.log(LogLevel::Warning, "calibrate",
                      "batches are measured as a whole, since the model does not run at batch 1: " + items.obstacle());
    }
    SampleSource source{feed.size(), [&](std::size_t index) { return feed(index); },
                        [&](std::size_t index) { return feed.label(index); }};
    source.is_batched = items.is_split();
    if (keeps_states(*model, options_)) {
        source.sequences = begins_of(find_sequences(samples));
    }
    const CollectOptions how{run_.threads,    options_.skip_bad, may_converge ? options_.converge : std::nullopt,
                             run_.max_memory, resumption,        outputs_of};
    auto collected = collect(model, plan, source, how, observer_);
    if (collected.samples.empty()) {
        throw Error(ErrorCode::InvalidData, "data",
                    "no sample could be read; the first: " + collected.bad_samples.front());
    }
    return collected;
}

Collected Measurement::measure(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan,
                               const std::vector<std::size_t>& outputs_of) {
    if (run_.statistics.empty()) {
        auto collected = collect_from(*samples_, model, plan, true, nullptr, outputs_of);
        measured_ = select_samples(*samples_, collected.samples);
        return collected;
    }
    const std::string graph = hash_of(*model);
    Statistics statistics = answer(model, also_for_other_options(*model, plan, true), graph, outputs_of);
    if (run_.save_statistics && run_.for_other_options) {
        answer(model, also_for_other_options(*model, plan, false), graph, {});
    }
    if (samples_) {
        measured_ = select_samples(*samples_, stored_.samples);
    }
    const auto& outputs = stored_.outputs[graph];
    for (const auto& [sample, tensors] : outputs) {
        if (tensors.size() != model->outputs().size()) {
            throw Error(ErrorCode::InvalidData, run_.statistics.string(),
                        "holds another number of outputs than the model has; the file is damaged");
        }
    }
    return {std::move(statistics), stored_.samples, stored_.bad_samples, outputs, stored_.has_converged};
}

/// Where a tensor is read, the plugin does not fuse the operations around it, which may change the last bits of
/// others: what is measured in the pass for `plan` must be read off the same tensors as without a file.
StatisticPlan Measurement::also_for_other_options(ov::Model& model, const StatisticPlan& plan,
                                                  bool on_same_tensors) const {
    StatisticPlan all = on_same_tensors ? plan : StatisticPlan{};
    if (!run_.save_statistics || !run_.for_other_options) {
        return all;
    }
    std::set<ov::Output<ov::Node>> tensors;
    for (const auto& request : plan.requests()) {
        tensors.insert(request.tensor);
    }
    const auto every = every_statistic(model, options_);
    for (const auto& request : every.requests()) {
        if ((tensors.count(request.tensor) > 0) == on_same_tensors) {
            all.request(request);
        }
    }
    return all;
}

Statistics Measurement::answer(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan,
                               const std::string& graph, const std::vector<std::size_t>& outputs_of) {
    const TensorPlaces places(*model);
    std::set<const StoredAnswer*, ByIdentity> known;
    for (const auto& stored : stored_.answers) {
        known.insert(&stored);
    }
    Statistics statistics;
    StatisticPlan missing;
    for (const auto& request : plan.requests()) {
        const auto name = places.name(request, graph);
        const auto found = known.find(&name);
        if (found == known.end()) {
            missing.request(request);
            continue;
        }
        if (!fits(**found, request)) {
            throw Error(ErrorCode::InvalidData, run_.statistics.string(),
                        "its numbers for " + (*found)->name + " do not fit the model; the file is damaged");
        }
        statistics.add(request.tensor, (*found)->facts);
        if (!(*found)->values.empty()) {
            statistics.add(request, (*found)->values);
        }
    }
    if (!missing.empty() || stored_.samples.empty()) {  // which samples can be read is to be known in any case
        auto collected = measure_missing(model, missing, graph, outputs_of);
        statistics.merge(collected.statistics);
        stored_.outputs[graph].merge(collected.outputs);
    }
    return statistics;
}

void Measurement::refuse_offline(const StatisticPlan& missing) const {
    if (run_.offline && missing.empty()) {
        throw Error(ErrorCode::InvalidOption, run_.statistics.string(),
                    "holds no samples; measure them with --data and without --offline");
    }
    if (run_.offline) {
        const std::size_t others = missing.requests().size() - 1;
        throw Error(ErrorCode::InvalidOption, run_.statistics.string(),
                    "does not hold the " + describe(missing.requests().front()) +
                        (others > 0 ? " and " + std::to_string(others) + " more that these options need" : "") +
                        "; measure it with --data and without --offline");
    }
}

Collected Measurement::measure_missing(const std::shared_ptr<ov::Model>& model, const StatisticPlan& missing,
                                       const std::string& graph, const std::vector<std::size_t>& outputs_of) {
    refuse_offline(missing);
    const TensorPlaces places(*model);
    const std::string plan = hash_of(missing, places, graph);
    Resumption resumption;
    resumption.interval = std::chrono::duration<double>(run_.checkpoint_seconds);
    if (stored_.checkpoint && stored_.checkpoint->plan == plan) {
        resumption.from = stored_.checkpoint->checkpoint;
    }
    resumption.keep = [&](const Checkpoint& checkpoint) {
        stored_.checkpoint = StoredCheckpoint{plan, checkpoint};
        write_statistics(run_.statistics, stored_);
    };
    const bool is_first = stored_.samples.empty();
    const auto before = is_first ? nullptr : select_samples(*samples_, stored_.samples);
    auto collected = collect_from(before ? *before : *samples_, model, missing, is_first, &resumption, outputs_of);
    if (is_first) {
        stored_.samples = collected.samples;
        stored_.bad_samples = collected.bad_samples;
        stored_.has_converged = collected.has_converged;
    } else if (collected.samples.size() != stored_.samples.size()) {
        throw Error(ErrorCode::InvalidData, "data", "a sample that was measured before cannot be read any more");
    }
    for (const auto& request : missing.requests()) {
        auto answer = places.name(request, graph);
        const auto values = collected.statistics.find(request);
        answer.values.assign(values.begin(), values.end());
        answer.facts = *collected.statistics.facts(request.tensor);
        stored_.answers.push_back(std::move(answer));
    }
    stored_.checkpoint.reset();
    has_news_ = true;
    return collected;
}

Statistics Measurement::measure_again(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan) {
    refuse_offline(plan);
    return collect_from(*measured_, model, plan, false, nullptr, {}).statistics;
}

void Measurement::save(const ov::Model& model, const std::vector<std::size_t>& kept) {
    if (!has_news_ || run_.statistics.empty()) {
        return;
    }
    const Feed feed(model, *measured_);
    for (const std::size_t sample : kept) {
        if (sample >= feed.size() || stored_.inputs.count(sample) > 0) {
            continue;
        }
        stored_.inputs.emplace(sample, feed(sample));
    }
    write_statistics(run_.statistics, stored_);
    has_news_ = false;
}

std::string Measurement::preparation() const {
    return samples_ ? dataset_preparation_ : stored_.key.preparation;
}

}  // namespace octet

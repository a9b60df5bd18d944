#include "config/fields.hpp"

#include <algorithm>

#include "config/codecs.hpp"

namespace octet {
namespace {

/// A structure of options and the way to it, which may lead through an optional one.
template <class Owner>
struct Part {
    std::string path;
    std::function<Owner&(Options&)> make;
    std::function<const Owner*(const Options&)> find;

    template <class Inner>
    Part<Inner> part(const std::string& name, Inner Owner::*member) const {
        return {below(path, name), [make = make, member](Options& options) -> Inner& { return make(options).*member; },
                [find = find, member](const Options& options) -> const Inner* {
                    const Owner* owner = find(options);
                    return owner ? &(owner->*member) : nullptr;
                }};
    }

    template <class Inner>
    Part<Inner> part(const std::string& name, std::optional<Inner> Owner::*member) const {
        return {below(path, name),
                [make = make, member](Options& options) -> Inner& {
                    auto& slot = make(options).*member;
                    return slot ? *slot : slot.emplace();
                },
                [find = find, member](const Options& options) -> const Inner* {
                    const Owner* owner = find(options);
                    return owner && owner->*member ? &*(owner->*member) : nullptr;
                }};
    }
};

Part<Options> all_options() {
    return {"", [](Options& options) -> Options& { return options; }, [](const Options& options) { return &options; }};
}

template <class V>
Json written(const Codec<V>& codec, const V& value) {
    return codec.write(value);
}
template <class V>
Json written(const Codec<V>& codec, const std::optional<V>& value) {
    return value ? codec.write(*value) : Json();
}

template <class V>
void reset(V&) {}
template <class V>
void reset(std::optional<V>& slot) {
    slot.reset();
}

/// A list in the making: the calls below read as a table.
class Table {
public:
    /// An option that is one value, or unset; null unsets it.
    template <class Owner, class Slot, class V>
    void value(const Part<Owner>& part, const std::string& name, Slot Owner::*member, const Codec<V>& codec) {
        Field field;
        field.path = below(part.path, name);
        field.take = [part, member, codec](Options& options, const Json& json, const std::string&, Problems&) {
            if (json.is_null()) {
                reset(part.make(options).*member);
            } else {
                part.make(options).*member = codec.read(json);
            }
        };
        field.give = [part, member, codec](const Options& options) {
            const Owner* owner = part.find(options);
            return owner ? written(codec, owner->*member) : Json();
        };
        fields_.push_back(std::move(field));
    }

    /// An option with an inner structure.
    template <class Owner, class V, class Read, class Write>
    void list(const Part<Owner>& part, const std::string& name, V Owner::*member, Read read, Write write) {
        Field field;
        field.path = below(part.path, name);
        field.take = [part, member, read](Options& options, const Json& json, const std::string&, Problems&) {
            if (!json.is_null()) {
                part.make(options).*member = read(json);
            }
        };
        field.give = [part, member, write](const Options& options) {
            const Owner* owner = part.find(options);
            return owner ? Json(write(owner->*member)) : Json();
        };
        fields_.push_back(std::move(field));
    }

    template <class Owner>
    void section(const Part<Owner>& part) {
        sections_.push_back({part.path, [part](Options& options) { part.make(options); },
                             [part](const Options& options) { return part.find(options) != nullptr; }});
    }

    std::vector<Field> fields_;
    std::vector<Section> sections_;
};

std::vector<std::string> as_is(const std::vector<std::string>& names) {
    return names;
}

/// As what is unset, where there are none.
Json names_or_none(const std::vector<std::string>& names) {
    return names.empty() ? Json() : Json(names);
}

void add_range_end(Table& table, const Part<RangeEndOptions>& end, bool has_samples) {
    table.section(end);
    table.value(end, "type", &RangeEndOptions::type, statistic_name());
    table.value(end, "outlier_prob", &RangeEndOptions::outlier_prob, plain<double>());
    table.value(end, "granularity", &RangeEndOptions::granularity, granularity_name());
    table.value(end, "clipping_value", &RangeEndOptions::clipping_value, plain<double>());
    if (has_samples) {
        table.value(end, "aggregator", &RangeEndOptions::aggregator, aggregator_name());
    }
}

/// `has_samples`: of activations, whose samples an aggregator makes one number of. Weights have but one.
void add_range_estimator(Table& table, const Part<RangeEstimatorOptions>& estimator, bool has_samples) {
    table.section(estimator);
    table.value(estimator, "preset", &RangeEstimatorOptions::preset, range_preset_name());
    add_range_end(table, estimator.part("min", &RangeEstimatorOptions::min), has_samples);
    add_range_end(table, estimator.part("max", &RangeEstimatorOptions::max), has_samples);
}

void add_tensors(Table& table, const Part<TensorOptions>& tensors, bool has_samples) {
    table.section(tensors);
    table.value(tensors, "bits", &TensorOptions::bits, plain<int>());
    table.value(tensors, "mode", &TensorOptions::mode, mode_name());
    table.value(tensors, "granularity", &TensorOptions::granularity, granularity_name());
    table.value(tensors, "level_low", &TensorOptions::level_low, plain<std::int64_t>());
    table.value(tensors, "level_high", &TensorOptions::level_high, plain<std::int64_t>());
    add_range_estimator(table, tensors.part("range_estimator", &TensorOptions::range_estimator), has_samples);
    table.list(tensors, "int16_scope", &TensorOptions::int16_scope, read_names, names_or_none);
}

void add_ignored(Table& table, const Part<IgnoredScope>& ignored) {
    table.section(ignored);
    table.value(ignored, "skip_model", &IgnoredScope::skip_model, plain<bool>());
    table.list(ignored, "scope", &IgnoredScope::names, read_names, as_is);
    table.list(ignored, "operations", &IgnoredScope::types, read_ignored_types, write_ignored_types);
    table.list(ignored, "regions", &IgnoredScope::regions, read_regions, write_regions);
}

/// Of LayerwiseTuning: POT has them beside the others.
void add_tuning(Table& table, const Part<Options>& all) {
    auto tuning = all.part("", &Options::tuning);
    tuning.path = all.path;
    table.value(tuning, "tuning_method", &TuningOptions::method, tuning_method_name());
    table.list(tuning, "tuning_ignored_scope", &TuningOptions::ignored, read_names, as_is);
    table.value(tuning, "tune_input_ranges", &TuningOptions::input_ranges, plain<bool>());
    table.value(tuning, "calibration_indices_pool", &TuningOptions::samples, plain<std::size_t>());
    table.value(tuning, "optimizer", &TuningOptions::optimizer, optimizer_name());
    table.value(tuning, "batch_size", &TuningOptions::batch_size, plain<std::size_t>());
    table.value(tuning, "num_samples_for_tuning", &TuningOptions::num_samples_for_tuning, plain<std::size_t>());
    table.value(tuning, "update_every_batch", &TuningOptions::update_every_batch, plain<bool>());
    table.value(tuning, "calculate_grads_on_loss_increase_only", &TuningOptions::only_on_loss_increase, plain<bool>());
    table.value(tuning, "weights_lr", &TuningOptions::weights_lr, plain<double>());
    table.value(tuning, "bias_lr", &TuningOptions::bias_lr, plain<double>());
    table.value(tuning, "scale_lr", &TuningOptions::scale_lr, plain<double>());
    table.value(tuning, "weight_decay", &TuningOptions::weight_decay, plain<double>());
    const auto add_rates = [&](const Part<RangeRates>& rates) {
        table.section(rates);
        table.value(rates, "scale_lr", &RangeRates::scale_lr, plain<double>());
    };
    add_rates(tuning.part("weight_fq", &TuningOptions::weight_fq));
    add_rates(tuning.part("input_fq", &TuningOptions::input_fq));
}

/// What POT's parameters name.
void add_pot_parameters(Table& table, const Part<Options>& all) {
    table.value(all, "target_device", &Options::target_device, plain<std::string>());
    table.value(all, "model_type", &Options::model_type, model_type_name());
    table.value(all, "preset", &Options::preset, preset_name());
    table.value(all, "stat_subset_size", &Options::subset, plain<std::size_t>());
    table.value(all, "seed", &Options::seed, plain<std::uint64_t>());
    table.value(all, "saturation_fix", &Options::saturation_fix, saturation_fix_name());
    table.value(all, "threshold", &Options::threshold, plain<double>());
    add_ignored(table, all.part("ignored", &Options::ignored));
    add_range_estimator(table, all.part("range_estimator", &Options::range_estimator), true);
    add_tuning(table, all);
    add_tensors(table, all.part("weights", &Options::weights), false);
    add_tensors(table, all.part("activations", &Options::activations), true);
    add_tensors(table, all.part("outputs", &Options::outputs), true);

    Field shuffle;
    shuffle.path = "shuffle_data";
    shuffle.take = [](Options& options, const Json& json, const std::string&, Problems&) {
        if (!json.is_null()) {
            options.sampling = json.get<bool>() ? Sampling::Shuffle : Sampling::First;
        }
    };
    table.fields_.push_back(shuffle);
}

/// What POT has no name for.
void add_own_options(Table& table, const Part<Options>& all) {
    table.value(all, "profile", &Options::profile, profile_name());
    table.list(all, "algorithms", &Options::algorithms, read_names, as_is);
    table.value(all, "hardware_rules", &Options::hardware_rules, plain<std::string>());
    table.value(all, "sampling", &Options::sampling, sampling_name());
    table.value(all, "converge", &Options::converge, plain<double>());
    table.value(all, "states", &Options::states, states_name());
    table.value(all, "bias_formula", &Options::bias_formula, bias_formula_name());
    const std::pair<const char*, bool Options::*> kSwitches[] = {
        {"smooth_quant", &Options::smooth_quant},
        {"smooth_convolutions", &Options::smooth_convolutions},
        {"range_selection", &Options::range_selection},
        {"range_search", &Options::range_search},
        {"fuse_activation_scales", &Options::fuse_activation_scales},
        {"careful_propagation", &Options::careful_propagation},
        {"full_range_16bit", &Options::full_range_16bit},
        {"quantize_unaccelerated", &Options::quantize_unaccelerated},
        {"fold", &Options::fold},
        {"channel_alignment", &Options::channel_alignment},
        {"bias_correction", &Options::bias_correction},
        {"use_fast_bias", &Options::use_fast_bias},
        {"use_layerwise_tuning", &Options::use_layerwise_tuning},
        {"apply_for_all_nodes", &Options::apply_for_all_nodes},
        {"simulate_activations", &Options::simulate_activations},
        {"inplace_statistics", &Options::inplace_statistics},
        {"keep_uncompressed_weights", &Options::keep_uncompressed_weights},
        {"fp16", &Options::fp16},
        {"reshape", &Options::reshape},
        {"split_batches", &Options::split_batches},
        {"skip_bad", &Options::skip_bad},
    };
    for (const auto& [name, member] : kSwitches) {
        table.value(all, name, member, plain<bool>());
    }

    Field shapes;
    shapes.path = "shapes";
    shapes.take = [](Options& options, const Json& json, const std::string& place, Problems& problems) {
        if (!json.is_null()) {
            options.shapes = read_shapes(json, place, problems);
        }
    };
    shapes.give = [](const Options& options) { return write_shapes(options.shapes); };
    table.fields_.push_back(shapes);
}

Table make_table() {
    Table table;
    const auto all = all_options();
    add_own_options(table, all);
    add_pot_parameters(table, all);
    return table;
}

const Table& table() {
    static const Table kTable = make_table();
    return kTable;
}

const Section* find_section(const std::string& path) {
    const auto& all = sections();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Section& each) { return each.path == path; });
    return found == all.end() ? nullptr : &*found;
}

void take_section(Options& options, const Json& object, const std::string& section, const std::string& place,
                  Problems& problems, const OnField& on_field) {
    for (const auto& [name, value] : object.items()) {
        const std::string path = below(section, name), inner_place = below(place, name);
        if (const Section* inner = find_section(path); inner && value.is_object()) {
            inner->enter(options);
            take_section(options, value, path, inner_place, problems, on_field);
        } else if (const Field* field = find_field(path)) {
            if (!on_field || on_field(*field, value, inner_place)) {
                field->take(options, value, inner_place, problems);
            }
        }
    }
}

}  // namespace

const std::vector<Field>& fields() {
    return table().fields_;
}

const std::vector<Section>& sections() {
    return table().sections_;
}

const Field* find_field(const std::string& path) {
    const auto& all = fields();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Field& field) { return field.path == path; });
    return found == all.end() ? nullptr : &*found;
}

void take_fields(Options& options, const Json& object, const std::string& place, Problems& problems,
                 const OnField& on_field) {
    take_section(options, object, "", place, problems, on_field);
}

void check_together(const Options& options, Problems& problems) {
    const std::pair<const char*, const TensorOptions*> kinds[] = {
        {"weights", &options.weights}, {"activations", &options.activations}, {"outputs", &options.outputs}};
    for (const auto& [name, tensors] : kinds) {
        if (tensors->level_low && tensors->level_high && *tensors->level_low >= *tensors->level_high) {
            problems.add(name, "expected level_low below level_high; got " + std::to_string(*tensors->level_low) +
                                   " and " + std::to_string(*tensors->level_high));
        }
    }
}

}  // namespace octet

#include "config/fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "base/text.hpp"
#include "config/codecs.hpp"

namespace octet {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

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

/// A list in the making: the chain of calls below reads as a table.
class Table {
public:
    /// An option that is one value, or unset; null unsets it.
    template <class Owner, class Slot, class V>
    Field& value(const Part<Owner>& part, const std::string& name, Slot Owner::*member, const Codec<V>& codec) {
        Field field;
        field.path = below(part.path, name);
        field.take = [part, member, codec](Options& options, const Json& json, const std::string& path,
                                           Problems& problems) {
            if (json.is_null()) {
                reset(part.make(options).*member);
            } else if (const auto read = read_value(codec, json, path, problems)) {
                part.make(options).*member = *read;
            }
        };
        field.give = [part, member, codec](const Options& options) {
            const Owner* owner = part.find(options);
            return owner ? written(codec, owner->*member) : Json();
        };
        return add(std::move(field));
    }

    /// An option with an inner structure.
    template <class Owner, class V, class Read, class Write>
    Field& list(const Part<Owner>& part, const std::string& name, V Owner::*member, Read read, Write write) {
        Field field;
        field.path = below(part.path, name);
        field.take = [part, member, read](Options& options, const Json& json, const std::string& path,
                                          Problems& problems) {
            if (!json.is_null()) {
                read(part.make(options).*member, json, path, problems);
            }
        };
        field.give = [part, member, write](const Options& options) {
            const Owner* owner = part.find(options);
            return owner ? Json(write(owner->*member)) : Json();
        };
        return add(std::move(field));
    }

    /// Accepted and checked, but without effect on the result.
    template <class V>
    Field& idle(const std::string& path, const Codec<V>& codec, const std::string& no_effect) {
        Field field;
        field.path = path;
        field.take = [codec](Options&, const Json& json, const std::string& where, Problems& problems) {
            if (!json.is_null()) {
                read_value(codec, json, where, problems);
            }
        };
        field.no_effect = no_effect;
        return add(std::move(field));
    }

    template <class Owner>
    const Part<Owner>& section(const Part<Owner>& part) {
        sections_.push_back({part.path, [part](Options& options) { part.make(options); },
                             [part](const Options& options) { return part.find(options) != nullptr; }});
        return part;
    }

    Field& add(Field field) {
        fields_.push_back(std::move(field));
        return fields_.back();
    }

    std::vector<Field> fields_;
    std::vector<Section> sections_;
};

void add_range_end(Table& table, const Part<RangeEndOptions>& end, bool has_samples) {
    table.section(end);
    table.value(end, "type", &RangeEndOptions::type, statistic_name()).readers = kRanges;
    table.value(end, "outlier_prob", &RangeEndOptions::outlier_prob, number(0, 1, "a number of at least 0 and below 1"))
        .readers = kRanges;
    auto& granularity = table.value(end, "granularity", &RangeEndOptions::granularity, granularity_name());
    granularity.readers = kRanges;
    granularity.no_effect = "the end of a range is per channel where its quantizer is";
    table.value(end, "clipping_value", &RangeEndOptions::clipping_value, number(-kInfinity, kInfinity, "a number"))
        .readers = kRanges;
    if (has_samples) {
        table.value(end, "aggregator", &RangeEndOptions::aggregator, aggregator_name()).readers = kRanges;
    }
}

/// `has_samples`: of activations, whose samples an aggregator makes one number of. Weights have but one.
void add_range_estimator(Table& table, const Part<RangeEstimatorOptions>& estimator, bool has_samples) {
    table.section(estimator);
    table.value(estimator, "preset", &RangeEstimatorOptions::preset, range_preset_name()).readers = kRanges;
    add_range_end(table, estimator.part("min", &RangeEstimatorOptions::min), has_samples);
    add_range_end(table, estimator.part("max", &RangeEstimatorOptions::max), has_samples);
}

void add_tensors(Table& table, const Part<TensorOptions>& tensors, bool has_samples) {
    table.section(tensors);
    table.value(tensors, "bits", &TensorOptions::bits, whole<int>(2, 32)).readers = kRanges;
    table.value(tensors, "mode", &TensorOptions::mode, mode_name()).readers = kRanges;
    table.value(tensors, "granularity", &TensorOptions::granularity, granularity_name()).readers = kRanges;
    const auto level = whole<std::int64_t>(std::numeric_limits<std::int64_t>::min());
    table.value(tensors, "level_low", &TensorOptions::level_low, level).readers = kRanges;
    table.value(tensors, "level_high", &TensorOptions::level_high, level).readers = kRanges;
    add_range_estimator(table, tensors.part("range_estimator", &TensorOptions::range_estimator), has_samples);
}

void add_ignored(Table& table, const Part<IgnoredScope>& ignored) {
    const auto as_is = [](const auto& value) { return value; };
    table.section(ignored);
    table.value(ignored, "skip_model", &IgnoredScope::skip_model, boolean()).readers = kRanges;
    table.list(ignored, "scope", &IgnoredScope::names, read_scope, as_is).readers = kRanges;
    table.list(ignored, "operations", &IgnoredScope::types, read_ignored_types, write_ignored_types).readers = kRanges;
    table.list(ignored, "regions", &IgnoredScope::regions, read_regions, write_regions).places = kInOptions;
}

/// What POT's parameters name.
void add_pot_parameters(Table& table, const Part<Options>& all) {
    table.value(all, "target_device", &Options::target_device, device_name()).places |= kInCompression;
    table.value(all, "model_type", &Options::model_type, model_type_name()).places |= kInCompression;
    table.value(all, "inplace_statistics", &Options::inplace_statistics, boolean()).places |= kInCompression;
    table.value(all, "preset", &Options::preset, preset_name()).readers = kRanges;
    table.value(all, "stat_subset_size", &Options::subset, whole<std::size_t>(1));
    table.value(all, "seed", &Options::seed, whole<std::uint64_t>(0));
    table.value(all, "saturation_fix", &Options::saturation_fix, saturation_fix_name()).readers = kRanges;
    table.value(all, "use_fast_bias", &Options::use_fast_bias, boolean()).readers = kCorrections;
    table.value(all, "threshold", &Options::threshold, number(0, kInfinity, "a number of at least 0")).readers =
        kCorrections;
    table.value(all, "apply_for_all_nodes", &Options::apply_for_all_nodes, boolean()).readers = kCorrections;
    add_ignored(table, all.part("ignored", &Options::ignored));
    add_range_estimator(table, all.part("range_estimator", &Options::range_estimator), true);
    add_tensors(table, all.part("weights", &Options::weights), false);
    add_tensors(table, all.part("activations", &Options::activations), true);
    add_tensors(table, all.part("outputs", &Options::outputs), true);

    Field shuffle;
    shuffle.path = "shuffle_data";
    shuffle.take = [](Options& options, const Json& json, const std::string& path, Problems& problems) {
        const auto is_shuffled = json.is_null() ? std::nullopt : read_value(boolean(), json, path, problems);
        if (is_shuffled) {
            options.sampling = *is_shuffled ? Sampling::Shuffle : Sampling::First;
        }
    };
    table.add(shuffle);
}

/// What POT has no name for.
void add_own_options(Table& table, const Part<Options>& all) {
    const auto as_is = [](const auto& value) { return value; };
    table.value(all, "profile", &Options::profile, profile_name()).places = kInOptions;
    table.list(all, "algorithms", &Options::algorithms, read_algorithm_names, as_is).places = kInOptions;
    table.value(all, "hardware_rules", &Options::hardware_rules, text()).places = kInOptions;
    table.value(all, "sampling", &Options::sampling, sampling_name()).places = kInOptions;
    table.value(all, "bias_formula", &Options::bias_formula, bias_formula_name()).places = kInOptions;
    table.list(all, "shapes", &Options::shapes, read_shapes, write_shapes).places = kInOptions;
    const std::pair<const char*, bool Options::*> kSwitches[] = {
        {"smooth_quant", &Options::smooth_quant},
        {"range_selection", &Options::range_selection},
        {"fuse_activation_scales", &Options::fuse_activation_scales},
        {"careful_propagation", &Options::careful_propagation},
        {"quantize_unaccelerated", &Options::quantize_unaccelerated},
        {"fold", &Options::fold},
        {"channel_alignment", &Options::channel_alignment},
        {"bias_correction", &Options::bias_correction},
        {"simulate_activations", &Options::simulate_activations},
        {"keep_uncompressed_weights", &Options::keep_uncompressed_weights},
        {"fp16", &Options::fp16},
        {"reshape", &Options::reshape},
        {"skip_bad", &Options::skip_bad},
    };
    for (const auto& [name, member] : kSwitches) {
        table.value(all, name, member, boolean()).places = kInOptions;
    }
}

Codec<Json> any_list() {
    return {"a list", [](const Json& json) { return json.is_array() ? std::optional<Json>(json) : std::nullopt; },
            [](const Json& json) { return json; }};
}

/// What POT takes and what changes no result here.
void add_idle_parameters(Table& table) {
    const std::string tuning = "no effect: layers are not tuned";
    const auto rate = number(0, kInfinity, "a number of at least 0");
    const auto count = whole<std::size_t>(1);
    table.idle("stat_batch_size", count, "");
    table.idle("dump_intermediate_model", boolean(), "no effect: no intermediate model is written").places =
        kInCompression;
    for (const char* name :
         {"use_layerwise_tuning", "use_only_fp_inputs", "update_every_batch", "use_ranking_subset",
          "calculate_grads_on_loss_increase_only", "set_quantized_values_to_weight_parameter", "asymmetric"}) {
        table.idle(name, boolean(), tuning);
    }
    for (const char* name : {"batch_size", "num_samples_for_tuning", "calibration_indices_pool", "tuning_iterations",
                             "loss_logging_freq"}) {
        table.idle(name, count, tuning);
    }
    for (const char* name : {"weights_lr", "bias_lr", "scale_lr", "min_lr", "weight_decay", "weight_fq.scale_lr",
                             "weight_fq.min_lr", "input_fq.scale_lr", "input_fq.min_lr"}) {
        table.idle(name, rate, tuning);
    }
    for (const char* section : {"weight_fq", "input_fq"}) {
        table.sections_.push_back({section, [](Options&) {}, [](const Options&) { return false; }});
    }
    table.idle("random_seed", whole<std::uint64_t>(0), tuning);
    table.idle("optimizer", text(), tuning);
    table.idle("loss", text(), tuning);
    table.idle("tuning_ignored_scope", any_list(), tuning);
}

Table make_table() {
    Table table;
    const auto all = all_options();
    add_own_options(table, all);
    add_pot_parameters(table, all);
    add_idle_parameters(table);
    return table;
}

const Table& table() {
    static const Table kTable = make_table();
    return kTable;
}

/// The other names of POT's documentation and of its own example.
const std::map<std::string, std::string>& second_names() {
    static const std::map<std::string, std::string> kNames{{"inplace_statistic", "inplace_statistics"},
                                                           {"inplase_statistics", "inplace_statistics"}};
    return kNames;
}

/// What may stand in the section `path` (empty: on top) at `place`.
std::vector<std::string> names_in(const std::string& path, unsigned place) {
    std::vector<std::string> names;
    const std::size_t begin = path.empty() ? 0 : path.size() + 1;
    for (const auto& field : fields()) {
        if ((field.places & place) && (path.empty() || field.path.starts_with(path + "."))) {
            const std::string name = field.path.substr(begin, field.path.find('.', begin) - begin);
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    return names;
}

const Section* find_section(const std::string& path, unsigned place) {
    const auto& all = sections();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Section& each) { return each.path == path; });
    return found == all.end() || names_in(path, place).empty() ? nullptr : &*found;
}

std::string unknown_text(const std::string& key, std::vector<std::string> known) {
    constexpr std::size_t kFew = 8;
    std::sort(known.begin(), known.end());
    return "unknown" + (known.size() <= kFew ? "; expected one of " + listed(known) : std::string()) +
           did_you_mean(spelled(key), known);
}

/// One object of fields, and those in it.
class FieldWalk {
public:
    FieldWalk(Options& options, unsigned place, Problems& problems, const OnField& on_field)
        : options_(options), place_(place), problems_(problems), on_field_(on_field) {}

    void take(const Json& object, const std::string& section, const std::string& where,
              const std::vector<std::string>& skip) {
        if (!object.is_object()) {
            problems_.add(where, "expected an object with some of " + listed(names_in(section, place_)) + "; got " +
                                     in_short(object));
            return;
        }
        for (const auto& [key, value] : object.items()) {
            if (std::find(skip.begin(), skip.end(), spelled(key)) == skip.end()) {
                take_entry(key, value, section, where);
            }
        }
    }

private:
    void take_entry(const std::string& key, const Json& value, const std::string& section, const std::string& where) {
        const std::string path = below(section, spelled(key)), place = below(where, key);
        const Field* field = find_field(path, place_);
        const Section* inner = find_section(path, place_);
        if (!field && !inner) {
            auto known = names_in(section, place_);
            problems_.add(place, unknown_text(key, known));
        } else if (!is_new_.insert(field ? field->path : path).second) {
            problems_.add(place, "given twice");
        } else if (inner && !value.is_null()) {
            inner->enter(options_);
            take(value, path, place, {});
        } else if (field && (!on_field_ || on_field_(*field, value, place))) {
            take_field(*field, options_, value, place, problems_);
        }
    }

    Options& options_;
    unsigned place_;
    Problems& problems_;
    OnField on_field_;
    std::set<std::string> is_new_;
};

}  // namespace

const std::vector<Field>& fields() {
    return table().fields_;
}

const std::vector<Section>& sections() {
    return table().sections_;
}

const Field* find_field(const std::string& path, unsigned place) {
    const std::string wanted = spelled(path);
    const auto second = second_names().find(wanted);
    const std::string& name = second == second_names().end() ? wanted : second->second;
    const auto& all = fields();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Field& field) { return field.path == name && (field.places & place) != 0; });
    return found == all.end() ? nullptr : &*found;
}

void take_fields(Options& options, const Json& object, const std::string& where, unsigned place, Problems& problems,
                 const std::vector<std::string>& skip, const OnField& on_field) {
    FieldWalk(options, place, problems, on_field).take(object, "", where, skip);
}

void take_field(const Field& field, Options& options, const Json& value, const std::string& path, Problems& problems) {
    field.take(options, value, path, problems);
    const bool is_asked = !value.is_null() && value != Json(false);
    if (!field.no_effect.empty() && is_asked) {
        problems.warn(path, field.no_effect);
    }
}

void set_path(Options& options, const std::string& path, const Json& value, Problems& problems) {
    const std::string wanted = spelled(path);
    if (const Field* field = find_field(wanted, kInOptions)) {
        take_field(*field, options, value, "", problems);
    } else if (const Section* section = find_section(wanted, kInOptions)) {
        section->enter(options);
        FieldWalk(options, kInOptions, problems, {}).take(value, wanted, "", {});
    } else {
        std::vector<std::string> known;
        for (const auto& each : fields()) {
            known.push_back(each.path);
        }
        problems.add("", "unknown" + did_you_mean(wanted, known));
    }
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

std::string spelled(const std::string& key) {
    std::string name = lower_case(key);
    std::replace_if(
        name.begin(), name.end(), [](char letter) { return letter == ' ' || letter == '-'; }, '_');
    return name;
}

}  // namespace octet

#include "config/checker.hpp"

#include <algorithm>
#include <cmath>

#include <re2/re2.h>

#include "octet/accuracy_checker.hpp"
#include "octet/error.hpp"

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "config/checker_parts.hpp"
#include "config/source.hpp"

namespace octet {
namespace {

using namespace checker;

const Words<Feature> kFeatures{
    {"input_ids", Feature::InputIds}, {"input_mask", Feature::InputMask}, {"segment_ids", Feature::SegmentIds}};

/// The entry of a list of `definitions` that has the same `key`, with what `local` says on top of it.
Json completed(const Json& local, const Json& definitions, const char* list, const char* key) {
    const auto entries = definitions.is_object() ? definitions.find(list) : definitions.end();
    if (!local.is_object() || !local.contains(key) || !definitions.is_object() || entries == definitions.end()) {
        return local;
    }
    for (const auto& each : *entries) {
        if (each.is_object() && each.value(key, Json()) == local.at(key)) {
            Json whole = each;
            whole.update(local);
            return whole;
        }
    }
    return local;
}

std::optional<Subsample> read_subsample(SectionReader& section) {
    Subsample subsample;
    subsample.is_shuffled = section.flag("shuffle", true);
    subsample.seed = static_cast<std::uint32_t>(section.whole("subsample_seed", 0).value_or(666));
    const Json& size = section.value("subsample_size");
    if (size.is_null()) {
        return std::nullopt;
    }
    const std::string text = size.is_string() ? size.get<std::string>() : "";
    if (!text.empty() && text.back() == '%') {
        const auto percent = read_numbers(Json(text.substr(0, text.size() - 1)));
        if (percent && percent->size() == 1 && percent->front() > 0 && percent->front() <= 100) {
            subsample.percent = percent->front();
            return subsample;
        }
    } else if (size.is_number_integer() && size.get<double>() >= 1 && size.get<double>() < 1e9) {
        subsample.size = size.get<std::size_t>();
        return subsample;
    }
    section.problems().add(section.path_of("subsample_size"),
                           "expected a number of at least 1, or a share such as 10%; got " + in_short(size));
    return std::nullopt;
}

void read_reader(SectionReader& section, DatasetRules& rules) {
    const Json& json = section.value("reader");
    const Json whole =
        json.is_string() || json.is_null() ? Json{{"type", json.is_null() ? "opencv_imread" : json}} : json;
    SectionReader reader(whole, section.path_of("reader"), section.problems());
    reader.refuse("reading_flag", "color", "expected color");
    reader.refuse("to_rgb", true, "expected true");
    reader.refuse("multi_infer", false, "is not available; expected false");
    rules.reader = reader.choice<Reader>("type",
                                         {{"opencv_imread", Reader::OpenCv},
                                          {"pillow_imread", Reader::Pillow},
                                          {"annotation_features_extractor", Reader::Annotation}},
                                         Reader::OpenCv);
    if (rules.reader == Reader::Annotation) {
        for (const auto& name : read_texts(reader, "features", "features such as input_ids, input_mask, segment_ids")) {
            rules.features.push_back(reader.pick("features", name, kFeatures, Feature::InputIds));
        }
    }
    reader.finish();
}

/// Texts come from the annotation itself, pictures from files.
void check_reader(const DatasetRules& rules, SectionReader& section) {
    const bool is_text = tokenization_of(rules.annotation) != nullptr;
    if (is_text && rules.reader != Reader::Annotation) {
        section.problems().add(section.path_of("reader"),
                               "expected annotation_features_extractor with features, as samples are texts");
    } else if (!is_text && rules.reader == Reader::Annotation) {
        section.problems().add(section.path_of("reader"),
                               "annotation_features_extractor is for texts; expected opencv_imread or pillow_imread");
    }
    if (is_text && !rules.preprocessing.empty()) {
        section.problems().add(section.path_of("preprocessing"), "is not available for texts");
    }
}

/// Pillow takes pixels of 8 bits only, which OpenCV's filters and means do not leave.
void check_order(const std::vector<Step>& steps, const std::string& place, Problems& problems) {
    const char* real_by = nullptr;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto* resize = std::get_if<checker::Resize>(&steps[i]);
        if (resize != nullptr && resize->is_pillow && real_by != nullptr) {
            problems.add(at(below(place, "preprocessing"), i),
                         std::string("Pillow resizes pixels of 8 bits only, which they are not after ") + real_by);
        }
        if (resize != nullptr && !resize->is_pillow) {
            real_by = "a resize by OpenCV";
        } else if (std::holds_alternative<Normalization>(steps[i])) {
            real_by = "normalization";
        } else if (const auto* colour = std::get_if<Colour>(&steps[i]); colour != nullptr && *colour != Colour::Swap) {
            real_by = "the change to grey";
        }
    }
}

DatasetRules read_dataset(const Json& json, const std::string& place, Problems& problems) {
    SectionReader section(json, place, problems);
    DatasetRules rules;
    rules.name = section.needed_text("name", "the dataset's name");
    rules.data_source = section.text("data_source");
    rules.masks_source = section.text("segmentation_masks_source");
    if (section.has("additional_data_source") && rules.masks_source.empty()) {
        rules.masks_source = section.text("additional_data_source");
    }
    read_reader(section, rules);
    for (auto& step : section.sections("preprocessing")) {
        if (const auto read = read_step(std::move(step))) {
            rules.preprocessing.push_back(*read);
        }
    }
    check_order(rules.preprocessing, place, problems);
    for (auto& step : section.sections("postprocessing")) {
        if (const auto read = read_post_step(std::move(step))) {
            rules.postprocessing.push_back(*read);
        }
    }
    for (auto& metric : section.sections("metrics")) {
        if (const auto read = read_metric(std::move(metric))) {
            rules.metrics.push_back(*read);
        }
    }
    rules.subsample = read_subsample(section);
    if (section.has("annotation_conversion")) {
        rules.annotation = read_annotation(
            SectionReader(section.value("annotation_conversion"), section.path_of("annotation_conversion"), problems),
            rules);
    } else {
        problems.add(section.path_of("annotation_conversion"),
                     section.has("annotation")
                         ? "is missing; the tool's own annotation files are Python pickles, which are not read"
                         : "is missing; expected a converter");
    }
    check_reader(rules, section);
    const auto* cifar = std::get_if<CifarAnnotation>(&rules.annotation);
    const bool has_samples = (cifar != nullptr && cifar->has_pictures) || rules.reader == Reader::Annotation;
    if (rules.data_source.empty() && !has_samples) {
        problems.add(section.path_of("data_source"), "is missing; expected the folder of the pictures");
    }
    section.skip({"annotation", "annotation_conversion", "dataset_meta", "additional_data_source", "batch",
                  "analyze_dataset", "store_subset", "cache"});
    section.refuse("subset", nullptr, "is not available; use subsample_size");
    section.refuse("subset_file", nullptr, "is not available; use subsample_size");
    section.finish();
    return rules;
}

/// Without a common `preprocessing` where a part has none of its own.
void read_parts(const Json& parts, const Json& definitions, const std::string& place, Rules& rules,
                Problems& problems) {
    SectionReader section(parts, place, problems);
    const Json common = section.value("preprocessing");
    for (const auto& [name, part] :
         {std::pair{"optimization", &rules.optimization}, {"evaluation", &rules.evaluation}}) {
        if (!section.has(name)) {
            problems.add(section.path_of(name),
                         "is missing; expected a dataset for optimization and one for evaluation");
            section.skip({name});
            continue;
        }
        Json json = completed(section.value(name), definitions, "datasets", "name");
        if (json.is_object() && !common.is_null() && json.value("preprocessing", Json()).is_null()) {
            json["preprocessing"] = common;
        }
        *part = read_dataset(json, section.path_of(name), problems);
    }
    section.finish();
}

void read_datasets(const Json& datasets, const Json& definitions, const std::string& place, Rules& rules,
                   Problems& problems) {
    if (datasets.is_object()) {
        read_parts(datasets, definitions, place, rules, problems);
        return;
    }
    if (!datasets.is_array() || datasets.empty()) {
        problems.add(place, "expected a list with a dataset, or one for optimization and one for evaluation");
        return;
    }
    if (datasets.size() > 1) {
        problems.warn(at(place, 1), "no effect: the first dataset counts");
    }
    rules.optimization = rules.evaluation =
        read_dataset(completed(datasets[0], definitions, "datasets", "name"), at(place, 0), problems);
}

/// Is it one that runs the model by OpenVINO on the CPU?
bool is_openvino(const Json& launcher) {
    const std::string framework =
        launcher.is_object() && launcher.contains("framework")
            ? (launcher.at("framework").is_string() ? launcher.at("framework").get<std::string>() : "")
            : "openvino";
    return lower_case(framework) == "openvino" || lower_case(framework) == "dlsdk";
}

void read_inputs(SectionReader& launcher, Rules& rules) {
    for (auto& input : launcher.sections("inputs")) {
        const std::string type = input.text("type");
        if (type != "INPUT") {
            input.problems().add(input.path_of("type"), in_short(Json(type)) + " is not available; there is INPUT");
        }
        const auto& read = rules.inputs.emplace_back(InputRules{input.text("name"), input.text("value")});
        const re2::RE2 pattern(read.pattern, re2::RE2::Quiet);
        if (!pattern.ok()) {
            input.problems().add(input.path_of("value"), "is no regular expression that can be read (" +
                                                             pattern.error() + "); got \"" + read.pattern + "\"");
        }
        rules.layout = input.choice<std::string>("layout", {{"NCHW", "NCHW"}, {"NHWC", "NHWC"}, {"NC", ""}}, "");
        input.skip({"shape", "precision"});
        input.finish();
    }
}

void read_launcher(const Json& json, const std::string& place, Rules& rules, Problems& problems) {
    SectionReader launcher(json, place, problems);
    rules.adapter = read_adapter(launcher);
    read_inputs(launcher, rules);
    const std::string device = launcher.text("device");
    if (!device.empty() && lower_case(device) != "cpu") {
        problems.warn(launcher.path_of("device"), "no effect: samples run on the CPU");
    }
    // Which model it is, POT's section `model` says.
    launcher.skip({"framework", "model", "weights", "tags", "allow_reshape_input", "batch", "output_names", "outputs",
                   "cpu_extensions", "async_mode", "num_requests", "reset_memory_state", "device_config"});
    launcher.refuse("_model_optimizer", nullptr, "is not available");
    launcher.finish();
}

/// Gives the place of the launcher that counts.
std::string read_launchers(const Json& launchers, const Json& definitions, const std::string& place, Rules& rules,
                           Problems& problems) {
    if (!launchers.is_array() || launchers.empty()) {
        problems.add(place, "expected a list with a launcher");
        return place;
    }
    const auto first = std::find_if(launchers.begin(), launchers.end(), is_openvino);
    if (first == launchers.end()) {
        problems.add(place, "none of them runs the model by OpenVINO; expected one with framework: openvino");
        return place;
    }
    std::string chosen = at(place, static_cast<std::size_t>(first - launchers.begin()));
    read_launcher(completed(*first, definitions, "launchers", "framework"), chosen, rules, problems);
    return chosen;
}

/// What stands in `inputs` that pictures cannot take.
void check_inputs(const Rules& rules, const std::string& place, Problems& problems) {
    const bool is_text = tokenization_of(rules.optimization.annotation) != nullptr;
    if ((tokenization_of(rules.evaluation.annotation) != nullptr) != is_text) {
        problems.add(place, "feeds texts in one part and pictures in the other");
    }
    for (std::size_t i = 0; i < rules.inputs.size() && !is_text; ++i) {
        const std::string input = at(below(place, "inputs"), i);
        if (i > 0) {
            problems.add(input, "expected one input for pictures");
        }
        if (!rules.inputs[i].pattern.empty()) {
            problems.add(below(input, "value"), "is for texts");
        }
    }
}

/// Metrics and labels of other tasks than the adapter's.
void check_task(const Rules& rules, const DatasetRules& part, const std::string& place, Problems& problems) {
    const bool is_classes = std::holds_alternative<ClassificationAdapter>(rules.adapter) ||
                            std::holds_alternative<BertClassificationAdapter>(rules.adapter);
    const bool is_masks = std::holds_alternative<SegmentationAdapter>(rules.adapter);
    const auto& annotation = part.annotation;
    const bool has_classes = std::holds_alternative<ImagenetAnnotation>(annotation) ||
                             std::holds_alternative<FolderAnnotation>(annotation) ||
                             std::holds_alternative<CifarAnnotation>(annotation) ||
                             tokenization_of(annotation) != nullptr;
    const bool has_masks =
        std::holds_alternative<MaskAnnotation>(annotation) || std::holds_alternative<VocMaskAnnotation>(annotation);
    if (is_classes != has_classes || is_masks != has_masks) {
        problems.add(below(place, "annotation_conversion"), "is of another task than the launcher's adapter");
        return;
    }
    const auto* bert = std::get_if<BertClassificationAdapter>(&rules.adapter);
    const bool has_scores = bert == nullptr || !bert->is_single_score;
    for (std::size_t i = 0; i < part.metrics.size(); ++i) {
        if (!has_scores && std::holds_alternative<MatthewsCorrelation>(part.metrics[i].kind)) {
            problems.add(at(below(place, "metrics"), i), part.metrics[i].name + " needs scores, not a single_score");
        }
        const bool of_masks = std::holds_alternative<MaskMetric>(part.metrics[i].kind);
        if (is_of_classes(part.metrics[i]) != is_classes || of_masks != is_masks) {
            problems.add(at(below(place, "metrics"), i),
                         part.metrics[i].name + " is of another task than the launcher's adapter");
        }
    }
}

bool is_json(const std::string& where) {
    return lower_case(where).ends_with(".json");
}

Source read_source(const std::string& text, const std::string& where, Problems& problems) {
    return is_json(where) ? read_json(text, where, problems) : read_yaml(text, where, problems);
}

/// The file that `global_definitions` names, beside the configuration.
Json read_definitions(const Json& file, const std::filesystem::path& folder) {
    if (!file.is_object() || !file.value("global_definitions", Json()).is_string()) {
        return {};
    }
    const auto path = folder / file.at("global_definitions").get<std::string>();
    Problems problems(path.string());
    Source source = read_source(read_text_file(path), path.string(), problems);
    problems.set_positions(std::move(source.positions));
    problems.throw_any();
    return source.json;
}

CheckerConfiguration parse(const std::string& text, const std::string& where, const std::filesystem::path* folder) {
    Problems problems(where);
    Source source = read_source(text, where, problems);
    problems.set_positions(std::move(source.positions));
    if (folder == nullptr && source.json.is_object() && source.json.contains("global_definitions")) {
        problems.add("global_definitions", "is read with a file only");
    }
    const Json definitions = folder == nullptr ? Json() : read_definitions(source.json, *folder);
    CheckerConfiguration configuration{read_checker_file(source.json, definitions, problems), {}};
    problems.throw_any();
    configuration.warnings = problems.warnings();
    return configuration;
}

}  // namespace

bool is_checker_file(const Json& json) {
    return json.is_object() && (json.contains("models") || json.contains("evaluations"));
}

checker::Rules read_checker_file(const Json& file, const Json& definitions, Problems& problems) {
    SectionReader section(file, "", problems);
    section.refuse("evaluations", nullptr, "modules in Python are not available; expected models");
    const Json& models = section.value("models");
    section.skip({"global_definitions"});
    section.finish();
    if (!models.is_array() || models.empty()) {
        problems.add("models", "expected a list with a model");
        return {};
    }
    // A model whose launchers are of other frameworks is there for those.
    std::size_t chosen = 0;
    for (std::size_t i = models.size(); i-- > 0;) {
        const Json launchers = models[i].is_object() ? models[i].value("launchers", Json()) : Json();
        if (launchers.is_array() && std::any_of(launchers.begin(), launchers.end(), is_openvino)) {
            chosen = i;
        }
    }
    return read_checker_model(models[chosen], definitions, at("models", chosen), problems);
}

checker::Rules read_checker_model(const Json& model, const Json& definitions, const std::string& place,
                                  Problems& problems) {
    Rules rules;
    if (!model.is_object()) {
        problems.add(place, "expected a section with launchers and datasets; got " + in_short(model));
        return rules;
    }
    for (const auto& [name, json] : model.items()) {
        if (name != "name" && name != "launchers" && name != "datasets") {
            problems.add(below(place, name), "unknown; there are name, launchers, datasets");
        }
    }
    const std::string launcher =
        read_launchers(model.value("launchers", Json()), definitions, below(place, "launchers"), rules, problems);
    read_datasets(model.value("datasets", Json()), definitions, below(place, "datasets"), rules, problems);
    if (problems.empty()) {
        check_inputs(rules, launcher, problems);
        const bool has_parts = model.at("datasets").is_object();
        const std::string datasets = below(place, "datasets");
        check_task(rules, rules.optimization, has_parts ? below(datasets, "optimization") : at(datasets, 0), problems);
        if (has_parts) {
            check_task(rules, rules.evaluation, below(datasets, "evaluation"), problems);
        }
    }
    return rules;
}

CheckerConfiguration parse_checker(const std::string& text, const std::string& where) {
    return parse(text, where, nullptr);
}

CheckerConfiguration read_checker(const std::filesystem::path& file) {
    const auto folder = file.parent_path();
    return parse(read_text_file(file), file.string(), &folder);
}

}  // namespace octet

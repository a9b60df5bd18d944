#include "shared.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "octet/accuracy_checker.hpp"
#include "octet/error.hpp"
#include "octet/model_io.hpp"
#include "octet/synthetic.hpp"

#include "base/temporary_file.hpp"
#include "base/text.hpp"
#include "signals.hpp"
#include "terminal.hpp"

namespace octet::cli {
namespace {

bool is_array_file(const std::filesystem::path& path) {
    const std::string extension = lower_case(path.extension().string());
    return extension == ".npy" || extension == ".npz";
}

// The settings that were not given but are not the defaults either: the model says them.
std::string settings_from_model(const Preprocessing& given, const Preprocessing& used) {
    const Preprocessing defaults{{{0}}, {{1}}, false, Resize::Linear, 1.0, {}, {}, Fit::Stretch};
    std::vector<std::string> names;
    const auto note = [&](const char* name, const auto& from_user, const auto& in_use, const auto& otherwise) {
        if (!from_user && in_use != otherwise) {
            names.emplace_back(name);
        }
    };
    note("mean", given.mean, used.mean, defaults.mean);
    note("scale", given.scale, used.scale, defaults.scale);
    note("colour order", given.rgb, used.rgb, defaults.rgb);
    note("resize", given.resize, used.resize, defaults.resize);
    note("crop fraction", given.crop_fraction, used.crop_fraction, defaults.crop_fraction);
    if (!given.letterbox) {
        note("fit", given.fit, used.fit, defaults.fit);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

// 12.3, or "exact" and the like where it is not finite.
std::string decibels(double value) {
    if (std::isnan(value)) {
        return "not comparable: shapes differ";
    }
    if (std::isinf(value)) {
        return value > 0 ? "SQNR infinite (equal)" : "SQNR minus infinite";
    }
    return fmt::format("SQNR {:.1f} dB", value);
}

}  // namespace

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_json(const Json& json, const std::filesystem::path& path) {
    TemporaryFile file(path);
    file.stream() << dump(json);
    file.finish();
    file.commit();
}

void check_writable(const char* option, const std::filesystem::path& path, const Arguments& arguments) {
    std::vector<std::filesystem::path> read{arguments.model,
                                            arguments.weights,
                                            arguments.quantized,
                                            arguments.config,
                                            arguments.ac_config,
                                            arguments.hardware_rules,
                                            arguments.evaluation.labels,
                                            arguments.evaluation.label_options.classes};
    for (const auto& source : arguments.data) {
        read.push_back(source.path);
    }
    for (const auto& source : arguments.cascade) {
        read.push_back(source.model);
        read.push_back(source.weights);
    }
    std::error_code error;
    for (const auto& file : read) {
        if (!file.empty() && std::filesystem::equivalent(path, file, error)) {
            throw Error(ErrorCode::InvalidOption, option, path.string() + " is read by this run; name another file");
        }
    }
    if (std::filesystem::is_directory(path, error)) {
        throw Error(ErrorCode::Io, path.string(), "is a folder; expected a file to write");
    }
    const TemporaryFile probe(path);
}

void refuse_cancelled(Progress& progress) {
    if (progress.cancelled()) {
        throw Error(ErrorCode::Cancelled, "", "cancelled");
    }
}

std::shared_ptr<ov::Model> read(const std::filesystem::path& path, Progress& progress,
                                const std::filesystem::path& weights) {
    progress.phase("read", 0);
    const CrashMeansBadModel guard;
    auto model = read_model(path, weights);
    refuse_cancelled(progress);
    return model;
}

std::unique_ptr<Dataset> open_data(const std::shared_ptr<const ov::Model>& model, const std::string& whose,
                                   const Arguments& arguments, Progress& progress) {
    progress.phase("read", 0);
    const auto shaped = with_shapes(model, arguments.options.shapes);
    if (arguments.checker) {
        const auto& part = arguments.checker->optimization;
        auto checked = open_checked(*shaped, *arguments.checker, part);
        progress.log(LogLevel::Info, "data", fmt::format("{}: {} samples", part.name, checked.dataset->size()));
        return std::move(checked.dataset);
    }
    auto dataset = arguments.synthetic ? make_synthetic_dataset(*shaped, *arguments.synthetic, arguments.preprocessing)
                                       : open_dataset(*shaped, arguments.data, arguments.preprocessing);
    refuse_cancelled(progress);
    for (const auto& source : arguments.data) {
        if (dataset->preparation().empty() || is_array_file(source.path)) {
            continue;
        }
        const auto used = effective_preprocessing(*model, arguments.preprocessing, source.input);
        const std::string from_model = settings_from_model(arguments.preprocessing, used);
        progress.log(
            LogLevel::Info, "data",
            fmt::format("{}: {} samples, prepared as {}{}", source.path.string(), dataset->size(), describe(used),
                        from_model.empty() ? "" : fmt::format(" ({} from {})", from_model, whose)));
    }
    const bool has_labels = !arguments.evaluation.labels.empty();  // which may be taken back through the preparation
    if (dataset->preparation().empty() && !(arguments.preprocessing == Preprocessing{}) && !has_labels) {
        progress.log(LogLevel::Warning, "data", "the options of pictures have no effect: arrays are fed as they are");
    }
    for (const auto& remark : dataset->remarks()) {
        progress.log(arguments.synthetic ? LogLevel::Warning : LogLevel::Info, "data", remark);
    }
    return dataset;
}

std::string to_text(const Comparison& comparison) {
    std::size_t width = 0;
    for (const auto& output : comparison.outputs) {
        width = std::max(width, output.output.size());
    }
    std::string text;
    for (const auto& output : comparison.outputs) {
        text += fmt::format("  {:<{}}  {}", printable(output.output), width, decibels(output.sqnr_db));
        if (!std::isnan(output.sqnr_db)) {
            text += fmt::format(", cosine {:.5f}, largest error {:.3g}", output.cosine, output.max_error);
        }
        if (output.top1_agreement) {
            text += fmt::format(", top-1 agreement {:.1f} %", 100 * *output.top1_agreement);
        }
        text += "\n";
    }
    if (comparison.outputs.empty()) {
        text += "  no output is floating point\n";
    }
    if (comparison.reference_fps && comparison.quantized_fps) {
        const double before = *comparison.reference_fps, after = *comparison.quantized_fps;
        const auto digits = [](double rate) { return rate < 10 ? 2 : rate < 100 ? 1 : 0; };
        text += fmt::format("  throughput: FP32 {:.{}f} -> INT8 {:.{}f} inferences/s ({:.2f} x)\n", before,
                            digits(before), after, digits(after), after / before);
    }
    return text;
}

Json to_json(const Comparison& comparison) {
    const auto finite = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
    Json json{{"samples", comparison.samples}, {"outputs", Json::array()}};
    for (const auto& output : comparison.outputs) {
        Json each{{"output", output.output},
                  {"sqnr_db", finite(output.sqnr_db)},
                  {"cosine", finite(output.cosine)},
                  {"max_error", finite(output.max_error)}};
        each["top1_agreement"] = output.top1_agreement ? Json(*output.top1_agreement) : Json();
        json["outputs"].push_back(std::move(each));
    }
    json["reference_fps"] = comparison.reference_fps ? Json(*comparison.reference_fps) : Json();
    json["quantized_fps"] = comparison.quantized_fps ? Json(*comparison.quantized_fps) : Json();
    return json;
}

}  // namespace octet::cli

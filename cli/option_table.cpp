#include "option_table.hpp"

#include <algorithm>

#include "octet/configuration.hpp"
#include "octet/error.hpp"

#include "usage_error.hpp"
#include "values.hpp"

namespace octet::cli {
namespace {

using Words = std::vector<std::string>;

Profile parse_profile(const std::string& option, const std::string& value) {
    return parse_choice<Profile>(option, value, {{"octet", Profile::Octet}, {"pot", Profile::Pot}});
}

}  // namespace

void OptionTable::model(const char* what) {
    text("-m,--model", "PATH", "Model", what, [this](const std::string& path) { out_.model = path; });
}

void OptionTable::weights() {
    text("-w,--weights", "FILE", "Model", "The weights of an IR. Default: the .bin beside the model.",
         [this](const std::string& path) { out_.weights = path; });
}

void OptionTable::name(const char* what) {
    text("-n,--name", "NAME", "Model", what, [this](const std::string& name) { out_.name = name; });
}

void OptionTable::quantized() {
    text("-q,--quantized", "PATH", "Model", "The quantized model.",
         [this](const std::string& path) { out_.quantized = path; });
}

void OptionTable::output() {
    text("-o,--output", "FOLDER", "Model",
         "Where the result goes: <model's name>.xml and .bin, quantization.json, options.json. Made if missing.",
         [this](const std::string& path) { out_.output = path; });
}

void OptionTable::shape() {
    list("--shape", "[NAME]SHAPE", "Model",
         "Run samples at this shape, e.g. 1,3,640,640, or input[1,3,640,640] for one of several inputs; ? is an "
         "axis "
         "that the data decides. Default: from the data. Repeatable.",
         [this](const std::string& value) {
             auto [name, shape] = parse_shape("--shape", value);
             out_.options.shapes[name] = shape;
             if (!out_.shapes.emplace(name, shape).second) {
                 throw UsageError("--shape: given twice for " +
                                  (name.empty() ? "the only input" : "input \"" + name + "\""));
             }
         });
}

void OptionTable::data() {
    list("--data", "[NAME=]PATH", "Data",
         "Samples: a folder of pictures, a text file that lists pictures, an .npz, .npy files (first axis = "
         "samples), or a quoted pattern of files such as 'photos/*.jpg'. NAME is the input that PATH feeds, by tensor "
         "or parameter; not needed for one input or an .npz. "
         "Repeatable.",
         [this](const std::string& value) { out_.data.push_back(parse_data("--data", value)); });
    set_flag("--skip-bad", "Data", "Go on without samples that cannot be read, and report them.", "skip_bad", "true");
}

void OptionTable::synthetic() {
    const auto take = [this](const char* option, const std::string& value, bool any_input) {
        if (out_.synthetic) {
            throw UsageError(std::string(option) + ": expected one of --data-free and --synthetic, once");
        }
        out_.synthetic = SyntheticOptions{.samples = parse_count(option, value, 1), .any_input = any_input};
    };
    optional_text("--data-free", "300", "[=N]", "Data",
                  "There is no data: make N pictures up (300 when given alone). Accuracy is not guaranteed.",
                  [take](const std::string& value) { take("--data-free", value, false); });
    optional_text(
        "--synthetic", "300", "[=N]", "Data",
        "The same for any model: random numbers for inputs that take no pictures. For speed measurements only.",
        [take](const std::string& value) { take("--synthetic", value, true); });
}

void OptionTable::checker() {
    text("--ac-config", "FILE", "Data",
         "A configuration of accuracy checker, which says samples, preparation, labels and metrics, instead of --data "
         "and --labels; docs/accuracy_checker.md.",
         [this](const std::string& path) { out_.ac_config = path; });
}

void OptionTable::pictures() {
    const char* group = "Pictures (what is not given comes from the model, where it says something)";
    text("--mean", "X[,Y,Z]", group,
         "Subtracted from the pixel values 0..255: one number, or one per channel as the model takes them. Default "
         "0.",
         [this](const std::string& value) { out_.preprocessing.mean = parse_numbers("--mean", value); });
    text("--scale", "X[,Y,Z]", group, "Divides after --mean: one number, or one per channel. Default 1.",
         [this](const std::string& value) { out_.preprocessing.scale = parse_numbers("--scale", value); });
    flag("--rgb", group, "Feed RGB. Default: BGR.", [this] { out_.preprocessing.rgb = true; });
    text("--resize", "linear|cubic|area", group, "How pictures are resized. Default linear.",
         [this](const std::string& value) {
             out_.preprocessing.resize = parse_choice<Resize>(
                 "--resize", value, {{"linear", Resize::Linear}, {"cubic", Resize::Cubic}, {"area", Resize::Area}});
         });
    text("--crop-fraction", "X", group, "Keep the central part of this share of each side, in (0, 1]. Default 1.",
         [this](const std::string& value) {
             out_.preprocessing.crop_fraction = parse_number("--crop-fraction", value);
             if (!(*out_.preprocessing.crop_fraction > 0 && *out_.preprocessing.crop_fraction <= 1)) {
                 throw UsageError("--crop-fraction: expected a number above 0 and up to 1; got \"" + value + "\"");
             }
         });
    optional_text(
        "--letterbox", "", "[=VALUE,topleft|center]", group,
        "Keep a picture's proportions and fill the rest with VALUE (0..255). Default: stretch; when given "
        "alone, 114,center.",
        [this](const std::string& value) { out_.preprocessing.letterbox = parse_letterbox("--letterbox", value); });
    text("--layout", "NCHW|NHWC", group, "The input's layout. Default: the model's own, else guessed from its shape.",
         [this](const std::string& value) {
             out_.preprocessing.layout =
                 parse_choice<std::string>("--layout", value, {{"NCHW", "NCHW"}, {"NHWC", "NHWC"}});
         });
}

void OptionTable::config(const char* group, const char* what) {
    text("-c,--config", "FILE", group, what, [this](const std::string& path) { out_.config = path; });
}

void OptionTable::quantization() {
    const char* group = "Quantization (stronger than the file of --config)";
    config(group,
           "Take options from FILE (JSON or YAML): POT's form, with its model and data where -m and --data are not "
           "given, or options.json of an earlier run.");
    text("--profile", "octet|pot", group,
         "octet: what measures best. pot: what POT 2023.3 does. Default octet; pot with a --config in POT's form.",
         [this](const std::string& value) { out_.profile = parse_profile("--profile", value); });
    setting("--subset", "N", group, "Measure N samples, evenly spread. Default: all.", "stat_subset_size");
    setting("--converge", "EPS", group,
            "Stop measuring once the means over the samples of all ranges and channels move by no more than EPS of a "
            "range, e.g. 0.02. Default: measure all.",
            "converge");
    setting("--states", "reset|keep", group,
            "From which state a model with variables runs a sample: the initial one, or the one that the sample before "
            "it in its folder, or in the array, left. Default reset.",
            "states");
    setting("--preset", "performance|mixed|accuracy", group,
            "performance: symmetric activations, the fastest. mixed: asymmetric activations, often more exact. "
            "accuracy: asymmetric weights, too. Default performance.",
            "preset");
    setting("--model-type", "auto|none|transformer", group,
            "transformer keeps residual additions and normalizations in floating point. Default auto: looks for "
            "attention, and says what it found.",
            "model_type");
    setting("--target-device", "ANY|CPU|CPU_SPR|GPU|NPU|GNA|GNA3|GNA3.5", group,
            "Whose rules decide what runs in INT8. Default ANY.", "target_device");
    text("--hardware-rules", "FILE", group, "Rules of your own instead of the device's; docs/hardware_rules.md.",
         [this](const std::string& path) { out_.hardware_rules = path; });
    list("--ignored-scope", "NAME|re:REGEX", group,
         "Leave this operation, or those whose whole name fits REGEX, in floating point. Repeatable.",
         [this](const std::string& value) { out_.ignored.names.push_back(value); });
    list("--ignored-type", "TYPE", group, "Leave operations of this type, e.g. Add, in floating point. Repeatable.",
         [this](const std::string& value) { out_.ignored.types.push_back({value}); });
    list("--ignored-region", "A[,B]->C[,D]", group,
         "Leave all operations on the ways from A or B to C or D, these included, in floating point. Repeatable.",
         [this](const std::string& value) { out_.ignored.regions.push_back(parse_region("--ignored-region", value)); });
    setting("--range-preset", "default|quantile", group,
            "quantile: ranges from the quantiles 0.0001 and 0.9999 instead of extremes. Default default.",
            "range_estimator.preset");
    setting("--saturation-fix", "first_layer|all|no", group,
            "Which weights use half of the grid, for CPUs without VNNI. Default first_layer.", "saturation_fix");
    set_flag("--channel-alignment", group, "Align the ranges of channels between convolutions first.",
             "channel_alignment", "true");
    set_flag("--no-fast-bias", group, "Correct biases one after the other on real samples: slower.", "use_fast_bias",
             "false");
    set_flag("--no-bias-correction", group, "Leave biases as they are.", "bias_correction", "false");
    set_flag("--no-fold", group, "Leave the graph as it came: fold no BatchNorm and no scales.", "fold", "false");
    list("--set", "KEY=VALUE", group,
         "Any option by its name in options.json, e.g. activations.range_estimator.max.aggregator=max, or with an "
         "accuracy goal any parameter of AccuracyAwareQuantization, e.g. max_iter_num=10. Repeatable.",
         [this](const std::string& value) {
             const auto equals = value.find('=');
             if (equals == 0 || equals == std::string::npos) {
                 throw UsageError("--set: expected KEY=VALUE; got \"" + value + "\"");
             }
             set("--set " + value.substr(0, equals), value.substr(0, equals), value.substr(equals + 1));
         });
}

void OptionTable::recipe() {
    const char* group = "Search (docs/accuracy.md)";
    text("--recipe", "accurate|auto", group,
         "Find the most exact of several ways, each judged by the outputs' SQNR on a fifth of the samples, which are "
         "then "
         "not used to calibrate. accurate: what gains on most models. auto: tries more. Takes minutes.",
         [this](const std::string& value) {
             out_.recipe =
                 parse_choice<Recipe>("--recipe", value, {{"accurate", Recipe::Accurate}, {"auto", Recipe::Auto}});
         });
    text("--budget", "TIME", group,
         "Begin nothing of --recipe that will not end within TIME, e.g. 90s or 5min. Default: try all.",
         [this](const std::string& value) { out_.budget = parse_duration("--budget", value); });
}

void OptionTable::writing() {
    const char* group = "Result";
    set_flag("--reshape", group, "Write the model with the shapes of --shape instead of its own axes.", "reshape",
             "true");
    set_flag("--fp16", group, "Store the constants that stay in floating point as f16.", "fp16", "true");
    set_flag("--keep-uncompressed-weights", group, "Leave weights f32 under FakeQuantize instead of storing int8.",
             "keep_uncompressed_weights", "true");
    optional_text("--check", "50", "[=N]", group,
                  "Set N samples aside before the subset is drawn (a third, where N is more than half of all), and "
                  "at the end "
                  "compare the written model with the original on them: SQNR, top-1 agreement, throughput. "
                  "Default: off; N is "
                  "50.",
                  [this](const std::string& value) { out_.check = parse_count("--check", value, 1); });
    flag("-e,--evaluate", group,
         "At the end evaluate the original and the written model on all samples, as octet evaluate does; without "
         "--labels compare their outputs.",
         [this] { out_.evaluate = true; });
}

void OptionTable::labels() {
    const char* group = "Labels and metrics (docs/evaluation.md)";
    auto& given = out_.evaluation;
    text("--labels", "PATH|folders", group,
         "What the samples show. A list file, NAME LABEL a line or one LABEL a line in sample order, or an .npy of "
         "integers: classes. folders: sub-folders of the data are the classes. A COCO .json: boxes. A folder of PNG "
         "masks: classes of pixels.",
         [&given](const std::string& value) { given.labels = value; });
    text("--classes", "FILE", group, "Names of the classes, one a line. Default: the model's model_info/labels.",
         [&given](const std::string& value) { given.label_options.classes = value; });
    text("--label-offset", "N", group,
         "Added to each label: 1 where class 0 of the model is the background. Default 0.",
         [&given](const std::string& value) { given.label_options.offset = parse_integer("--label-offset", value); });
    text("--top", "K[,K]", group, "Classification: accuracy among the best K. Default 1,5.",
         [&given](const std::string& value) { given.options.top = parse_counts("--top", value); });
    text("--ignore-label", "N", group, "Segmentation: pixels of this value do not count. Default 255.",
         [&given](const std::string& value) { given.options.ignore_label = parse_integer("--ignore-label", value); });
    detection();
    evaluation_output();
}

void OptionTable::detection() {
    const char* group = "Detection";
    auto& options = out_.evaluation.options;
    text("--boxes", "auto|detection_output|boxes|yolov5|yolov8|yolox", group,
         "How outputs hold boxes. Default auto: by their shapes.", [&options](const std::string& value) {
             options.boxes = parse_choice<BoxFormat>("--boxes", value,
                                                     {{"auto", BoxFormat::Auto},
                                                      {"detection_output", BoxFormat::DetectionOutput},
                                                      {"boxes", BoxFormat::Boxes},
                                                      {"yolov5", BoxFormat::YoloV5},
                                                      {"yolov8", BoxFormat::YoloV8},
                                                      {"yolox", BoxFormat::YoloX}});
         });
    text("--nms-iou", "X", group,
         "yolov5, yolov8, yolox: of boxes of a class that overlap more than this only the best stays. Default 0.65.",
         [&options](const std::string& value) { options.nms_iou = parse_share("--nms-iou", value); });
    text("--score-threshold", "X", group,
         "yolov5, yolov8, yolox: leave out boxes with scores up to this. Default 0.001.",
         [&options](const std::string& value) { options.score_threshold = parse_share("--score-threshold", value); });
}

void OptionTable::evaluation_output() {
    const char* group = "Result";
    text("--output-name", "NAME", group, "The output to be measured, where several could be.",
         [this](const std::string& value) { out_.evaluation.options.output = value; });
    text("--details", "FILE", group, "Write all figures, of classes and of samples, to FILE as JSON.",
         [this](const std::string& value) { out_.evaluation.details = value; });
}

void OptionTable::accuracy() {
    const char* group = "Accuracy goal (docs/accuracy_aware.md)";
    max_drop(group,
             "Leave as many operations in floating point as it takes until no metric loses more than X, e.g. 0.01; "
             "exit code 4 where that is not reached. Metrics need --labels; without, the outputs are compared.");
    setting("--drop-type", "absolute|relative", group,
            "absolute: X in the metric's unit. relative: as a share of the original's value. Default absolute.",
            "drop_type");
    list("--metric", "NAME", group,
         "What must not lose more: with labels a metric as octet evaluate calls it; without agreement (of the best "
         "class) or sqnr (X is the share of noise: 0.01 is 20 dB, 0.001 is 30 dB). Repeatable. Default: all with "
         "labels; else agreement where there are classes, or sqnr.",
         [this](const std::string& value) { out_.accuracy_given.metrics.push_back(value); });
}

void OptionTable::max_drop(const char* group, const char* what) {
    text("--max-drop", "X", group, what, [this](const std::string& value) {
        out_.accuracy_given.max_drop = parse_number("--max-drop", value);
        if (*out_.accuracy_given.max_drop < 0) {
            throw UsageError("--max-drop: expected a number of 0 or more; got \"" + value + "\"");
        }
    });
}

void OptionTable::sensitivity() {
    const char* group = "Sensitivity";
    auto& given = out_.sensitivity;
    text("--target-sqnr", "DB", group,
         "Suggest as many operations as it takes to reach this SQNR. Default: those of which each adds 1 dB or more.",
         [&given](const std::string& value) { given.options.target_sqnr = parse_number("--target-sqnr", value); });
    text("--top", "N", group, "Print the N costliest. Default 10.",
         [&given](const std::string& value) { given.top = parse_count("--top", value, 1); });
    text("--json", "FILE", group, "Write all figures to FILE as JSON.",
         [&given](const std::string& value) { given.file = value; });
}

void OptionTable::statistics() {
    text("--save-statistics", "FILE", "Statistics",
         "Keep in FILE (an .npz) all that other options may ask of these samples, too. A run that was interrupted goes "
         "on from it.",
         [this](const std::string& value) { set_statistics(value, true); });
    text("--statistics", "FILE", "Statistics",
         "Take from FILE what it holds; measure only what is missing, and add it. Refused where FILE is of another "
         "model, other data or another preparation.",
         [this](const std::string& value) { set_statistics(value, false); });
    flag("--offline", "Statistics", "Measure nothing: refuse what --statistics does not hold. --data may be left out.",
         [this] { out_.run.offline = true; });
}

void OptionTable::set_statistics(const std::string& file, bool is_saved) {
    if (!out_.run.statistics.empty()) {
        throw UsageError("--save-statistics and --statistics: expected one of them, once");
    }
    out_.run.statistics = file;
    out_.run.save_statistics = is_saved;
}

void OptionTable::memory() {
    text(
        "--max-memory", "SIZE", "Run",
        "Stay within SIZE, e.g. 2GB or 800MB, while samples are measured, by fewer threads; warn where one takes more. "
        "The result does not depend on it. Default: no limit.",
        [this](const std::string& value) { out_.run.max_memory = parse_size("--max-memory", value); });
}

void OptionTable::run() {
    text("--threads", "N", "Run", "Threads to use; the result does not depend on it. Default: all CPUs.",
         [this](const std::string& value) { out_.run.threads = parse_count("--threads", value, 0); });
    text("--progress", "auto|plain|json|none", "Run",
         "auto: a bar on a terminal, else plain lines, on stderr. json: a JSON object a line on stdout. Default "
         "auto.",
         [this](const std::string& value) {
             out_.progress = parse_choice<ProgressStyle>("--progress", value,
                                                         {{"auto", ProgressStyle::Auto},
                                                          {"plain", ProgressStyle::Plain},
                                                          {"json", ProgressStyle::Json},
                                                          {"none", ProgressStyle::None}});
         });
    flag("--quiet", "Run", "Print nothing but errors.", [this] { out_.quiet = true; });
    log_level();
}

void OptionTable::log_level() {
    text("--log-level", "debug|info|warning|error", "Run",
         "The least important remarks shown, on stderr. Default info.", [this](const std::string& value) {
             out_.log_level = parse_choice<LogLevel>("--log-level", value,
                                                     {{"debug", LogLevel::Debug},
                                                      {"info", LogLevel::Info},
                                                      {"warning", LogLevel::Warning},
                                                      {"error", LogLevel::Error}});
         });
}

void OptionTable::pot() {
    const char* group = "Without a configuration";
    text("-q,--quantize", "default|accuracy_aware", group,
         "Which algorithm. accuracy_aware needs --max-drop; without --ac-config it compares outputs, as there are no "
         "labels.",
         [this](const std::string& value) {
             out_.pot.method = parse_choice<std::string>(
                 "--quantize", value, {{"default", "default"}, {"accuracy_aware", "accuracy_aware"}});
         });
    text("--preset", "performance|mixed", group, "Symmetric, or asymmetric activations. Default performance.",
         [this](const std::string& value) {
             set("--preset", "preset",
                 parse_choice<std::string>("--preset", value, {{"performance", "performance"}, {"mixed", "mixed"}}));
         });
    text("--engine", "accuracy_checker|simplified", group,
         "Who feeds the model: simplified, from --data-source; accuracy_checker, as --ac-config says. Default "
         "accuracy_checker.",
         [this](const std::string& value) {
             out_.pot.engine = parse_choice<std::string>(
                 "--engine", value, {{"simplified", "simplified"}, {"accuracy_checker", "accuracy_checker"}});
         });
    text("--data-source", "PATH", group,
         "Samples for the simplified engine: a folder, a list, a pattern or arrays, as octet quantize --data.",
         [this](const std::string& path) { out_.pot.data_source = path; });
    text("--ac-config", "FILE", group,
         "The configuration of accuracy checker: samples, labels and metrics; docs/accuracy_checker.md.",
         [this](const std::string& path) { out_.ac_config = path; });
    max_drop(group, "What a metric may lose, with accuracy_aware.");
    pot_result();
}

void OptionTable::pot_result() {
    const char* group = "Result";
    text("--output-dir", "FOLDER", group, "Where the result's folders are made. Default ./results.",
         [this](const std::string& path) { out_.output = path; });
    flag("-d,--direct-dump", group, "Write into FOLDER/optimized, without folders named after algorithms and time.",
         [this] { out_.pot.direct_dump = true; });
    set_flag("--keep-uncompressed-weights", group, "Leave weights f32 under FakeQuantize instead of storing int8.",
             "keep_uncompressed_weights", "true");
    flag("-e,--evaluate", group,
         "Evaluate the original and the result on all samples; needs labels in the configuration, or --ac-config.",
         [this] { out_.evaluate = true; });
    group = "Run";
    text("--log-level", "CRITICAL|ERROR|WARNING|INFO|DEBUG", group,
         "The least important remarks shown and kept in log.txt. Default INFO.", [this](const std::string& value) {
             out_.pot.log_level = parse_choice<LogLevel>("--log-level", value,
                                                         {{"CRITICAL", LogLevel::Error},
                                                          {"ERROR", LogLevel::Error},
                                                          {"WARNING", LogLevel::Warning},
                                                          {"INFO", LogLevel::Info},
                                                          {"DEBUG", LogLevel::Debug}});
         });
    flag("--progress-bar", group, "A bar instead of remarks.", [this] { out_.pot.progress_bar = true; });
    flag("--stream-output", group, "A line for each step of the bar.", [this] { out_.pot.stream_output = true; });
    text("--threads", "N", group, "Threads to use; the result does not depend on it. Default: all CPUs.",
         [this](const std::string& value) { out_.run.threads = parse_count("--threads", value, 0); });
}

void OptionTable::json(const char* what) {
    flag("--json", "Run", what, [this] { out_.json = true; });
}

void OptionTable::text(const char* name, const char* value, const char* group, const char* what, Take take) {
    app_.add_option_function<std::string>(name, checked(name, std::move(take)), what)
        ->type_name(value)
        ->group(group)
        ->multi_option_policy(is_last_taken_ ? CLI::MultiOptionPolicy::TakeLast : CLI::MultiOptionPolicy::Throw);
}

void OptionTable::list(const char* name, const char* value, const char* group, const char* what, Take take) {
    app_.add_option_function<Words>(
            name,
            [take = checked(name, std::move(take))](const Words& values) {
                std::for_each(values.begin(), values.end(), take);
            },
            what)
        ->type_name(value)
        ->group(group)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

OptionTable::Take OptionTable::checked(const std::string& name, Take take) {
    const std::string last_name = name.substr(name.rfind(',') + 1);
    return [this, last_name, take = std::move(take)](const std::string& value) {
        if (value.empty() || (value[0] == '-' && app_.get_option_no_throw(value))) {
            throw UsageError(last_name + ": a value is missing" + (value.empty() ? "" : " before " + value));
        }
        take(value);
    };
}

void OptionTable::optional_text(const char* name, const std::string& fallback, const char* value, const char* group,
                                const char* what, Take take) {
    CLI::callback_t read = [take = std::move(take), fallback](const CLI::results_t& results) {
        take(results.back() == "true" ? fallback : results.back());
        return true;
    };
    auto* option = app_.add_option(name, read, what)->expected(0);
    option->type_name(value)->group(group)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void OptionTable::flag(const char* name, const char* group, const char* what, const std::function<void()>& take) {
    app_.add_flag_callback(name, take, what)->group(group);
}

void OptionTable::set(const std::string& option, const std::string& key, const std::string& value) {
    if (spelled(key) == "profile") {
        out_.profile = parse_profile(option, value);
        return;
    }
    const bool is_of_goal = is_accuracy_option(key);
    try {
        if (is_of_goal) {
            AccuracyOptions checked;
            set_accuracy_option(checked, key, value, option);
        } else {
            set_option(out_.options, key, value, option);
        }
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
    (is_of_goal ? out_.accuracy_given.settings : out_.settings).push_back({key, value, option});
}

void OptionTable::setting(const char* name, const char* value, const char* group, const char* what, const char* key) {
    text(name, value, group, what, [this, name, key](const std::string& given) { set(name, key, given); });
}

void OptionTable::set_flag(const char* name, const char* group, const char* what, const char* key, const char* value) {
    flag(name, group, what, [this, name, key, value] { set(name, key, value); });
}

}  // namespace octet::cli

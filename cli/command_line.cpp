#include "command_line.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <openvino/core/version.hpp>

#include "octet/version.hpp"

#include "base/text.hpp"
#include "command_description.hpp"
#include "commands.hpp"
#include "completion.hpp"
#include "exit_codes.hpp"
#include "help.hpp"
#include "man_page.hpp"
#include "option_table.hpp"
#include "pot_arguments.hpp"
#include "usage_error.hpp"
#include "values.hpp"

namespace octet::cli {
namespace {

using Words = std::vector<std::string>;

struct Command {
    const char* name;
    const char* what;
    const char* usage;
    const char* examples;
    void (*declare)(OptionTable&);
    Words (*missing)(const Arguments&);  ///< options that must be given and are not
    int (*run)(const Arguments&, Progress&);
    void (*complete)(Arguments&) = nullptr;  ///< once all options are read
};

Words missing_of(std::initializer_list<std::pair<bool, const char*>> needs) {
    Words missing;
    for (const auto& [is_there, name] : needs) {
        if (!is_there) {
            missing.emplace_back(name);
        }
    }
    return missing;
}

/// POT shows remarks, or the bar and nothing else.
void complete_pot(Arguments& given) {
    const bool has_bar = given.pot.progress_bar;
    given.progress = has_bar && !given.pot.stream_output ? ProgressStyle::Auto : ProgressStyle::Plain;
    given.log_level = has_bar ? LogLevel::Error : given.pot.log_level;
    check_pot_arguments(given);
}

const Command kCommands[] = {
    {"quantize", "Quantize a model to INT8 with unlabelled samples.",
     "octet quantize -m MODEL --data [NAME=]PATH -o FOLDER [options]",
     "  octet quantize -m model.onnx --data photos/ --mean 123.675,116.28,103.53 --scale 58.395,57.12,57.375 --rgb -o "
     "out/\n"
     "  octet quantize -m model.xml --data calibration.npz --preset mixed --subset 300 --check -o out/\n"
     "  octet quantize -m model.xml --data ids=ids.npy --data mask=mask.npy --model-type transformer -o out/",
     [](OptionTable& table) {
         table.model("The model: IR (.xml), ONNX, TFLite, TensorFlow or Paddle.");
         table.weights();
         table.name("What the result's files are called. Default: as the model.");
         table.output();
         table.shape();
         table.data();
         table.synthetic();
         table.checker();
         table.pictures();
         table.quantization();
         table.recipe();
         table.accuracy();
         table.writing();
         table.labels();
         table.statistics();
         table.memory();
         table.run();
     },
     [](const Arguments& given) {
         const bool has_config = !given.config.empty();  // which may name the model and the samples
         return missing_of(
             {{!given.model.empty() || has_config, "--model"},
              {!given.data.empty() || given.synthetic || !given.ac_config.empty() || has_config || given.run.offline,
               "--data"},
              {!given.output.empty(), "--output"}});
     },
     run_quantize},
    {"pot", "Quantize a model with the command line of POT.",
     "octet pot -c CONFIG [options]\n"
     "       octet pot -q default -m MODEL -w WEIGHTS --engine simplified --data-source PATH [options]\n"
     "       octet pot -q default -m MODEL -w WEIGHTS --ac-config FILE [options]",
     "  octet pot -c pot_config.json --output-dir results\n"
     "  octet pot -q default -m model.xml -w model.bin -n model --engine simplified --data-source photos/ --preset "
     "mixed -d",
     [](OptionTable& table) {
         table.take_last();  // as POT's parser
         table.config("Configuration",
                      "The configuration (JSON or YAML): sections model, engine and compression; "
                      "docs/configuration.md.");
         table.model("The model (.xml), with -q.");
         table.weights();
         table.name("What the result's files are called, with -q. Default model_name, as in POT.");
         table.pot();
     },
     [](const Arguments&) { return Words{}; }, run_pot, complete_pot},
    {"inspect", "List the quantizers of a model.", "octet inspect -m MODEL [--json]",
     "  octet inspect -m out/model.xml",
     [](OptionTable& table) {
         table.model("The model; one in floating point has no quantizers.");
         table.json("Print a JSON array on stdout.");
         table.log_level();
     },
     [](const Arguments& given) {
         return missing_of({{!given.model.empty(), "--model"}});
     },
     run_inspect},
    {"compare", "Compare a quantized model with the original: exactness and speed.",
     "octet compare -m MODEL -q QUANTIZED --data [NAME=]PATH [options]",
     "  octet compare -m model.onnx -q out/model.xml --data photos/\n"
     "  octet compare -m model.xml -q out/model.xml --data ids=ids.npy --data mask=mask.npy --json",
     [](OptionTable& table) {
         table.model("The original model.");
         table.quantized();
         table.shape();
         table.data();
         table.pictures();
         table.json("Print one JSON object on stdout; a figure that is no finite number is null.");
         table.run();
     },
     [](const Arguments& given) {
         return missing_of({{!given.model.empty(), "--model"},
                            {!given.quantized.empty(), "--quantized"},
                            {!given.data.empty(), "--data"}});
     },
     run_compare},
    {"evaluate", "Measure the accuracy of the original and the quantized model side by side.",
     "octet evaluate -m MODEL [-q QUANTIZED] --data [NAME=]PATH --labels LABELS [options]\n"
     "       octet evaluate -m MODEL [-q QUANTIZED] --ac-config FILE [options]",
     "  octet evaluate -m model.onnx -q out/model.xml --data val/ --labels folders --rgb\n"
     "  octet evaluate -m model.xml -q out/model.xml --data val2017/ --labels instances_val2017.json\n"
     "  octet evaluate -m model.xml -q out/model.xml --data pictures/ --labels masks/ --details details.json",
     [](OptionTable& table) {
         table.model("The original model.");
         table.quantized();
         table.shape();
         table.data();
         table.checker();
         table.pictures();
         table.labels();
         table.json("Print one JSON object on stdout.");
         table.run();
     },
     [](const Arguments& given) {
         const bool has_checker = !given.ac_config.empty();
         return missing_of({{!given.model.empty(), "--model"},
                            {!given.data.empty() || has_checker, "--data"},
                            {!given.evaluation.labels.empty() || !given.quantized.empty() || has_checker,
                             "--labels or --quantized"}});
     },
     run_evaluate},
    {"sensitivity", "Measure which operations lose most by INT8, and suggest some to leave in floating point.",
     "octet sensitivity -m MODEL --data [NAME=]PATH [options]",
     "  octet sensitivity -m model.onnx --data photos/ --rgb --subset 300\n"
     "  octet sensitivity -m model.xml --data calibration.npz --preset mixed --target-sqnr 30 --json sensitivity.json",
     [](OptionTable& table) {
         table.model("The model, as for quantize.");
         table.weights();
         table.shape();
         table.data();
         table.pictures();
         table.sensitivity();
         table.quantization();
         table.memory();
         table.run();
     },
     [](const Arguments& given) {
         const bool has_config = !given.config.empty();
         return missing_of(
             {{!given.model.empty() || has_config, "--model"}, {!given.data.empty() || has_config, "--data"}});
     },
     run_sensitivity},
};

constexpr const char* kPurpose = "a trained model and some samples in, an INT8 OpenVINO model out";

// `man` is a word of its own, not an option of `help`, which has none; what it prints is for man to read.
const AnswerDescription kAnswers[] = {
    {"help", "[COMMAND]", "An overview, or a command's options and examples, as octet COMMAND --help."},
    {"man", "", "The manual page, for man: octet man | man -l -"},
    {"completion", "bash|zsh|fish", "A script with which that shell completes the words of octet."},
    {"version", "", "The version of octet and OpenVINO, as octet --version."},
};

std::string listed_commands() {
    std::string list;
    for (const auto& command : kCommands) {
        list += (list.empty() ? "" : ", ") + std::string(command.name);
    }
    return list;
}

std::string general_help() {
    std::string text = std::string("octet: ") + kPurpose + "\n\nUsage: octet COMMAND [options]\n\nCommands:\n";
    for (const auto& command : kCommands) {
        text += help_line(command.name, command.what);
    }
    text += "\n";
    for (const auto& answer : kAnswers) {
        text += help_line("octet " + answer.word + (answer.value.empty() ? "" : " " + answer.value), answer.what);
    }
    text += "\nExit codes:\n";
    for (const auto& exit : kExitCodes) {
        text += help_line(std::to_string(exit.code), exit.meaning);
    }
    return text;
}

/// What `octet man` and `octet completion SHELL` print.
std::string text_for_shell(const std::string& first, const Words& words) {
    const std::size_t most = first == "man" ? 1 : 2;
    if (words.size() == 2 && (words[1] == "--help" || words[1] == "-h")) {
        return general_help();
    }
    if (words.size() > most) {
        throw UsageError("unexpected argument \"" + words[most] + "\"");
    }
    if (first == "man") {
        return man_page(describe_program());
    }
    const auto shell = parse_choice<Shell>("completion", words.size() < 2 ? "" : words[1],
                                           {{"bash", Shell::Bash}, {"zsh", Shell::Zsh}, {"fish", Shell::Fish}});
    return completion_script(shell, describe_program());
}

std::string version_text() {
    return std::string("octet ") + kVersion + " (OpenVINO " + ov::get_openvino_version().buildNumber + ")\n";
}

// Takes a text that is made already: g++ 12 destroys members twice where one of a braced list throws.
CommandLine to_print(std::string text) {
    CommandLine line;
    line.text = std::move(text);
    return line;
}

// What CLI11 did not know: a mistyped option or a stray word.
void refuse_unknown(const CLI::App& app) {
    const auto words = app.remaining();
    if (words.empty()) {
        return;
    }
    const auto option = std::find_if(words.begin(), words.end(), [](const std::string& word) {
        return word.size() > 1 && word[0] == '-' && word != "--";
    });
    if (option == words.end()) {
        throw UsageError("unexpected argument \"" + words.front() + "\"");
    }
    Words known;
    for (const auto* each : app.get_options()) {
        for (const auto& name : each->get_lnames()) {
            known.push_back("--" + name);
        }
    }
    const std::string name = option->substr(0, option->find('='));
    throw UsageError("unknown option \"" + name + "\"" + did_you_mean(name, known));
}

void declare(const Command& command, CLI::App& app, OptionTable& table) {
    command.declare(table);
    app.set_help_flag("-h,--help", "This command's options and examples.")->group("Run");
}

CommandDescription describe(const Command& command, const CLI::App& app) {
    return {command.name, command.what, command.usage, command.examples, describe_options(app)};
}

CommandLine parse_command(const Command& command, Words words) {
    CommandLine line{command.name, command.run, {}, {}};
    CLI::App app;
    OptionTable table(app, line.arguments);
    declare(command, app, table);
    app.allow_extras();
    try {
        std::reverse(words.begin(), words.end());  // as CLI11 wants it
        app.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        return to_print(help_text(describe(command, app)));
    } catch (const CLI::ParseError& error) {
        refuse_unknown(app);
        throw UsageError(error.what());
    }
    refuse_unknown(app);
    if (command.complete) {
        command.complete(line.arguments);
    }
    const Words missing = command.missing(line.arguments);
    if (!missing.empty()) {
        std::string list;
        for (const auto& name : missing) {
            list += (list.empty() ? "" : ", ") + name;
        }
        throw UsageError("missing " + list);
    }
    return line;
}

}  // namespace

ProgramDescription describe_program() {
    ProgramDescription program{kPurpose, {}, {}};
    for (const auto& command : kCommands) {
        CLI::App app;
        Arguments unused;
        OptionTable table(app, unused);
        declare(command, app, table);
        program.commands.push_back(describe(command, app));
    }
    program.answers.assign(std::begin(kAnswers), std::end(kAnswers));
    return program;
}

bool is_command(const std::string& word) {
    return std::any_of(std::begin(kCommands), std::end(kCommands),
                       [&](const Command& command) { return word == command.name; });
}

CommandLine parse_command_line(const Words& words) {
    if (words.empty()) {
        throw UsageError("no command given: " + listed_commands());
    }
    const std::string first = lower_case(words.front());
    if (first == "--help" || first == "-h" || (first == "help" && words.size() == 1)) {
        return to_print(general_help());
    }
    if (first == "--version" || first == "version") {
        return to_print(version_text());
    }
    if (first == "help") {
        return parse_command_line({words[1], "--help"});
    }
    if (first == "completion" || first == "man") {
        return to_print(text_for_shell(first, words));
    }
    Words known;
    for (const auto& command : kCommands) {
        if (first == command.name) {
            return parse_command(command, Words(words.begin() + 1, words.end()));
        }
        known.emplace_back(command.name);
    }
    for (const auto& answer : kAnswers) {
        known.push_back(answer.word);
    }
    if (first[0] == '-') {
        throw UsageError("unknown option \"" + words.front() + "\" before a command" +
                         did_you_mean(first, {"--help", "--version"}));
    }
    throw UsageError("unknown command \"" + words.front() + "\"" + did_you_mean(first, known));
}

}  // namespace octet::cli

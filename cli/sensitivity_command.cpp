#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <unistd.h>

#include "octet/octet.hpp"

#include "commands.hpp"
#include "quantization.hpp"
#include "shared.hpp"
#include "terminal.hpp"
#include "usage_error.hpp"

namespace octet::cli {
namespace {

Json block_json(const BlockSensitivity& block) {
    return {{"name", block.name},
            {"type", block.type},
            {"operations", block.operations},
            {"quantizers", block.quantizers},
            {"alone_db", block.alone_db},
            {"left_db", block.left_db ? Json(*block.left_db) : Json()},
            {"can_be_ignored", block.can_be_ignored}};
}

/// As a configuration has it.
Json scope_json(const std::vector<std::string>& names) {
    return {{"ignored", {{"scope", names}}}};
}

Json to_json(const Sensitivity& found) {
    Json json{{"sqnr_db", found.sqnr_db},
              {"trial_samples", found.trial_samples},
              {"check_samples", found.check_samples},
              {"are_checks_held_out", found.are_checks_held_out},
              {"blocks", Json::array()},
              {"suggestion", Json()}};
    for (const auto& block : found.blocks) {
        json["blocks"].push_back(block_json(block));
    }
    if (const auto& made = found.suggestion) {
        json["suggestion"] = {{"before_db", made->before_db},
                              {"after_db", made->after_db},
                              {"blocks", made->blocks},
                              {"configuration", scope_json(made->names)}};
    } else {
        json["why_none"] = found.why_none;
    }
    return json;
}

/// A name as one word of a shell's command line.
std::string shell_word(const std::string& name) {
    const auto is_plain = [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string("_-./:").find(static_cast<char>(c)) != std::string::npos;
    };
    if (std::all_of(name.begin(), name.end(), is_plain)) {
        return name;
    }
    std::string word = "'";
    for (const char c : name) {
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return word + "'";
}

std::string more(const BlockSensitivity& block) {
    return block.operations.size() > 1 ? fmt::format(" and {} more", block.operations.size() - 1) : "";
}

std::string table(const Sensitivity& found, std::size_t top) {
    std::size_t width = 4;
    for (const auto& block : found.blocks) {
        width = std::max(width, block.type.size());
    }
    std::string text = fmt::format("  {:<{}}  {:>8}  {:>8}  operation\n", "type", width, "alone", "left");
    const std::size_t shown = std::min(top, found.blocks.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& block = found.blocks[i];
        text += fmt::format("  {:<{}}  {:>5.1f} dB  {:>8}  {}{}{}\n", block.type, width, block.alone_db,
                            block.left_db ? fmt::format("{:+.2f} dB", *block.left_db) : "", printable(block.name),
                            more(block), block.can_be_ignored ? "" : " (made by folding: cannot be named)");
    }
    if (shown < found.blocks.size()) {
        text += fmt::format("  {} more; --top N shows more, --json FILE all\n", found.blocks.size() - shown);
    }
    return text;
}

std::string checked_on(const Sensitivity& found) {
    return fmt::format("{} samples{}", found.check_samples,
                       found.are_checks_held_out ? " that were not calibrated on" : ", the same as calibrated on");
}

std::string to_text(const Sensitivity& found, std::size_t top) {
    std::string text =
        fmt::format("{}\n{}",
                    bold(STDOUT_FILENO, fmt::format("SQNR {:.1f} dB with all of {} blocks in INT8, on {} trial samples",
                                                    found.sqnr_db, found.blocks.size(), found.trial_samples)),
                    table(found, top));
    if (!found.suggestion) {
        return text + "\nNothing to suggest: " + found.why_none + ".\n";
    }
    const auto& made = *found.suggestion;
    text += fmt::format(
        "\nLeft in floating point, {} of them lift the INT8 model from {:.1f} to {:.1f} dB, measured "
        "on {}:\n",
        made.blocks, made.before_db, made.after_db, checked_on(found));
    std::string flags;
    for (const auto& name : made.names) {
        flags += " --ignored-scope " + shell_word(printable(name));
    }
    return text + " " + flags + "\nThe same for a configuration:\n  " + dump(scope_json(made.names));
}

}  // namespace

int run_sensitivity(const Arguments& given, Progress& progress) {
    if (const auto& settings = given.accuracy_given.settings; !settings.empty()) {
        throw UsageError(settings.front().option +
                         ": belongs to AccuracyAwareQuantization (octet quantize --max-drop)");
    }
    const Arguments arguments = with_configuration(given, progress);
    if (!arguments.cascade.empty()) {
        throw UsageError("the configuration has a cascade; expected one model");
    }
    const auto& file = arguments.sensitivity.file;
    if (!file.empty()) {
        check_writable("--json", file, arguments);
    }
    const auto model = read(arguments.model, progress, arguments.weights);
    const auto dataset = open_data(model, "the model", arguments, progress);
    const auto found = measure_sensitivity(model, *dataset, arguments.options, arguments.sensitivity.options,
                                           arguments.run, &progress);
    progress.finish();
    if (!file.empty()) {
        write_json(to_json(found), file);
    }
    if (arguments.progress == ProgressStyle::Json) {
        write_out(dump({{"event", "summary"}, {"sensitivity", to_json(found)}}));
    } else if (!arguments.quiet) {
        write_out(to_text(found, arguments.sensitivity.top));
    }
    return 0;
}

}  // namespace octet::cli

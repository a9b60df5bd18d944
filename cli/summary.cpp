#include "summary.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "evaluate_command.hpp"
#include "terminal.hpp"

namespace octet::cli {
namespace {

constexpr std::size_t kTitleWidth = 12;
constexpr std::size_t kNamesShown = 3;
constexpr std::size_t kReasonsShown = 8;
constexpr std::size_t kBadShown = 5;

struct Reason {
    std::string text;
    std::vector<std::string> operations;
};

// Most frequent first, equals in the order they came.
std::vector<Reason> reasons(const Report& report) {
    std::vector<Reason> out;
    std::map<std::string, std::size_t> positions;
    for (const auto& remark : report.left) {
        const auto [position, is_new] = positions.emplace(remark.reason, out.size());
        if (is_new) {
            out.push_back({remark.reason, {}});
        }
        out[position->second].operations.push_back(remark.operation);
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const Reason& a, const Reason& b) { return a.operations.size() > b.operations.size(); });
    return out;
}

// "a, b, c and 4 more"
std::string first_of(const std::vector<std::string>& names, std::size_t shown) {
    const std::size_t count = std::min(shown, names.size());
    std::string text =
        fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count), ", "));
    return names.size() > count ? text + fmt::format(" and {} more", names.size() - count) : text;
}

std::string bytes_text(std::uintmax_t bytes) {
    const auto value = static_cast<double>(bytes);
    return value >= 1e6 ? fmt::format("{:.2f} MB", value / 1e6) : fmt::format("{:.1f} kB", value / 1e3);
}

std::string row(const char* title, const std::string& text) {
    return bold(STDOUT_FILENO, fmt::format("{:<{}}", title, kTitleWidth)) + text + "\n";
}

// A line that may be cut on a terminal.
std::string fitting(const std::string& line) {
    const std::size_t width = is_terminal(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : line.size();
    return (line.size() <= width ? line : line.substr(0, std::max<std::size_t>(width, 4) - 3) + "...") + "\n";
}

std::string operations_text(const Report& report) {
    std::string text = row("Quantized", fmt::format("{} operations in INT8, {} quantizers", report.quantized.size(),
                                                    report.quantizers.size()));
    const auto all = reasons(report);
    if (all.empty()) {
        return text;
    }
    text += row("Left", fmt::format("{} operations in floating point", report.left.size()));
    for (std::size_t i = 0; i < std::min(all.size(), kReasonsShown); ++i) {
        text += fitting(fmt::format("{:{}}{:>4}  {}: {}", "", kTitleWidth, all[i].operations.size(),
                                    printable(all[i].text), printable(first_of(all[i].operations, kNamesShown))));
    }
    if (all.size() > kReasonsShown) {
        text += fmt::format("{:{}} ...  for other reasons, see quantization.json\n", "", kTitleWidth);
    }
    return text;
}

std::string bad_text(const std::vector<std::string>& bad) {
    return bad.empty() ? "" : fmt::format(", {} skipped as bad", bad.size());
}

std::string bad_lines(const std::vector<std::string>& bad) {
    std::string text;
    for (std::size_t i = 0; i < std::min(bad.size(), kBadShown); ++i) {
        text += fmt::format("{:{}}   -  {}\n", "", kTitleWidth, printable(bad[i]));
    }
    return text;
}

std::string samples_text(const Report& report) {
    std::string text = fmt::format("{} measured", report.samples);
    text += bad_text(report.bad_samples);
    if (report.has_converged) {
        text += fmt::format(" of {}: the ranges and means no longer moved", report.samples_given);
    }
    return text;
}

std::string tried_text(const std::vector<Tried>& tried) {
    std::string text;
    for (const auto& attempt : tried) {
        const std::string figure =
            attempt.failure.empty() ? fmt::format("{:.2f} dB", attempt.sqnr_db) : std::string("-");
        const std::string outcome = !attempt.failure.empty() ? printable(attempt.failure)
                                    : attempt.is_kept        ? "kept"
                                                             : "not kept";
        text += row(text.empty() ? "Tried" : "", fmt::format("{:>9}  {}: {}", figure, attempt.what, outcome));
    }
    return text;
}

std::string phases_text(const std::vector<PhaseTime>& phases) {
    double total = 0;
    std::string parts;
    for (const auto& phase : phases) {
        total += phase.seconds;
        parts += fmt::format("{}{} {:.2f}", parts.empty() ? "" : ", ", phase.name, phase.seconds);
    }
    return fmt::format("{:.2f} s: {}", total, parts);
}

std::string accuracy_text(const AccuracyOutcome& accuracy) {
    std::string text =
        row("Accuracy",
            fmt::format("goal {}: {} drop of {:g} at most, {} models tried", accuracy.is_reached ? "reached" : "MISSED",
                        accuracy.is_relative ? "a relative" : "a", accuracy.maximal_drop, accuracy.states));
    for (const auto& metric : accuracy.metrics) {
        text += fmt::format("  {:<14}  {:.4f} -> {:.4f}, drop {:.4g}\n", metric.name, metric.original, metric.quantized,
                            metric.drop);
    }
    return text;
}

Json accuracy_json(const AccuracyOutcome& accuracy) {
    Json json{{"is_reached", accuracy.is_reached},
              {"maximal_drop", accuracy.maximal_drop},
              {"drop_type", accuracy.is_relative ? "relative" : "absolute"},
              {"states", accuracy.states},
              {"metrics", Json::array()}};
    for (const auto& metric : accuracy.metrics) {
        json["metrics"].push_back({{"name", metric.name},
                                   {"original", std::isfinite(metric.original) ? Json(metric.original) : Json()},
                                   {"quantized", metric.quantized},
                                   {"drop", metric.drop}});
    }
    return json;
}

std::string figures_text(const Figures& figures) {
    std::string text;
    if (figures.check) {
        text += row("Check", fmt::format("against the original on {} samples set aside", figures.check->samples));
        text += to_text(*figures.check);
    } else if (figures.is_check_wanted) {
        text += row("Check", "not measured: all samples were used");
    }
    if (figures.evaluation) {
        text += row("Evaluation", fmt::format("on all {} samples", figures.evaluation->samples));
        text += to_text(*figures.evaluation);
    }
    if (figures.comparison) {
        text += row("Evaluation", fmt::format("against the original on all {} samples", figures.comparison->samples));
        text += to_text(*figures.comparison);
    }
    return text;
}

void add_figures(const Figures& figures, Json& json) {
    if (figures.is_check_wanted) {
        json["check"] = figures.check ? to_json(*figures.check) : Json("not measured: all samples were used");
    }
    if (figures.evaluation) {
        json["evaluation"] = to_json(*figures.evaluation);
    }
    if (figures.comparison) {
        json["evaluation"] = to_json(*figures.comparison);
    }
}

Json seconds_json(const std::vector<PhaseTime>& phases) {
    Json seconds = Json::object();
    for (const auto& phase : phases) {
        seconds[phase.name] = phase.seconds;
    }
    return seconds;
}

}  // namespace

std::string to_text(const Summary& summary) {
    const Report& report = *summary.report;
    std::string text = summary.part.empty() ? "" : row("Of cascade", printable(summary.part));
    text += operations_text(report);
    text += row("Model type", report.model_type);
    text += row("Samples", samples_text(report));
    text += bad_lines(report.bad_samples);
    text += tried_text(report.tried);
    text += row("Size", fmt::format("{} -> {}", bytes_text(summary.bytes_before), bytes_text(summary.bytes_after)));
    text += row("Seconds", phases_text(summary.phases));
    text += row("Model", printable(summary.files.xml.string()));
    if (summary.accuracy) {
        text += accuracy_text(*summary.accuracy);
    }
    return text + figures_text(summary);
}

std::string to_text(const CascadeSummary& summary) {
    std::string text = row("Cascade", fmt::format("{}: {} models", printable(summary.name), summary.models));
    text += row("Samples", fmt::format("{} run", summary.samples) + bad_text(summary.bad_samples));
    text += bad_lines(summary.bad_samples);
    text += row("Seconds", phases_text(summary.phases));
    return text + figures_text(summary);
}

Json to_json(const Summary& summary) {
    const Report& report = *summary.report;
    Json left = Json::array();
    for (const auto& reason : reasons(report)) {
        left.push_back({{"reason", reason.text}, {"operations", reason.operations}});
    }
    Json json{{"event", "summary"},
              {"model", summary.files.xml.string()},
              {"model_type", report.model_type},
              {"quantized", report.quantized.size()},
              {"quantizers", report.quantizers.size()},
              {"left", left},
              {"samples", report.samples},
              {"samples_given", report.samples_given},
              {"bad_samples", report.bad_samples},
              {"bytes_before", summary.bytes_before},
              {"bytes_after", summary.bytes_after},
              {"seconds", seconds_json(summary.phases)}};
    if (!summary.part.empty()) {
        json["part"] = summary.part;
    }
    for (const auto& attempt : report.tried) {
        json["tried"].push_back({{"what", attempt.what},
                                 {"sqnr_db", attempt.failure.empty() ? Json(attempt.sqnr_db) : Json()},
                                 {"kept", attempt.is_kept},
                                 {"failure", attempt.failure}});
    }
    if (summary.accuracy) {
        json["accuracy"] = accuracy_json(*summary.accuracy);
    }
    add_figures(summary, json);
    return json;
}

Json to_json(const CascadeSummary& summary) {
    Json json{{"event", "cascade"},
              {"name", summary.name},
              {"models", summary.models},
              {"samples", summary.samples},
              {"bad_samples", summary.bad_samples},
              {"seconds", seconds_json(summary.phases)}};
    add_figures(summary, json);
    return json;
}

}  // namespace octet::cli

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <unistd.h>

#include "octet/octet.hpp"

#include "commands.hpp"
#include "shared.hpp"
#include "terminal.hpp"

namespace octet::cli {
namespace {

using Row = std::array<std::string, 5>;

Json to_json(const QuantizerInfo& quantizer) {
    return {{"name", quantizer.name},
            {"kind", quantizer.kind},
            {"tensor", quantizer.tensor},
            {"consumers", quantizer.consumers},
            {"bits", quantizer.bits},
            {"mode", quantizer.mode},
            {"granularity", quantizer.granularity},
            {"levels", quantizer.levels},
            {"low", quantizer.low},
            {"high", quantizer.high}};
}

std::string range(const QuantizerInfo& quantizer) {
    if (quantizer.low.empty() || quantizer.high.empty()) {
        return "unknown";
    }
    const std::string text =
        fmt::format("{:.5g} .. {:.5g}", *std::min_element(quantizer.low.begin(), quantizer.low.end()),
                    *std::max_element(quantizer.high.begin(), quantizer.high.end()));
    const std::size_t channels = std::max(quantizer.low.size(), quantizer.high.size());
    return channels == 1 ? text : fmt::format("{} ({} channels)", text, channels);
}

Row row(const QuantizerInfo& quantizer) {
    return {printable(quantizer.name), printable(quantizer.tensor),
            printable(fmt::format("{}", fmt::join(quantizer.consumers, " "))),
            fmt::format("{} {}-bit {} {} {}", quantizer.kind, quantizer.bits, quantizer.mode, quantizer.granularity,
                        quantizer.levels),
            range(quantizer)};
}

// On a terminal long names lose their beginning, as their end tells more.
std::string shortened(const std::string& text, std::size_t width) {
    return text.size() <= width ? text : "..." + text.substr(text.size() - width + 3);
}

std::string table(const std::vector<Row>& rows) {
    const std::size_t widest = is_terminal(STDOUT_FILENO) ? std::max<std::size_t>(16, terminal_width(STDOUT_FILENO) / 6)
                                                          : std::numeric_limits<std::size_t>::max();
    std::array<std::size_t, 5> widths{};
    for (const auto& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            const std::size_t limit = column < 3 ? widest : row[column].size();
            widths[column] = std::max(widths[column], std::min(row[column].size(), limit));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            line += fmt::format("{:<{}}  ", shortened(row[column], widths[column]), widths[column]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += (&row == &rows.front() ? bold(STDOUT_FILENO, line) : line) + "\n";
    }
    return text;
}

}  // namespace

int run_inspect(const Arguments& arguments, Progress&) {
    const auto model = read_model(arguments.model);
    const auto quantizers = inspect(*model);
    if (arguments.json) {
        std::string lines;
        for (const auto& quantizer : quantizers) {  // one a line: a range may have hundreds of channels
            lines += (lines.empty() ? "\n" : ",\n") + dump(to_json(quantizer));
            lines.pop_back();
        }
        write_out("[" + lines + (lines.empty() ? "" : "\n") + "]\n");
        return 0;
    }
    if (quantizers.empty()) {
        write_out("No quantizers: the model is in floating point.\n");
        return 0;
    }
    std::vector<Row> rows{{"name", "tensor", "consumers", "scheme", "range"}};
    std::transform(quantizers.begin(), quantizers.end(), std::back_inserter(rows), row);
    const auto of_weights = std::count_if(quantizers.begin(), quantizers.end(),
                                          [](const QuantizerInfo& quantizer) { return quantizer.kind == "weights"; });
    write_out(table(rows) + fmt::format("{} quantizers: {} of weights, {} of activations\n", quantizers.size(),
                                        of_weights, quantizers.size() - static_cast<std::size_t>(of_weights)));
    return 0;
}

}  // namespace octet::cli

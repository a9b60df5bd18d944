#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "data/checker/annotation_readers.hpp"
#include "data/delimited.hpp"
#include "data/unicode.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;
using namespace checker;

const std::string& cell_of(const TableRow& row, int column, const std::string& where) {
    const auto count = static_cast<std::int64_t>(row.cells.size());
    const std::int64_t place = column < 0 ? count + column : column;
    if (place < 0 || place >= count) {
        refuse_annotation(where, "has " + std::to_string(count) + " cells; expected one in column " +
                                     std::to_string(column) + ", counted from 0");
    }
    return row.cells[static_cast<std::size_t>(place)];
}

std::string with_blanks_for_breaks(const std::string& text) {
    constexpr std::string_view kBreak = "<br />";
    std::string out;
    std::size_t from = 0;
    for (std::size_t at = text.find(kBreak); at != std::string::npos; at = text.find(kBreak, from)) {
        out.append(text, from, at - from).append(" ");
        from = at + kBreak.size();
    }
    return out.append(text, from);
}

}  // namespace

Annotations read_annotation(const TextTable& source, const DatasetRules& rules) {
    Annotations out;
    out.classes = read_meta(rules.meta, 0);
    if (out.classes.names.empty()) {
        number_classes(out.classes, source.labels);
    }
    std::map<std::string, std::int64_t> number_of;
    std::vector<std::string> known;
    for (const auto& [number, name] : out.classes.names) {
        number_of[name] = number;
        known.push_back(name);
    }
    ClassLabels labels;
    const std::string where = source.file.string();
    std::string text = unicode_text(read_text_file(source.file), where);
    if (constexpr std::string_view kByteOrder = "\xEF\xBB\xBF"; text.starts_with(kByteOrder)) {
        text.erase(0, kByteOrder.size());
    }
    const auto rows = parse_delimited(text, source.separator, source.is_quoted, where);
    for (std::size_t i = 1; i < rows.size(); ++i) {  // the first names the columns
        const TableRow& row = rows[i];
        const std::string place = where + ":" + std::to_string(row.line);
        const auto& languages = source.languages;
        if (!languages.empty() &&
            std::find(languages.begin(), languages.end(), cell_of(row, 0, place)) == languages.end()) {
            continue;
        }
        const std::string& label = cell_of(row, source.label, place);
        const auto number = number_of.find(label);
        if (number == number_of.end() || number->second < 0) {
            refuse_annotation(place, "\"" + label.substr(0, 100) + "\" is no label of this dataset" +
                                         did_you_mean(label, known) + "; there are " + quoted(known));
        }
        const bool is_pair = source.second && static_cast<std::size_t>(*source.second) < row.cells.size();
        out.names.push_back("dev-" + std::to_string(i));
        out.texts.push_back({cell_of(row, source.text, place), is_pair ? cell_of(row, *source.second, place) : ""});
        labels.of_sample.push_back(static_cast<std::size_t>(number->second));
    }
    labels.names = names_of(out.classes);
    out.labels = std::move(labels);
    return out;
}

Annotations read_annotation(const TextFolders& source, const DatasetRules&) {
    Annotations out;
    number_classes(out.classes, {"neg", "pos"});
    ClassLabels labels;
    labels.names = names_of(out.classes);
    for (std::size_t number = 0; number < labels.names.size(); ++number) {
        for (const auto& file : entries_of(source.folder / labels.names[number])) {
            if (file.extension() != ".txt") {
                continue;
            }
            std::string text = with_blanks_for_breaks(unicode_text(read_text_file(file), file.string()));
            out.names.push_back(labels.names[number] + "/" + file.filename().string());
            out.texts.push_back({std::move(text), ""});
            labels.of_sample.push_back(number);
        }
    }
    out.labels = std::move(labels);
    return out;
}

}  // namespace octet

#include "data/class_labels.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "octet/error.hpp"

#include "data/convert.hpp"
#include "data/lines.hpp"
#include "data/npy.hpp"
#include "data/sample_names.hpp"

namespace octet {
namespace {

constexpr std::int64_t kLargestLabel = 1'000'000'000;  // so that no sum overflows

/// `number` + `offset` as a class number.
std::size_t class_number(std::int64_t number, std::int64_t offset, const std::string& where) {
    if (number > kLargestLabel || number < -kLargestLabel || number + offset < 0) {
        throw Error(ErrorCode::InvalidData, where,
                    "expected a class's number from 0 up, got " + std::to_string(number) +
                        (offset == 0 ? "" : " with an offset of " + std::to_string(offset)));
    }
    return static_cast<std::size_t>(number + offset);
}

std::size_t parse_label(const std::string& text, const ClassNames& names, std::int64_t offset,
                        const std::string& where) {
    const auto number = whole_number(text);
    return class_number(number ? *number : static_cast<std::int64_t>(names.number(text, where)), offset, where);
}

/// NAME and LABEL of a line, apart by a tab, else by the last blanks. `name` stays empty where there is a LABEL only.
struct Entry {
    std::string name, label;
};

Entry split(const std::string& line) {
    const auto tab = line.find('\t');
    const auto at = tab == std::string::npos ? line.rfind(' ') : tab;
    if (at == std::string::npos) {
        return {"", line};
    }
    return {trimmed(line.substr(0, at)), trimmed(line.substr(at + 1))};
}

void refuse_other_count(std::size_t labels, std::size_t samples, const std::string& where) {
    if (labels != samples) {
        throw Error(ErrorCode::InvalidData, where,
                    "expected a label for each of " + std::to_string(samples) + " samples, in their order, got " +
                        std::to_string(labels));
    }
}

}  // namespace

ClassLabels read_label_list(const std::filesystem::path& path, const std::vector<std::string>& samples,
                            const ClassNames& names, std::int64_t offset) {
    const std::string where = path.string();
    const auto lines = read_lines(path);
    if (lines.empty()) {
        throw Error(ErrorCode::InvalidData, where, "holds no label; expected NAME LABEL, or one LABEL, a line");
    }
    // A class's name may have blanks, so a line that as a whole is one holds no sample's name.
    const auto entry_of = [&](const Line& line) {
        return names.find(line.text) ? Entry{"", line.text} : split(line.text);
    };
    const bool has_names = !entry_of(lines.front()).name.empty();
    std::vector<std::string> listed;
    std::vector<std::size_t> numbers;
    for (const auto& line : lines) {
        const auto entry = entry_of(line);
        const std::string place = where + ":" + std::to_string(line.number);
        if (entry.name.empty() == has_names) {
            throw Error(ErrorCode::InvalidData, place,
                        std::string("expected ") + (has_names ? "NAME LABEL" : "one LABEL") +
                            " as in the first line, got \"" + line.text.substr(0, 200) + "\"");
        }
        listed.push_back(entry.name);
        numbers.push_back(parse_label(entry.label, names, offset, place));
    }
    ClassLabels labels{{}, names.moved(offset)};
    if (!has_names) {
        refuse_other_count(numbers.size(), samples.size(), where);
        labels.of_sample = std::move(numbers);
        return labels;
    }
    for (const std::size_t position : match_names(samples, listed, where, "label")) {
        labels.of_sample.push_back(numbers[position]);
    }
    return labels;
}

ClassLabels read_label_array(const std::filesystem::path& path, const std::vector<std::string>& samples,
                             const ClassNames& names, std::int64_t offset) {
    const std::string where = path.string();
    const Array array(open_bytes(path), where);
    const auto& [type, swapped, shape, begin, bytes] = array.header();
    if (!type.is_integral_number() || !(shape.size() == 1 || (shape.size() == 2 && shape[1] == 1))) {
        throw Error(
            ErrorCode::InvalidData, where,
            "expected integers of shape [samples], got " + type.get_type_name() + ov::PartialShape(shape).to_string());
    }
    refuse_other_count(shape[0], samples.size(), where);
    ov::Tensor values(ov::element::i64, shape);
    if (const auto bad = convert(array.all(), values)) {
        throw Error(ErrorCode::InvalidData, where, "expected class numbers, got " + bad->text);
    }
    ClassLabels labels{{}, names.moved(offset)};
    for (std::size_t i = 0; i < samples.size(); ++i) {
        labels.of_sample.push_back(
            class_number(values.data<std::int64_t>()[i], offset, where + "[" + std::to_string(i) + "]"));
    }
    return labels;
}

namespace {

/// The first folder of each sample's name.
std::vector<std::string> folders_of(const std::vector<std::string>& samples) {
    std::vector<std::string> folders;
    for (const auto& sample : samples) {
        const auto slash = sample.find('/');
        if (slash == std::string::npos || slash == 0) {
            throw Error(ErrorCode::InvalidData, sample,
                        "is in no sub-folder of the data; with labels from folders each class has its own");
        }
        folders.push_back(sample.substr(0, slash));
    }
    return folders;
}

bool all_are_numbers(const std::set<std::string>& folders) {
    return std::all_of(folders.begin(), folders.end(), [](const auto& folder) { return whole_number(folder); });
}

/// Names of the user's own must all fit; those of the model are used where any fits, and then all must.
bool are_names_used(const std::set<std::string>& folders, const ClassNames& names, bool is_users) {
    return !names.all().empty() && (is_users || std::any_of(folders.begin(), folders.end(), [&](const auto& folder) {
                                        return names.find(folder).has_value();
                                    }));
}

}  // namespace

ClassLabels labels_from_folders(const std::vector<std::string>& samples, const ClassNames& names, std::int64_t offset,
                                bool is_users_names, Observer& observer) {
    const auto folders = folders_of(samples);
    const std::set<std::string> distinct(folders.begin(), folders.end());
    ClassLabels labels{{}, names.moved(offset)};
    std::map<std::string, std::size_t> numbers;
    if (all_are_numbers(distinct) || are_names_used(distinct, names, is_users_names)) {
        for (const auto& folder : distinct) {
            numbers[folder] = parse_label(folder, names, offset, "folder \"" + folder + "\"");
        }
    } else {
        const ClassNames sorted({distinct.begin(), distinct.end()}, "the folders");
        for (const auto& folder : distinct) {
            numbers[folder] = class_number(static_cast<std::int64_t>(numbers.size()), offset, folder);
        }
        labels.names = sorted.moved(offset);
        labels.expected_classes = class_number(static_cast<std::int64_t>(distinct.size()), offset, "label offset");
        observer.log(LogLevel::Info, "labels",
                     "classes are the sub-folders in sorted order: " + *distinct.begin() + " is " +
                         std::to_string(numbers.begin()->second) + ", " + *distinct.rbegin() + " is " +
                         std::to_string(numbers.rbegin()->second));
    }
    for (const auto& folder : folders) {
        labels.of_sample.push_back(numbers[folder]);
    }
    return labels;
}

}  // namespace octet

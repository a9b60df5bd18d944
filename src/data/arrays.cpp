#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/npz.hpp"
#include "data/sources.hpp"

namespace octet {
namespace {

/// Arrays whose first axis is the sample.
class StackedArrays : public Dataset {
public:
    StackedArrays(std::vector<std::pair<std::string, Array>> arrays, std::string file)
        : arrays_(std::move(arrays)), file_(std::move(file)) {}

    std::size_t size() const override {
        return arrays_.front().second.header().shape[0];
    }
    Sample sample(std::size_t index) const override {
        Sample sample;
        for (const auto& [name, array] : arrays_) {
            sample.emplace(name, array.row(index));
        }
        return sample;
    }
    std::string label(std::size_t index) const override {
        return file_ + "[" + std::to_string(index) + "]";
    }

private:
    std::vector<std::pair<std::string, Array>> arrays_;
    std::string file_;
};

/// Throws where a[i] could not be fed to the input, so that this is known before any inference.
void check_shape(const Array& array, const ModelInput& input, ov::Shape sample) {
    const bool is_equal = input.shape.compatible(ov::PartialShape(sample));
    sample.insert(sample.begin(), 1);
    if (!is_equal && !input.shape.compatible(ov::PartialShape(sample))) {
        sample.erase(sample.begin());
        throw Error(ErrorCode::InvalidData, array.where(),
                    "expected samples of " + describe(input.type, input.shape) + " for input \"" + input.name() +
                        "\", got " + describe(array.header().type, ov::PartialShape(sample)));
    }
}

void check_stacked(const Array& array, const ModelInput& input) {
    const auto& shape = array.header().shape;
    if (shape.empty()) {
        throw Error(ErrorCode::InvalidData, array.where(), "is a single number; expected a first axis of samples");
    }
    if (shape[0] == 0) {
        throw Error(ErrorCode::InvalidData, array.where(), "holds no samples: its first axis is 0");
    }
    check_shape(array, input, ov::Shape(shape.begin() + 1, shape.end()));
}

/// Which array of an .npz feeds which input.
using Assignment = std::vector<std::pair<std::size_t, std::string>>;

/// The arrays named as inputs. Where `named` is given the only array feeds it, whatever it is called; the same for an
/// array that numpy itself called arr_0 and a model with one input.
Assignment assign(const Npz& npz, const std::vector<ModelInput>& inputs, const std::string& named,
                  const std::string& where) {
    const auto& names = npz.names();
    if (!named.empty()) {
        const std::size_t i = find_input(inputs, named, where);
        for (const auto& name : inputs[i].names) {
            if (npz.has(name)) {
                return {{i, name}};
            }
        }
        if (names.size() == 1) {
            return {{i, names.front()}};
        }
        throw Error(ErrorCode::InvalidData, where,
                    "holds no array \"" + named + "\"" + did_you_mean(named, names) + "; its arrays: " + quoted(names));
    }
    if (inputs.size() == 1 && names.size() == 1 && names.front() == "arr_0") {
        return {{0, "arr_0"}};
    }
    Assignment found;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto& candidates = inputs[i].names;
        const auto name = std::find_if(candidates.begin(), candidates.end(),
                                       [&npz](const std::string& candidate) { return npz.has(candidate); });
        if (name != candidates.end()) {
            found.emplace_back(i, *name);
        }
    }
    return found;
}

/// Throws where an .npz names none of the inputs: the nearest name is the mend.
void check_assigned(const Assignment& assignment, const Npz& npz, const std::vector<ModelInput>& inputs,
                    const std::string& where) {
    if (assignment.empty()) {
        std::vector<std::string> known;
        for (const auto& input : inputs) {
            known.insert(known.end(), input.names.begin(), input.names.end());
        }
        const auto& names = npz.names();
        throw Error(ErrorCode::InvalidOption, where,
                    "no array is named as an input: expected " + list_names(inputs) + ", got " + quoted(names) +
                        did_you_mean(names.front(), known) +
                        (names.size() == 1 ? "; rename it, or say which input it feeds, as NAME=PATH" : ""));
    }
}

/// Names that feed nothing: where an input is missing, one of them may be a misspelling of it.
std::vector<std::string> unused_names(const Assignment& assignment, const Npz& npz) {
    std::vector<std::string> unused = npz.names();
    for (const auto& [i, name] : assignment) {
        std::erase(unused, name);
    }
    return unused;
}

std::vector<std::size_t> positions(const Assignment& assignment) {
    std::vector<std::size_t> result;
    for (const auto& [i, name] : assignment) {
        result.push_back(i);
    }
    return result;
}

class NpzFolder : public Dataset {
public:
    NpzFolder(std::vector<DataFile> files, std::vector<ModelInput> inputs, std::string named, const Assignment& first)
        : files_(std::move(files)), inputs_(std::move(inputs)), named_(std::move(named)), fed_(positions(first)) {}

    std::size_t size() const override {
        return files_.size();
    }
    Sample sample(std::size_t index) const override {
        const DataFile& file = files_.at(index);
        try {
            const Npz npz = Npz::open(file.path, file.label);
            Sample sample;
            const auto assignment = assign(npz, inputs_, named_, file.label);
            if (positions(assignment) != fed_) {
                throw Error(ErrorCode::InvalidData, file.label,
                            "holds other arrays than the first file of its folder: " + quoted(npz.names()));
            }
            for (const auto& [i, name] : assignment) {
                sample.emplace(inputs_[i].name(), npz.array(name).all());
            }
            return sample;
        } catch (const Error& error) {
            throw at_sample(error, ErrorCode::InvalidData, file.label);
        }
    }
    std::string label(std::size_t index) const override {
        return files_.at(index).label;
    }

private:
    std::vector<DataFile> files_;
    std::vector<ModelInput> inputs_;
    std::string named_;
    std::vector<std::size_t> fed_;
};

/// Each sample is one .npy file for each fed input.
class NpyFolder : public Dataset {
public:
    struct Entry {
        std::string label;
        std::vector<DataFile> files;  // as `names`
    };

    NpyFolder(std::vector<std::string> names, std::vector<Entry> entries)
        : names_(std::move(names)), entries_(std::move(entries)) {}

    std::size_t size() const override {
        return entries_.size();
    }
    Sample sample(std::size_t index) const override {
        const Entry& entry = entries_.at(index);
        Sample sample;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            try {
                sample.emplace(names_[i], Array(open_bytes(entry.files[i].path), entry.files[i].label).all());
            } catch (const Error& error) {
                throw at_sample(error, ErrorCode::InvalidData, entry.label);
            }
        }
        return sample;
    }
    std::string label(std::size_t index) const override {
        return entries_.at(index).label;
    }

private:
    std::vector<std::string> names_;
    std::vector<Entry> entries_;
};

/// Splits "0001_ids.npy" into sample and input; the input by name or position.
std::optional<std::pair<std::string, std::size_t>> split_label(const std::string& label,
                                                               const std::vector<ModelInput>& inputs) {
    const std::string stem = label.substr(0, label.size() - std::string_view(".npy").size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::vector<std::string> endings = inputs[i].names;
        endings.push_back(std::to_string(i));
        for (const auto& ending : endings) {
            const std::string suffix = "_" + ending;
            if (stem.size() > suffix.size() && stem.ends_with(suffix)) {
                return std::pair{stem.substr(0, stem.size() - suffix.size()), i};
            }
        }
    }
    return std::nullopt;
}

std::vector<NpyFolder::Entry> single_entries(std::vector<DataFile> files) {
    std::vector<NpyFolder::Entry> entries;
    for (auto& file : files) {
        const std::string label = file.label;
        entries.push_back({label, {std::move(file)}});
    }
    return entries;
}

}  // namespace

SourceData open_npy(const std::vector<ModelInput>& inputs, const DataSource& source) {
    const std::string where = source.path.string();
    const std::size_t i = find_input(inputs, source.input, where);
    Array array(open_bytes(source.path), where);
    check_stacked(array, inputs[i]);
    std::vector<std::pair<std::string, Array>> arrays{{inputs[i].name(), std::move(array)}};
    return {std::make_unique<StackedArrays>(std::move(arrays), source.path.filename().string()), {i}, {}};
}

SourceData open_npz(const std::vector<ModelInput>& inputs, const DataSource& source) {
    const std::string where = source.path.string();
    const Npz npz = Npz::open(source.path);
    const auto assignment = assign(npz, inputs, source.input, where);
    check_assigned(assignment, npz, inputs, where);
    std::vector<std::pair<std::string, Array>> arrays;
    for (const auto& [i, name] : assignment) {
        Array array = npz.array(name);
        check_stacked(array, inputs[i]);
        if (!arrays.empty() && array.header().shape[0] != arrays.front().second.header().shape[0]) {
            throw Error(ErrorCode::InvalidData, array.where(),
                        "holds " + std::to_string(array.header().shape[0]) + " samples, input \"" +
                            arrays.front().first + "\" " + std::to_string(arrays.front().second.header().shape[0]) +
                            "; expected as many for each");
        }
        arrays.emplace_back(inputs[i].name(), std::move(array));
    }
    return {std::make_unique<StackedArrays>(std::move(arrays), source.path.filename().string()), positions(assignment),
            unused_names(assignment, npz)};
}

SourceData open_npz_folder(const std::vector<ModelInput>& inputs, const DataSource& source,
                           std::vector<DataFile> files) {
    const Npz npz = Npz::open(files.front().path);
    const auto assignment = assign(npz, inputs, source.input, files.front().path.string());
    check_assigned(assignment, npz, inputs, files.front().path.string());
    const auto fed = positions(assignment);
    return {std::make_unique<NpzFolder>(std::move(files), inputs, source.input, assignment), fed,
            unused_names(assignment, npz)};
}

SourceData open_npy_folder(const std::vector<ModelInput>& inputs, const DataSource& source,
                           std::vector<DataFile> files) {
    const std::string where = source.path.string();
    if (inputs.size() == 1 || !source.input.empty()) {
        const std::size_t i = find_input(inputs, source.input, where);
        return {std::make_unique<NpyFolder>(std::vector{inputs[i].name()}, single_entries(std::move(files))), {i}, {}};
    }
    std::map<std::string, std::map<std::size_t, DataFile>> groups;
    for (auto& file : files) {
        const auto split = split_label(file.label, inputs);
        if (!split) {
            throw Error(
                ErrorCode::InvalidData, file.path.string(),
                "expected a name like SAMPLE_INPUT.npy with an input's name or position: " + list_names(inputs));
        }
        groups[split->first][split->second] = std::move(file);
    }
    std::vector<NpyFolder::Entry> entries;
    std::vector<std::size_t> fed;
    for (auto& [label, group] : groups) {
        NpyFolder::Entry entry{label, {}};
        std::vector<std::size_t> present;
        for (auto& [i, file] : group) {
            present.push_back(i);
            entry.files.push_back(std::move(file));
        }
        if (!entries.empty() && present != fed) {
            throw Error(ErrorCode::InvalidData, where,
                        "sample \"" + label + "\" has files for other inputs than \"" + entries.front().label + "\"");
        }
        fed = std::move(present);
        entries.push_back(std::move(entry));
    }
    std::vector<std::string> names;
    for (const std::size_t i : fed) {
        names.push_back(inputs[i].name());
    }
    return {std::make_unique<NpyFolder>(std::move(names), std::move(entries)), fed, {}};
}

}  // namespace octet

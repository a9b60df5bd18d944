#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <openvino/core/model.hpp>

namespace octet {

/// The names of a model's classes, the first is class 0.
class ClassNames {
public:
    ClassNames() = default;
    ClassNames(std::vector<std::string> names, std::string source);

    /// The number of the only class called `name`; blanks and underscores are the same.
    std::optional<std::size_t> find(std::string_view name) const;

    /// The same; throws Error(InvalidData) at `where` for an unknown name (with the nearest) or one of several classes.
    std::size_t number(std::string_view name, const std::string& where) const;

    /// The names by number + `offset` (at most 1e6 either way); those below 0 fall away.
    std::vector<std::string> moved(std::int64_t offset) const;

    const std::vector<std::string>& all() const {
        return names_;
    }
    /// Where they come from, for messages.
    const std::string& source() const {
        return source_;
    }

private:
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::size_t> numbers_;
    std::string source_;
};

/// The names in the file `classes`, one a line; where that is empty those of the model's rt_info `model_info/labels`
/// (with blanks between), else none. Throws Error(Io) where the file cannot be read, Error(InvalidData) where it names
/// nothing.
ClassNames read_class_names(const std::filesystem::path& classes, const ov::Model& model);

/// The whole of `text` as a whole number.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace octet

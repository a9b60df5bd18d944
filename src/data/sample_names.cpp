#include "data/sample_names.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "octet/error.hpp"

#include "base/text.hpp"

namespace octet {
namespace {

constexpr std::size_t kNamed = 3;  // of the samples that miss something
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::string_view plain(std::string_view name) {
    return name.starts_with("./") ? name.substr(2) : name;
}

/// Is one the end of the other, by whole folders?
bool is_end_of(std::string_view name, std::string_view whole) {
    return whole == name || (whole.ends_with(name) && whole[whole.size() - name.size() - 1] == '/');
}

class Names {
public:
    Names(const std::vector<std::string>& names, const std::string& where) : names_(names) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (!whole_.emplace(plain(names[i]), i).second) {
                throw Error(ErrorCode::InvalidData, where, "\"" + names[i] + "\" is there twice; keep one");
            }
            const auto [position, is_new] = last_.emplace(base_name(names[i]), i);
            if (!is_new) {
                position->second = kNone;
            }
        }
    }

    std::optional<std::size_t> find(std::string_view sample) const {
        if (const auto found = whole_.find(plain(sample)); found != whole_.end()) {
            return found->second;
        }
        const auto found = last_.find(base_name(sample));
        if (found == last_.end() || found->second == kNone) {
            return std::nullopt;
        }
        const std::string_view name = plain(names_[found->second]);
        const bool is_meant = is_end_of(name, plain(sample)) || is_end_of(plain(sample), name);
        return is_meant ? std::optional(found->second) : std::nullopt;
    }

private:
    const std::vector<std::string>& names_;
    std::unordered_map<std::string_view, std::size_t> whole_;
    std::unordered_map<std::string_view, std::size_t> last_;  // kNone: of several names
};

[[noreturn]] void refuse_missing(const std::vector<std::string>& missing, std::size_t total,
                                 const std::vector<std::string>& names, const std::string& where,
                                 const std::string& what) {
    std::string text =
        "no " + what + " for " + std::to_string(missing.size()) + " of " + std::to_string(total) + " samples: ";
    for (std::size_t i = 0; i < std::min(kNamed, missing.size()); ++i) {
        text += (i ? ", \"" : "\"") + missing[i] + "\"" + did_you_mean(missing[i], names);
    }
    throw Error(ErrorCode::InvalidData, where, text + (missing.size() > kNamed ? ", ..." : ""));
}

}  // namespace

std::vector<std::string> sample_names(const Dataset& dataset) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        names.push_back(dataset.label(i));
    }
    return names;
}

std::string_view base_name(std::string_view name) {
    return name.substr(name.rfind('/') + 1);
}

std::string_view without_extension(std::string_view name) {
    if (name.ends_with(']')) {  // a sample of an array, "x.npy[12]"
        return name;
    }
    const auto dot = base_name(name).rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name
                                                     : name.substr(0, name.size() - base_name(name).size() + dot);
}

std::vector<std::size_t> match_names(const std::vector<std::string>& samples, const std::vector<std::string>& names,
                                     const std::string& where, const std::string& what) {
    const Names known(names, where);
    std::vector<std::size_t> positions, owner(names.size(), kNone);
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto position = known.find(samples[i]);
        if (!position) {
            missing.push_back(samples[i]);
            continue;
        }
        if (owner[*position] != kNone && samples[owner[*position]] != samples[i]) {
            throw Error(ErrorCode::InvalidData, where,
                        "\"" + names[*position] + "\" could mean \"" + samples[owner[*position]] + "\" or \"" +
                            samples[i] + "\"; write the name with its folder");
        }
        owner[*position] = i;
        positions.push_back(*position);
    }
    if (!missing.empty()) {
        refuse_missing(missing, samples.size(), names, where, what);
    }
    return positions;
}

}  // namespace octet

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "octet/dataset.hpp"

namespace octet {

/// The names of all samples, in their order.
std::vector<std::string> sample_names(const Dataset& dataset);

/// What follows the last `/` of `name`.
std::string_view base_name(std::string_view name);

/// `name` without an extension of its last part.
std::string_view without_extension(std::string_view name);

/// For each of `samples` the position of its name in `names`: the same name, else the only one with the same last part.
/// A leading `./` does not count. `what` is what is looked for ("label"), `where` the file that holds `names`.
/// Throws Error(InvalidData) at `where` for a sample without one (naming some, with the nearest), a name that is there
/// twice, or one that could mean two samples.
std::vector<std::size_t> match_names(const std::vector<std::string>& samples, const std::vector<std::string>& names,
                                     const std::string& where, const std::string& what);

}  // namespace octet

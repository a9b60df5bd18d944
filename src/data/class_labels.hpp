#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "octet/evaluate.hpp"
#include "octet/observer.hpp"

#include "data/class_names.hpp"

namespace octet {

// The true classes of `samples` (their names, in order); `offset` is added to each number. All throw as open_labels()
// does.

/// From a text file: `NAME LABEL` a line, or one LABEL a line in sample order.
ClassLabels read_label_list(const std::filesystem::path& path, const std::vector<std::string>& samples,
                            const ClassNames& names, std::int64_t offset);

/// From an .npy of integers in sample order.
ClassLabels read_label_array(const std::filesystem::path& path, const std::vector<std::string>& samples,
                             const ClassNames& names, std::int64_t offset);

/// From the samples' names: the first folder is the class. `is_users_names`: each folder must be one of `names`; else
/// they are used only where any fits.
ClassLabels labels_from_folders(const std::vector<std::string>& samples, const ClassNames& names, std::int64_t offset,
                                bool is_users_names, Observer& observer);

}  // namespace octet

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "octet/checker_rules.hpp"

#include "data/checker/annotations.hpp"

namespace octet {

// One for each kind of annotation that the tool's converters read. Each throws as read_annotations() does.
Annotations read_annotation(const checker::ImagenetAnnotation& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::FolderAnnotation& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::CifarAnnotation& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::CocoAnnotation& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::VocAnnotation& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::MaskAnnotation& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::VocMaskAnnotation& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::TextTable& source, const checker::DatasetRules& rules);
Annotations read_annotation(const checker::TextFolders& source, const checker::DatasetRules& rules);

// What they share.

/// Throws Error(InvalidData) at `where`.
[[noreturn]] void refuse_annotation(const std::string& where, const std::string& text);

/// The last part of a path.
std::string last_part(const std::string& path);

/// The entries of a folder in bytewise order, without hidden ones. Throws Error(Io).
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// `labels` or `label_map` of a file that tells of the classes; `first` is the number of the first of `labels`. No
/// file: no classes.
checker::ClassMap read_meta(const std::filesystem::path& path, std::int64_t first);

/// The number of a class that a text gives.
std::int64_t class_number(const std::string& text, const std::string& where);

/// Adds the names, which are of the classes from `first` on; those that are there stay.
void number_classes(checker::ClassMap& classes, const std::vector<std::string>& names, std::int64_t first = 0);

/// Names class 0, where there is a background.
void add_background(checker::ClassMap& classes, bool has_background, const char* name);

/// The names of classes 0, 1, ... as ClassLabels has them.
std::vector<std::string> names_of(const checker::ClassMap& classes);

/// VOC's classes without the background, in the order of their numbers.
const std::vector<std::string>& voc_classes();

}  // namespace octet

#pragma once

#include <optional>
#include <vector>

#include "octet/checker_rules.hpp"

#include "config/section_reader.hpp"

// The parts of an accuracy checker's configuration. What is wrong goes to the section's problems.
namespace octet {

/// One item of `preprocessing` and of `postprocessing`, with its `type`.
std::optional<checker::Step> read_step(SectionReader section);
std::optional<checker::PostStep> read_post_step(SectionReader section);

/// One item of `metrics`.
std::optional<checker::Metric> read_metric(SectionReader section);

/// `adapter`: a name, or a section with its `type`; `section` is what it stands in.
checker::Adapter read_adapter(SectionReader& section);

/// `annotation_conversion`; tells the file of the classes' names, too.
checker::AnnotationSource read_annotation(SectionReader section, checker::DatasetRules& rules);

/// Numbers as `1, 2, 3`, `(1, 2)`, `[1, 2]` or a single one; none where it is none of these.
std::optional<std::vector<double>> read_numbers(const Json& json);

/// A list of texts, or one; `expected` says of what. Where it is missing that is a problem.
std::vector<std::string> read_texts(SectionReader& section, const std::string& name, const std::string& expected);

/// `size`, or `dst_width` with `dst_height`. `is_needed`: one of these must be there.
struct WantedSize {
    int width = 0, height = 0;
};
WantedSize read_size(SectionReader& section, bool is_needed);

/// Calls the reader that stands in `kinds` for the text at `key`.
template <class Value>
std::optional<Value> read_kind(SectionReader& section, const std::string& key,
                               const Words<Value (*)(SectionReader&)>& kinds) {
    const std::string given = section.needed_text(key, "the name of one");
    if (given.empty()) {
        return std::nullopt;
    }
    Value (*read)(SectionReader&) = section.pick(key, given, kinds, static_cast<Value (*)(SectionReader&)>(nullptr));
    if (read == nullptr) {
        return std::nullopt;
    }
    Value value = read(section);
    section.finish();
    return value;
}

}  // namespace octet

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <openvino/core/partial_shape.hpp>
#include <openvino/core/type/element_type.hpp>

namespace octet {

/// The candidate nearest to `name` by edit distance (letter case ignored), or, where none is near enough (more than a
/// third of the longer one's letters differ), one that begins alike: one name is the beginning of the other. The first
/// of equals; else empty.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

/// " (did you mean \"X\"?)" for the nearest candidate, else empty.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

/// The parts joined by `, `, each in double quotes.
std::string quoted(const std::vector<std::string>& parts);

/// `f32[1,3,224,224]`, with `?` for a dynamic axis.
std::string describe(const ov::element::Type& type, const ov::PartialShape& shape);

/// Three significant digits, without trailing zeros.
std::string short_number(double value);

std::string lower_case(std::string_view text);

/// A name as options are spelled: lower case, `_` for blanks and hyphens.
std::string spelled(const std::string& name);

}  // namespace octet

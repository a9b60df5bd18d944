#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace octet {

/// An element: its name, its own text without blanks at the ends, and the elements in it. Attributes are not kept.
struct XmlElement {
    std::string name;
    std::string text;
    std::vector<XmlElement> children;

    /// The first child of that name; null where there is none.
    const XmlElement* child(std::string_view wanted) const;
    /// The first of all elements in it, in the text's order.
    const XmlElement* find(std::string_view wanted) const;
};

/// The root of a document of plain elements, as annotations are. Comments, declarations and a document type are passed
/// over. Throws Error(InvalidData) at `where:LINE` where it is no XML, or nested deeper than 64.
XmlElement parse_xml(std::string_view text, const std::string& where);

}  // namespace octet

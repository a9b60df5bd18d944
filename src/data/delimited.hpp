#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace octet {

/// A row of a table.
struct TableRow {
    std::size_t line = 0;  ///< where it begins, from 1
    std::vector<std::string> cells;
};

/// The rows of text that has `\n` at the ends of its lines, as Python's csv.reader has them: where `is_quoted`, a cell
/// that begins with `"` goes on to the next single one, whatever is between, and "" stands for one; what follows is
/// added. An empty line is a row without cells. Throws Error(InvalidData) at `where:LINE` for a cell above 131072
/// characters, as a quote that does not end makes one.
std::vector<TableRow> parse_delimited(std::string_view text, char separator, bool is_quoted, const std::string& where);

}  // namespace octet

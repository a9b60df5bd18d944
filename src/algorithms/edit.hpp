#pragma once

#include <vector>

#include "algorithms/algorithm.hpp"

namespace octet {

// Edits of a weighted operation that keep the plan and the statistics true to the model.

/// set_bias(); where that puts a new Add behind the operation, what was planned for and measured on the operation's
/// output holds for that Add's.
bool change_bias(Context& context, ov::Node& node, const std::vector<double>& values);

/// Gives a weighted operation weights of its own: `values` in the constant's order, in the type that they are read in.
/// Who else reads the old constant keeps it.
void change_weights(Context& context, ov::Node& node, const std::vector<float>& values);

}  // namespace octet

#pragma once

#include <vector>

#include "algorithms/algorithm.hpp"

namespace octet {

// Edits of a weighted operation that keep the plan and the statistics true to the model.

/// set_bias(); where that puts a new Add behind the operation, what was planned for and measured on the operation's
/// output holds for that Add's.
bool change_bias(Context& context, ov::Node& node, const std::vector<double>& values);

/// Takes out the Add that change_bias() put behind `node`, and hands what is planned for it and measured on it back.
void remove_bias(Context& context, ov::Node& node);

/// Gives a weighted operation weights of its own: `values` in the constant's order, in the type that they are read in.
/// Who else reads the old constant keeps it.
void change_weights(Context& context, ov::Node& node, const std::vector<float>& values);

}  // namespace octet

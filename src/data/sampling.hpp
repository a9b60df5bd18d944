#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "octet/options.hpp"

namespace octet {

/// The `count` of `size` samples that a subset takes. Shuffled ones are those of Python's
/// `random.seed(seed); random.sample(range(size), count)`, in that order. Expects count <= size.
std::vector<std::size_t> choose_indices(std::size_t size, std::size_t count, Sampling sampling, std::uint64_t seed);

/// The numbers 0..count-1 in an order of which every beginning is spread evenly over them: 0, 4, 2, 6, 1, 5, 3, 7 of 8.
/// Data often lies sorted, by class or by time: its first part shows only some of it.
std::vector<std::size_t> spread_order(std::size_t count);

}  // namespace octet

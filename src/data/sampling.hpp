#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "octet/options.hpp"

namespace octet {

/// The `count` of `size` samples that a subset takes. Shuffled ones are those of Python's
/// `random.seed(seed); random.sample(range(size), count)`, in that order. Expects count <= size.
std::vector<std::size_t> choose_indices(std::size_t size, std::size_t count, Sampling sampling, std::uint64_t seed);

}  // namespace octet

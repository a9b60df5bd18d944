#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "octet/dataset.hpp"
#include "octet/options.hpp"

namespace octet {

/// A sequence is the samples whose labels name the same folder, in their order; of an array that holds all samples: all
/// of them. For each sequence its samples, in the order of their first ones.
std::vector<std::vector<std::size_t>> find_sequences(const Dataset& dataset);

/// `count` samples of whole sequences one after the other, of which the last may miss its end. The sequences are evenly
/// spread ones, the first ones or random ones by `seed`. Expects count <= the samples of all.
std::vector<std::size_t> choose_sequences(const std::vector<std::vector<std::size_t>>& sequences, std::size_t count,
                                          Sampling sampling, std::uint64_t seed);

}  // namespace octet

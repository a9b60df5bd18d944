#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "octet/checker_rules.hpp"
#include "octet/evaluate.hpp"

#include "data/cifar.hpp"

namespace octet {

/// A text, or a pair of them; UTF-8.
struct TextPair {
    std::string first, second;  ///< second: empty where there is one
};

/// What a dataset's annotation says: a sample's name (below data_source), what it truly shows, and the classes.
struct Annotations {
    std::vector<std::string> names;
    Labels labels;
    checker::ClassMap classes;
    std::shared_ptr<const CifarBatch> pictures{};  ///< where the annotation holds the samples themselves
    std::vector<std::size_t> picture_of_sample{};  ///< their positions in it
    std::vector<TextPair> texts{};                 ///< where samples are texts
};

/// Reads them as the tool's converters do, without those that `subsample` leaves out.
/// Throws Error(Io) or Error(InvalidData) with the place.
Annotations read_annotations(const checker::DatasetRules& rules);

/// The first `count` of 0..size-1 as numpy shuffles them: RandomState(seed).permutation(size).
std::vector<std::size_t> shuffled_indices(std::size_t size, std::size_t count, std::uint32_t seed);

}  // namespace octet

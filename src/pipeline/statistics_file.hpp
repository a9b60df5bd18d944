#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "statistics/collector.hpp"
#include "statistics/statistics.hpp"

namespace octet {

/// What statistics are of. Each text differs where the thing does.
struct StatisticsKey {
    std::string model;        ///< the model as it was given
    std::string data;         ///< the samples of the subset, in order, as they are fed
    std::string preparation;  ///< Dataset::preparation()
    std::string measurement;  ///< the options that change what is measured of them

    /// Empty where `now` is the same; else what differs, for a person: "was measured on another model".
    std::string difference(const StatisticsKey& now) const;
};

/// An answer, with the place of its tensor in the model as prepared.
struct StoredAnswer {
    std::string graph;                              ///< tells the prepared model, which options change
    std::size_t part = 0, operation = 0, port = 0;  ///< see all_graphs(); in topological order
    std::string name;                               ///< of the operation, for people
    std::optional<std::size_t> channel_axis{};
    Measure measure{};
    Keep keep = Keep::EachSample;
    std::vector<double> values;
    TensorFacts facts;
};

struct StoredCheckpoint {
    std::string plan;  ///< tells what is measured
    Checkpoint checkpoint;
};

/// What a statistics file holds.
struct StoredStatistics {
    StatisticsKey key;
    std::size_t samples_given = 0;     ///< of the subset
    std::vector<std::size_t> samples;  ///< measured; empty while none were, to the end
    std::vector<std::string> bad_samples;
    bool has_converged = false;
    std::vector<StoredAnswer> answers;
    /// Inputs of some samples, by their place among those measured: for what runs the model again.
    std::map<std::size_t, std::vector<ov::Tensor>> inputs;
    std::map<std::string, SampleOutputs> outputs;  ///< by prepared model (StoredAnswer::graph): what it makes of some
    std::optional<StoredCheckpoint> checkpoint;    ///< of a measurement that did not end
};

/// Reads and writes StoredStatistics as an .npz: `header` is JSON (u8), `values` all numbers (f64, in the order of the
/// header), `inputs.PLACE.INPUT` the inputs, `outputs.…`
/// what models make of them. Written as a whole or not at all.
/// Throws Error(Io) where the file cannot be read or written, Error(InvalidData) where it is no statistics file, of
/// another version or damaged.
StoredStatistics read_statistics(const std::filesystem::path& path);
void write_statistics(const std::filesystem::path& path, const StoredStatistics& stored);

/// The same from memory, for `where` in messages.
StoredStatistics parse_statistics(std::span<const std::uint8_t> bytes, const std::string& where);

}  // namespace octet

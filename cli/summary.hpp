#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "octet/accuracy_aware.hpp"
#include "octet/compare.hpp"
#include "octet/evaluate.hpp"
#include "octet/model_io.hpp"
#include "octet/report.hpp"

#include "shared.hpp"

namespace octet::cli {

/// What became of an accuracy goal.
struct AccuracyOutcome {
    bool is_reached = false;
    double maximal_drop = 0;
    bool is_relative = false;
    std::vector<MetricOutcome> metrics;
    std::size_t states = 0;  ///< that were tried
};

/// What `octet quantize` tells at its end.
struct Summary {
    const Report* report = nullptr;
    std::string part;  ///< which of a cascade's models; empty: there is one
    SavedFiles files;
    std::uintmax_t bytes_before = 0, bytes_after = 0;
    std::vector<PhaseTime> phases;
    bool is_check_wanted = false;
    std::optional<AccuracyOutcome> accuracy;
    std::optional<Comparison> check;
    std::optional<Evaluation> evaluation;  ///< on all samples, with labels
    std::optional<Comparison> comparison;  ///< the same without
};

/// A short table; its length does not grow with the model.
std::string to_text(const Summary& summary);

/// {"event": "summary", ...}
Json to_json(const Summary& summary);

}  // namespace octet::cli

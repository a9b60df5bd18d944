#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "octet/accuracy_aware.hpp"
#include "octet/model_io.hpp"
#include "octet/report.hpp"

#include "judging.hpp"
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

/// What `octet quantize` tells of a model at its end.
struct Summary : Figures {
    const Report* report = nullptr;
    std::string part;  ///< which of a cascade's models; empty: there is one
    SavedFiles files;
    std::uintmax_t bytes_before = 0, bytes_after = 0;
    std::vector<PhaseTime> phases;
    std::optional<AccuracyOutcome> accuracy;
};

/// What it tells of a cascade as a whole.
struct CascadeSummary : Figures {
    std::string name;
    std::size_t models = 0, samples = 0;
    std::vector<std::string> bad_samples;
    std::vector<PhaseTime> phases;
};

/// A short table; its length does not grow with the model.
std::string to_text(const Summary& summary);
std::string to_text(const CascadeSummary& summary);

/// {"event": "summary", ...}
Json to_json(const Summary& summary);
/// {"event": "cascade", ...}
Json to_json(const CascadeSummary& summary);

}  // namespace octet::cli

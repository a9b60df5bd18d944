#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/accuracy_checker.hpp"
#include "octet/compare.hpp"
#include "octet/dataset.hpp"
#include "octet/evaluate.hpp"

#include "command_line.hpp"
#include "progress.hpp"

// What a result is judged by, once it is written.
namespace octet::cli {

/// What was measured of a result beside the original; what was not asked for is unset.
struct Figures {
    bool is_check_wanted = false;
    std::optional<Comparison> check;       ///< on samples set aside
    std::optional<Evaluation> evaluation;  ///< on all samples, with labels
    std::optional<Comparison> comparison;  ///< the same without
};

/// Which samples are for what.
struct SampleSplit {
    std::vector<std::size_t> calibration;
    std::vector<std::size_t> check;  ///< set aside for --check; empty where it is not asked for or none can be spared
};

/// Tells how many are set aside. Throws UsageError where that would tear sequences apart.
SampleSplit split_samples(std::size_t size, const Arguments& arguments, Progress& progress);

/// compare() on samples that were set aside.
Comparison check(const std::shared_ptr<const ov::Model>& original, const std::shared_ptr<const ov::Model>& written,
                 const Dataset& samples, const Arguments& arguments, Progress& progress);

/// What -e measures: the written model beside the original on all samples; and what an accuracy goal is judged by.
class WantedEvaluation {
public:
    /// Reads the labels, so that what is wrong in them is told before the work. `dataset` must outlive this.
    WantedEvaluation(const Arguments& arguments, std::shared_ptr<const ov::Model> original, const Dataset& dataset,
                     Progress& progress);

    /// The samples of the labels where they are others than those to calibrate on.
    const CheckedSamples* checked() const {
        return checked_ ? &*checked_ : nullptr;
    }

    const std::optional<Labels>& labels() const {
        return labels_;
    }

    /// Nothing where -e was not given.
    void run(const std::shared_ptr<const ov::Model>& written, Figures& figures) const;

private:
    const Arguments& arguments_;
    std::shared_ptr<const ov::Model> original_;
    const Dataset* dataset_;
    Progress& progress_;
    std::optional<CheckedSamples> checked_;
    std::optional<Labels> labels_;
};

}  // namespace octet::cli

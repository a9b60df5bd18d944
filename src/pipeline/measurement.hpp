#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/dataset.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"

#include "pipeline/statistics_file.hpp"
#include "statistics/collector.hpp"

namespace octet {

/// The samples of one run, and what is measured of them: in part or all from RunOptions::statistics.
class Measurement {
public:
    /// Chooses the subset of `dataset`, which must outlive this, and opens the statistics file. Options::subset is
    /// resolved. Throws Error(InvalidData) where there is no sample, or where the file was measured on something else;
    /// Error(InvalidOption) for options out of range; what read_statistics() throws.
    Measurement(const std::shared_ptr<const ov::Model>& original, const Dataset& dataset, Options& options,
                const RunOptions& run, Observer& observer);

    std::size_t size() const {
        return size_;
    }

    /// Measures `plan` on the model as prepared, at the shapes to calibrate at: what the file does not hold.
    /// Throws what collect() does, and Error(InvalidOption) where something is missing and RunOptions::offline forbids
    /// to measure it.
    /// `outputs_of`: places of samples in the subset whose outputs are wanted where this runs the model anyhow.
    Collected measure(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan,
                      const std::vector<std::size_t>& outputs_of);

    /// Measures on a model that was edited since: the same samples.
    Statistics measure_again(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan);

    /// Those that were measured; without data, only those can be read that the file kept.
    const Dataset& measured() const {
        return *measured_;
    }

    /// Writes the file, where it holds something new, with the inputs of these of the measured samples.
    void save(const ov::Model& model, const std::vector<std::size_t>& kept);

    /// How the samples were prepared.
    std::string preparation() const;

private:
    Collected collect_from(const Dataset& samples, const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan,
                           bool may_converge, const Resumption* resumption,
                           const std::vector<std::size_t>& outputs_of) const;
    StatisticPlan also_for_other_options(ov::Model& model, const StatisticPlan& plan, bool on_same_tensors) const;
    Statistics answer(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan, const std::string& graph,
                      const std::vector<std::size_t>& outputs_of);
    Collected measure_missing(const std::shared_ptr<ov::Model>& model, const StatisticPlan& missing,
                              const std::string& graph, const std::vector<std::size_t>& outputs_of);
    void open_file(const ov::Model& original);
    void refuse_offline(const StatisticPlan& missing) const;

    const Options& options_;
    const RunOptions& run_;
    Observer& observer_;
    std::string dataset_preparation_;
    std::unique_ptr<Dataset> samples_;  // the subset; null without data
    std::unique_ptr<Dataset> measured_;
    std::size_t size_ = 0;
    StoredStatistics stored_;
    bool has_news_ = false;  // that the file does not hold yet
};

}  // namespace octet

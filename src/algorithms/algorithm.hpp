#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/report.hpp"

#include "placement/plan.hpp"
#include "statistics/statistics.hpp"

namespace octet {

class OutputError;
class TrialModel;

/// What the algorithms of one run share.
struct Context {
    const Options& options;
    QuantizerPlan& plan;
    Statistics& statistics;  ///< empty while algorithms say what they need
    Observer& observer;
    std::size_t samples = 0;  ///< of the calibration subset
    /// The inputs of sample `index` in the order of the model's inputs: for an algorithm that must run parts of the
    /// model itself.
    std::function<std::vector<ov::Tensor>(std::size_t index)> sample{};
    /// What `original` makes of some samples, by index, where that is known; for OutputError.
    std::map<std::size_t, std::vector<ov::Tensor>> outputs{};
    std::size_t threads = 0;                            ///< 0: all that this process may use
    std::shared_ptr<const ov::Model> original{};        ///< the model before any algorithm
    std::shared_ptr<const ov::Model> aligned{};         ///< the same after ActivationChannelAlignment, where that ran
    std::shared_ptr<const OutputError> output_error{};  ///< see output_error() in trial.hpp
    /// Of the model as it is now, where the algorithm before this one left it; see trial.hpp.
    std::shared_ptr<TrialModel> trial{};
};

/// One step of quantization. Keeps no state between calls.
class Algorithm {
public:
    virtual ~Algorithm() = default;

    virtual std::string name() const = 0;

    /// Says what must be measured; asked of every algorithm before any data runs, on the model as prepared.
    virtual void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const = 0;

    /// Does it hold the outputs of the edited model against the original's, on the trial samples (see trial.hpp)?
    virtual bool tries_outputs() const {
        return false;
    }

    /// The phase of the run (see Observer) that it belongs to; one of its own where it takes long and tells its steps.
    virtual std::string phase() const {
        return "correct";
    }

    /// Edits the model. Algorithms run in order, on the same nodes that were measured.
    virtual std::vector<Change> apply(ov::Model& model, Context& context) const = 0;
};

/// The algorithms that `options` name, in the order they run.
/// Throws Error(InvalidOption) for an unknown name (with the nearest).
std::vector<std::unique_ptr<Algorithm>> make_algorithms(const Options& options);

}  // namespace octet

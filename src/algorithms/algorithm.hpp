#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/options.hpp"
#include "octet/report.hpp"

#include "placement/plan.hpp"
#include "statistics/statistics.hpp"

namespace octet {

/// What the algorithms of one run share.
struct Context {
    const Options& options;
    QuantizerPlan& plan;
};

/// One step of quantization. Keeps no state between calls.
class Algorithm {
public:
    virtual ~Algorithm() = default;

    virtual std::string name() const = 0;

    /// Says what must be measured; asked of every algorithm before any data runs, on the model as prepared.
    virtual void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const = 0;

    /// Edits the model. Algorithms run in order, on the same nodes that were measured.
    virtual std::vector<Change> apply(ov::Model& model, Context& context, const Statistics& statistics) const = 0;
};

/// The algorithms that `options` ask for, in the order they run.
std::vector<std::unique_ptr<Algorithm>> make_algorithms(const Options& options);

}  // namespace octet

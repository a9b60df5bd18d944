#include "judging.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "octet/octet.hpp"

#include "evaluate_command.hpp"
#include "shared.hpp"
#include "usage_error.hpp"

namespace octet::cli {
namespace {

// More than half of all samples would leave too little to measure: then it is a third.
std::size_t samples_to_check(std::size_t wanted, std::size_t size) {
    return wanted <= size / 2 ? wanted : size / 3;
}

}  // namespace

SampleSplit split_samples(std::size_t size, const Arguments& arguments, Progress& progress) {
    if (arguments.check && arguments.options.states == States::Keep) {
        throw UsageError(
            "--check: sets single samples aside, which would tear sequences apart with --states keep; "
            "compare on other data with octet compare");
    }
    const std::size_t count = arguments.check ? samples_to_check(*arguments.check, size) : 0;
    SampleSplit out{{}, spread_indices(size, count)};
    for (std::size_t i = 0; i < size; ++i) {
        if (!std::binary_search(out.check.begin(), out.check.end(), i)) {
            out.calibration.push_back(i);
        }
    }
    if (count > 0) {
        progress.log(
            LogLevel::Info, "check",
            fmt::format("{} of {} samples set aside for the check{}", count, size,
                        count < *arguments.check ? fmt::format(" (not {}: the others are needed)", *arguments.check)
                                                 : std::string()));
    }
    return out;
}

Comparison check(const std::shared_ptr<const ov::Model>& original, const std::shared_ptr<const ov::Model>& written,
                 const Dataset& samples, const Arguments& arguments, Progress& progress) {
    CompareOptions options;
    options.throughput_seconds = 1;  // the check must not take longer than the work
    options.skip_bad = arguments.options.skip_bad;
    options.shapes = arguments.options.shapes;
    return compare(original, written, samples, options, arguments.run, &progress);
}

WantedEvaluation::WantedEvaluation(const Arguments& arguments, std::shared_ptr<const ov::Model> original,
                                   const Dataset& dataset, Progress& progress)
    : arguments_(arguments), original_(std::move(original)), dataset_(&dataset), progress_(progress) {
    if (arguments.checker && (arguments.evaluate || arguments.accuracy)) {
        checked_ = open_checked_evaluation(original_, arguments, progress);
        dataset_ = checked_->dataset.get();
        labels_ = checked_->labels;
    } else if ((arguments.evaluate || arguments.accuracy) && !arguments.evaluation.labels.empty()) {
        labels_ = open_labels(*original_, dataset, arguments, progress);
    }
    if (labels_ && arguments.evaluate && !arguments.evaluation.details.empty()) {
        check_writable("--details", arguments.evaluation.details, arguments);
    }
}

void WantedEvaluation::run(const std::shared_ptr<const ov::Model>& written, Figures& figures) const {
    if (!arguments_.evaluate) {
        return;
    }
    const std::vector<std::shared_ptr<const ov::Model>> models{original_, written};
    if (!labels_) {
        figures.comparison = compare_outputs(models, *dataset_, arguments_, progress_);
        return;
    }
    figures.evaluation = checked_ ? evaluate_checked(models, *checked_, arguments_, progress_)
                                  : evaluate(models, *dataset_, *labels_, arguments_, progress_);
    for (const auto& metric : figures.evaluation->metrics) {
        progress_.log_to_file(LogLevel::Info, "evaluate", fmt::format("{:<27}: {}", metric.name, metric.values[1]));
    }
    if (!arguments_.evaluation.details.empty()) {
        write_details(*figures.evaluation, arguments_.evaluation.details);
    }
}

}  // namespace octet::cli

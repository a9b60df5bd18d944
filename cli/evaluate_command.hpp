#pragma once

#include <string>

#include "octet/accuracy_checker.hpp"
#include "octet/evaluate.hpp"

#include "shared.hpp"

// What evaluations have in common, whichever command makes them.
namespace octet::cli {

/// The labels that `arguments` name, for the samples of `dataset`.
Labels open_labels(const ov::Model& model, const Dataset& dataset, const Arguments& arguments, Progress& progress);

/// How labels are compared, as `arguments` say.
EvaluateOptions evaluate_options(const Arguments& arguments);

/// Evaluates the models, the original first, as `arguments` say.
Evaluation evaluate(const std::vector<std::shared_ptr<const ov::Model>>& models, const Dataset& dataset,
                    const Labels& labels, const Arguments& arguments, Progress& progress);

/// The samples that `arguments.checker` evaluates on. Throws Error(InvalidOption) where it names no metric.
CheckedSamples open_checked_evaluation(const std::shared_ptr<const ov::Model>& model, const Arguments& arguments,
                                       Progress& progress);

/// evaluate() on them.
Evaluation evaluate_checked(const std::vector<std::shared_ptr<const ov::Model>>& models, const CheckedSamples& checked,
                            const Arguments& arguments, Progress& progress);

/// compare() without its speeds, as `arguments` say.
Comparison compare_outputs(const std::vector<std::shared_ptr<const ov::Model>>& models, const Dataset& dataset,
                           const Arguments& arguments, Progress& progress);

/// A table, one row a metric: original, INT8, difference in percentage points.
std::string to_text(const Evaluation& evaluation);

/// Metrics and classes; with `with_samples` each sample's figures, too. Shares from 0 to 1.
Json to_json(const Evaluation& evaluation, bool with_samples = false);

/// to_json() with samples as a file: whole, or not there. Throws Error(Io).
void write_details(const Evaluation& evaluation, const std::filesystem::path& path);

}  // namespace octet::cli

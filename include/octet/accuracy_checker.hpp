#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/checker_rules.hpp"
#include "octet/dataset.hpp"
#include "octet/evaluate.hpp"
#include "octet/export.hpp"

// Configurations of OpenVINO's accuracy checker, as POT's users have them: what they say of samples, labels and
// metrics. docs/accuracy_checker.md tells what is understood; all else is refused by its name.
namespace octet {

struct CheckerConfiguration {
    checker::Rules rules;
    std::vector<std::string> warnings{};  ///< what was accepted but has no effect, a line each
};

/// A file of the tool: `models` with one launcher of OpenVINO and `datasets`, YAML or (where `where` ends in .json)
/// JSON. Of several models or launchers the first that OpenVINO runs counts. Throws Error(InvalidOption), which lists
/// everything that is wrong, a line each: `WHERE:LINE:COLUMN: PATH: TEXT`.
OCTET_API CheckerConfiguration parse_checker(const std::string& text, const std::string& where);

/// The same from a file. Throws Error(Io) too.
OCTET_API CheckerConfiguration read_checker(const std::filesystem::path& file);

/// Samples of one entry of `datasets`, what they truly show, and how evaluate() is to measure it.
struct CheckedSamples {
    std::unique_ptr<Dataset> dataset;
    Labels labels;
    EvaluateOptions evaluation{};
};

/// Opens `part` (Rules::optimization or Rules::evaluation) for `model`. A sample of texts has i64[1,length] for each
/// input, where Tokenization says the length, and its label is dev-ROW or the file's name. Throws as open_dataset() and
/// open_labels() do.
OCTET_API CheckedSamples open_checked(const ov::Model& model, const checker::Rules& rules,
                                      const checker::DatasetRules& part);

}  // namespace octet

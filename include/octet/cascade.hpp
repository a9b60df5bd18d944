#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/metric.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/quantize.hpp"
#include "octet/recipe.hpp"

namespace octet {

/// One of several models that run one after the other on a sample, with code in between.
struct CascadeModel {
    std::string name;  ///< what messages and files call it; unlike the others' names
    std::shared_ptr<const ov::Model> model;
};

/// Runs the cascade's model number `model` on `inputs` and gives its outputs in the model's order.
/// To be called from the thread that Engine::run() is called on. A model with a state begins each call anew.
/// Throws Error(InvalidOption) for a number that no model has, Error(InvalidData) for inputs that do not fit.
using Infer = std::function<std::vector<ov::Tensor>(std::size_t model, const Sample& inputs)>;

/// Your code around the models of a cascade: it prepares a sample, calls the models, and makes of what one gives what
/// the next one takes.
class OCTET_API Engine {
public:
    virtual ~Engine();

    /// How many samples there are.
    virtual std::size_t size() const = 0;

    /// Runs sample `index` < size() through the cascade. A model may be called any number of times, also never, with
    /// any shape that it takes. What is returned goes to a Metric only. Called from several threads at once.
    virtual std::vector<ov::Tensor> run(std::size_t index, const Infer& infer) const = 0;

    /// What to call the sample in a message: a file name, or "sample 12". Called from several threads at once, too.
    virtual std::string label(std::size_t index) const;
};

/// What record_inputs() keeps.
struct RecordOptions {
    std::optional<std::size_t> subset{};  ///< samples that are run; unset: all
    Sampling sampling = Sampling::Spread;
    std::uint64_t seed = 0;
    /// Calls of each model that are kept, and bytes of each model's kept inputs: where there are more, as many as fit,
    /// drawn by chance, always the same ones. At least one call is kept. One call for each thread comes on top.
    std::size_t calls = 1000;
    std::size_t bytes = std::size_t{1} << 30;
    bool skip_bad = false;  ///< go on without samples for which Engine::run() throws, and log them
};

/// What the models of a cascade were called with.
struct RecordedInputs {
    /// Of each model, in their order; each call is a sample: for compare(), measure_sensitivity() and all else that
    /// takes a dataset.
    std::vector<std::unique_ptr<Dataset>> of_model;
    std::size_t samples = 0;                 ///< of the cascade, those that were skipped too
    std::vector<std::string> bad_samples{};  ///< skipped, with the reason (only with RecordOptions::skip_bad)
};

/// Runs the cascade on its samples and keeps what each model was called with. The result does not depend on RunOptions.
/// Phase "record". Throws Error(InvalidOption) for names that are empty or not unique, what Engine::run() throws,
/// Error(InvalidData) for a model that was never called.
OCTET_API RecordedInputs record_inputs(const std::vector<CascadeModel>& models, const Engine& engine,
                                       const RecordOptions& options = {}, const RunOptions& run = {},
                                       Observer* observer = nullptr);

/// Quantizes models[which] with what record_inputs() kept of all `models`; by a recipe where one is given, see
/// quantize_by_recipe(). Of the result Options::subset and Report::bad_samples are of the cascade's samples, all other
/// numbers of samples are of the model's calls. RunOptions::statistics names a file for each model, FILE_<name>.
/// Throws as quantize() and quantize_by_recipe() do; Error(InvalidOption) for States::Keep, as calls of different
/// samples follow one another, for RunOptions::offline and for a model whose inputs are not there.
OCTET_API QuantizedModel quantize_recorded(const std::vector<CascadeModel>& models, const RecordedInputs& inputs,
                                           std::size_t which, const Options& options = {},
                                           const std::optional<RecipeOptions>& recipe = {}, const RunOptions& run = {},
                                           Observer* observer = nullptr);

/// Quantizes all models of a cascade, each with the inputs that the original cascade feeds it: record_inputs(), then
/// quantize_recorded() for each. `options`: one for each model, or one for all; which samples are run is what the first
/// one says of subset, sampling, seed and skip_bad. Throws as these two do, Error(InvalidOption) for another number of
/// options.
OCTET_API std::vector<QuantizedModel> quantize_cascade(const std::vector<CascadeModel>& models, const Engine& engine,
                                                       const std::vector<Options>& options = {Options{}},
                                                       const RunOptions& run = {}, Observer* observer = nullptr);

/// The samples of `engine` at `indices`; `engine` must outlive the result. Throws Error(InvalidOption) for an index
/// that it does not have.
OCTET_API std::unique_ptr<Engine> select_samples(const Engine& engine, std::vector<std::size_t> indices);

/// `metric` of the cascade with `models`, e.g. the originals or the quantized ones. Phase "evaluate".
OCTET_API double measure(const std::vector<CascadeModel>& models, const Engine& engine, Metric& metric,
                         const RunOptions& run = {}, Observer* observer = nullptr);

/// Where an input of a cascade's model comes from: an output of a model before it.
struct Wire {
    std::size_t model = 0;  ///< position in the cascade
    std::string input{};    ///< tensor or parameter name; empty: the only input
    std::size_t from = 0;   ///< position of an earlier model
    std::string output{};   ///< tensor name, or that of the operation that makes it; empty: the only output
};

/// An engine without code: the models run in their order, each on its sample of `data` (one for each model, equally
/// long; null where it has none) and what `wires` bring. Gives the outputs of the last model. Throws
/// Error(InvalidOption) for names that the models do not have (with the nearest) or that fit several outputs, for wires
/// that do not lead from an earlier model or feed an input twice, for a model that nothing feeds; Error(InvalidData)
/// for datasets of other lengths. run() throws it where data feed an input that a wire feeds.
OCTET_API std::unique_ptr<Engine> chain_models(const std::vector<CascadeModel>& models,
                                               std::vector<std::unique_ptr<Dataset>> data,
                                               const std::vector<Wire>& wires);

/// The chain as one model, which runs as chain_models() does: for compare(), evaluate(), open_labels(). Its inputs are
/// those that no wire feeds, called MODEL.INPUT; its outputs, and what its rt_info tells of them, are the last model's.
/// Throws Error(InvalidOption) as chain_models() does for wires.
OCTET_API std::shared_ptr<ov::Model> join_models(const std::vector<CascadeModel>& models,
                                                 const std::vector<Wire>& wires);

/// The samples of `data` (one for each model, equally long; null where it has none), which must outlive the result, as
/// join_models() takes them. Labels and preparation are those of the first that there is.
/// Throws Error(InvalidOption) for another number of datasets or none at all, Error(InvalidData) for datasets of other
/// lengths.
OCTET_API std::unique_ptr<Dataset> join_samples(const std::vector<CascadeModel>& models,
                                                const std::vector<const Dataset*>& data);

/// `model`'s inputs but those of `names` (tensors or parameters), as a model without operations: for open_dataset(),
/// where the others come from elsewhere. Throws Error(InvalidOption) for a name that is none of its inputs.
OCTET_API std::shared_ptr<ov::Model> without_inputs(const std::shared_ptr<const ov::Model>& model,
                                                    const std::vector<std::string>& names);

}  // namespace octet

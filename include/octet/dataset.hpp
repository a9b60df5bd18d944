#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/export.hpp"
#include "octet/preprocessing.hpp"

namespace octet {

/// One sample: a tensor for each model input, keyed by the input's tensor name or its parameter's name.
/// The empty key stands for the only input of a model with one input.
/// A tensor has the input's shape, or that less a leading batch of 1; any numeric type that the input's type can hold.
using Sample = std::map<std::string, ov::Tensor>;

/// Unlabelled samples for calibration or comparison.
class OCTET_API Dataset {
public:
    virtual ~Dataset();

    virtual std::size_t size() const = 0;

    /// Sample `index` < size(). Called from several threads at once.
    /// Throws Error(InvalidData) where the sample cannot be read; the error's place is label(index).
    virtual Sample sample(std::size_t index) const = 0;

    /// What to call the sample in a message: a file name, or "sample 12".
    virtual std::string label(std::size_t index) const;

    /// How samples were prepared, as JSON; kept in the result's rt_info as `octet/preparation`. Empty: nothing to keep.
    virtual std::string preparation() const;

    /// Text that differs between samples that differ, as they are fed; compared where statistics of earlier samples are
    /// used again. By default a hash of sample(index), so that this costs as much as reading it.
    virtual std::string fingerprint(std::size_t index) const;

    /// What a user should know about how the samples come about, a line each.
    virtual std::vector<std::string> remarks() const;
};

/// One `--data` argument: a path, and the input it feeds where the path itself does not say.
struct DataSource {
    std::string input{};  ///< tensor or parameter name; empty: the only input, or the names inside an .npz
    std::filesystem::path path{};
};

/// `model` with other shapes at the inputs that `shapes` names (by tensor or parameter; empty: the only input); a copy
/// where there are any. To be given to open_dataset(), so that pictures fit an input of dynamic height and width.
/// Throws Error(InvalidOption) for an unknown input (with the nearest) or a shape that the model cannot take.
OCTET_API std::shared_ptr<const ov::Model> with_shapes(const std::shared_ptr<const ov::Model>& model,
                                                       const std::map<std::string, ov::PartialShape>& shapes);

/// Opens calibration data for `model`. Each source is one of
/// - pictures: a folder (with its sub-folders; hidden files and those that are no pictures do not count), a `.txt` list
///   (one path a line, absolute or relative to the list, `#` comments) or a single picture, for the named input or the
///   only one that can take pictures;
/// - an .npz: one array per input under the input's name, first axis = samples; or one array for a named input;
/// - an .npy: first axis = samples, for the named or only input;
/// - a folder of .npz files, each one sample; or of .npy files, SAMPLE.npy or SAMPLE_INPUT.npy;
/// - a pattern with `*`, `?` or `[...]`, as glob(7) has it, where there is no file of that name: all files it fits,
///   taken as a folder's (folders that it fits are not searched; `~` and braces mean nothing).
/// Several sources feed several inputs and hold equally many samples. Samples are in bytewise order of their file
/// names. Where pictures are all that is given for a model with a second input of shape [1,3], that gets each picture's
/// height, width and channels, as fed (`image_info` of older detectors). `preprocessing` acts on pictures only; what it
/// leaves unset comes from the model's rt_info (`octet/preparation`, then `model_info`), then from the defaults in
/// Preprocessing.
/// Throws Error(InvalidOption) for an unknown input name (with the nearest), Error(InvalidData) or Error(Io) for data
/// that is missing, empty, unreadable or of the wrong shape or type.
OCTET_API std::unique_ptr<Dataset> open_dataset(const ov::Model& model, const std::vector<DataSource>& sources,
                                                const Preprocessing& preprocessing = {});

/// A dataset of `size` samples made by `make`, which is called from several threads at once.
OCTET_API std::unique_ptr<Dataset> make_dataset(std::size_t size, std::function<Sample(std::size_t)> make);

/// The samples of `dataset` at `indices`; `dataset` must outlive the result.
OCTET_API std::unique_ptr<Dataset> select_samples(const Dataset& dataset, std::vector<std::size_t> indices);

/// `count` of the indices 0..size-1, evenly spread and ascending: (2i+1)*size/(2*count). All where count >= size.
OCTET_API std::vector<std::size_t> spread_indices(std::size_t size, std::size_t count);

}  // namespace octet

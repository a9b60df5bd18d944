#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "octet/dataset.hpp"

#include "data/files.hpp"
#include "data/model_inputs.hpp"
#include "data/preprocessing.hpp"

namespace octet {

/// What one data source gives: samples of one or several of the model's inputs, keyed by ModelInput::name().
struct SourceData {
    std::unique_ptr<Dataset> dataset;
    std::vector<std::size_t> inputs;        ///< positions among the model's inputs, ascending
    std::vector<std::string> unused;        ///< names of arrays that feed nothing
    std::optional<PictureLayout> layout{};  ///< of pictures
};

/// Pictures for `source.input`, or the only input that takes pictures.
SourceData open_pictures(const ov::Model& model, const std::vector<ModelInput>& inputs, const DataSource& source,
                         std::vector<DataFile> files, const Preprocessing& preprocessing);

/// An .npy for one input, first axis = samples.
SourceData open_npy(const std::vector<ModelInput>& inputs, const DataSource& source);

/// An .npz, first axis = samples: the arrays named as inputs; or its only array where `source.input` names the input.
SourceData open_npz(const std::vector<ModelInput>& inputs, const DataSource& source);

/// A folder of .npz files, each of them one sample.
SourceData open_npz_folder(const std::vector<ModelInput>& inputs, const DataSource& source,
                           std::vector<DataFile> files);

/// A folder of .npy files, each of them one input of one sample: SAMPLE.npy for a single input, else SAMPLE_INPUT.npy
/// with the input's name or position.
SourceData open_npy_folder(const std::vector<ModelInput>& inputs, const DataSource& source,
                           std::vector<DataFile> files);

}  // namespace octet

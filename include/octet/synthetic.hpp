#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <openvino/core/model.hpp>

#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/preprocessing.hpp"

namespace octet {

struct SyntheticOptions {
    std::size_t samples = 300;  ///< 1 ... 100000
    std::uint64_t seed = 0;
    /// Also numbers for inputs that take no pictures. False: such an input is refused.
    bool any_input = false;
};

/// Samples made up where there is no data. Pictures are shapes of all sizes that cover one another ("dead leaves"),
/// many of them filled with noise whose spectrum falls with the frequency, as that of photographs does; they are
/// prepared as `preprocessing` says. Of other inputs (any_input) real ones get normally distributed numbers, whole ones
/// indices that the model's Gather operations can take, else ones.
///
/// Ranges from pictures like these serve convolutional networks passably and others badly: the accuracy of the result
/// is not known, and remarks() say so. Which pictures serve best was measured: docs/decisions/0013.
///
/// Same model, options and seed give the same samples. Pictures are drawn with up to 512 pixels a side. Axes of the
/// model must be fixed, but for a leading batch (1) and a picture's height and width (224); see with_shapes(). Throws
/// Error(InvalidOption) for options out of range, axes that are open, an input that takes no pictures.
OCTET_API std::unique_ptr<Dataset> make_synthetic_dataset(const ov::Model& model, const SyntheticOptions& options = {},
                                                          const Preprocessing& preprocessing = {});

}  // namespace octet

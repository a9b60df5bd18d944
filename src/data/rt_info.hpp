#pragma once

#include <optional>
#include <string>

#include <openvino/core/model.hpp>

#include "octet/preprocessing.hpp"

namespace octet {

/// What an earlier run kept in rt_info as `octet/preparation`, if it did.
/// Throws Error(InvalidModel) where that is malformed.
std::optional<Preprocessing> kept_preparation(const ov::Model& model);

/// What the model's `model_info` says, as OpenVINO's Model API writes it, of the fields that `known` leaves unset.
/// Nothing where the model does its own preprocessing (`embedded_processing`).
/// Throws Error(InvalidModel) where a field it needs is malformed.
Preprocessing model_info_preprocessing(const ov::Model& model, const Preprocessing& known);

/// Shortest text that reads back as `value`.
std::string number_text(double value);

}  // namespace octet

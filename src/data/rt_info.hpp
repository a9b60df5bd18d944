#pragma once

#include <optional>
#include <string>

#include <openvino/core/model.hpp>

#include "octet/preprocessing.hpp"

namespace octet {

/// What an earlier run kept in rt_info as `octet/preparation`, if it did.
/// Throws Error(InvalidModel) where that is malformed.
std::optional<Preprocessing> kept_preparation(const ov::Model& model);

/// The preparation in a text that to_json(Preprocessing) made. Throws Error(InvalidModel) where it is malformed.
Preprocessing parse_preparation(const std::string& text);

/// A text of the model's `model_info`; unset where there is none, or an empty one or "None", as Model API writes that.
/// Throws Error(InvalidModel) where it is no text.
std::optional<std::string> model_info(const ov::Model& model, const char* key);

/// What the model's `model_info` says, as OpenVINO's Model API writes it, of the fields that `known` leaves unset.
/// Nothing where the model does its own preprocessing (`embedded_processing`).
/// Throws Error(InvalidModel) where a field it needs is malformed.
Preprocessing model_info_preprocessing(const ov::Model& model, const Preprocessing& known);

/// Shortest text that reads back as `value`.
std::string number_text(double value);

}  // namespace octet

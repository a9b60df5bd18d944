#pragma once

/// Octet: a trained model and some unlabelled samples in, an INT8 OpenVINO model out.
///
///     auto model = octet::read_model("model.onnx");
///     auto data = octet::open_dataset(*model, {{.path = "photos/"}}, {.rgb = true});
///     auto result = octet::quantize(model, *data);
///     octet::save(result, "out", "model", "model.onnx");
///
/// Functions are safe to call from several threads on different models.

#include "octet/accuracy_aware.hpp"
#include "octet/accuracy_checker.hpp"
#include "octet/cascade.hpp"
#include "octet/checker_rules.hpp"
#include "octet/compare.hpp"
#include "octet/configuration.hpp"
#include "octet/dataset.hpp"
#include "octet/error.hpp"
#include "octet/evaluate.hpp"
#include "octet/metric.hpp"
#include "octet/model_io.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/preprocessing.hpp"
#include "octet/quantize.hpp"
#include "octet/recipe.hpp"
#include "octet/report.hpp"
#include "octet/sensitivity.hpp"
#include "octet/synthetic.hpp"
#include "octet/version.hpp"

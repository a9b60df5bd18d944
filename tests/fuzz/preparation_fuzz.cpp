// Any text in a model's rt_info gives a preparation or an octet::Error, and what is read can be used by the next run.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <openvino/core/model.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>

#include "octet/error.hpp"

#include "data/rt_info.hpp"

namespace {

std::shared_ptr<ov::Model> identity() {
    const auto input = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{1, 3, 8, 8});
    return std::make_shared<ov::Model>(ov::OutputVector{input}, ov::ParameterVector{input});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto model = identity();
    const std::string text(reinterpret_cast<const char*>(data), size);
    model->set_rt_info(text, "octet", "preparation");
    for (const char* key : {"mean_values", "scale_values", "pad_value", "reverse_input_channels", "resize_type"}) {
        model->set_rt_info(text, "model_info", key);
    }
    try {
        octet::kept_preparation(*model);
    } catch (const octet::Error&) {
    }
    try {
        octet::model_info_preprocessing(*model, {});
    } catch (const octet::Error&) {
    }
    return 0;
}

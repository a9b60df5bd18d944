"""ONNX Runtime's static quantization: MinMax, QDQ, per-channel weights, after its own preparation. `model` is ONNX.

Activations are uint8 with a zero point, whatever the preset: symmetric ones are less exact (MobileNetV2 12 instead of
15.5 dB), and int8 ones with a zero point, its default, do not always compile on OpenVINO's CPU plugin, on which all
results are judged.
"""
import onnx
import onnx.version_converter
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import common

onnxruntime.set_default_logger_severity(3)
given = common.arguments()
arrays = common.load(given.data)
session = onnxruntime.InferenceSession(str(given.model), providers=["CPUExecutionProvider"])
ranks = {each.name: len(each.shape) for each in session.get_inputs()}
del session
count = len(next(iter(arrays.values())))


class Samples(CalibrationDataReader):
    def __init__(self):
        self.feeds = (common.sample(arrays, index, ranks) for index in range(count))

    def get_next(self):
        return next(self.feeds, None)


source, prepared, target = given.model, given.output / "prepared.onnx", given.output / "model.onnx"
model = onnx.load(source)
if next(each.version for each in model.opset_import if each.domain in ("", "ai.onnx")) < 13:
    source = given.output / "opset13.onnx"  # before, QDQ has no axis, which weights per channel need
    onnx.save(onnx.version_converter.convert_version(model, 13), source)
quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
quantize_static(str(prepared), str(target), Samples(), quant_format=QuantFormat.QDQ, per_channel=True,
                activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax)
for each in {source, prepared} - {given.model}:
    each.unlink()
common.finish(arrays, target)

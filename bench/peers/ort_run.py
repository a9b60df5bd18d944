"""ONNX Runtime's static quantization: MinMax, QDQ, per-channel weights, after its own preparation. `model` is ONNX."""
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


prepared, target = given.output / "prepared.onnx", given.output / "model.onnx"
quant_pre_process(str(given.model), str(prepared), skip_symbolic_shape=True)
quantize_static(str(prepared), str(target), Samples(), quant_format=QuantFormat.QDQ, per_channel=True,
                activation_type=QuantType.QInt8 if given.preset == "performance" else QuantType.QUInt8,
                weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
                extra_options={"ActivationSymmetric": given.preset == "performance"})
prepared.unlink()
common.finish(arrays, target)

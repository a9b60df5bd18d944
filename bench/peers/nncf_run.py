"""NNCF with its defaults: post-training quantization with fast bias correction."""
import warnings

warnings.filterwarnings("ignore")
import nncf
import openvino
from openvino._offline_transformations import apply_moc_transformations

import common

nncf.set_log_level(40)
given = common.arguments()
arrays = common.load(given.data)
model = openvino.Core().read_model(given.model)
apply_moc_transformations(model, False)  # as openvino.convert_model does: without it BatchNorm is not folded
ranks = {name: len(model.input(name).partial_shape) for name in arrays}
count = len(next(iter(arrays.values())))
dataset = nncf.Dataset(range(count), lambda index: common.sample(arrays, index, ranks))
quantized = nncf.quantize(model, dataset, preset=nncf.QuantizationPreset(given.preset), subset_size=count,
                          model_type=nncf.ModelType.TRANSFORMER if given.transformer else None,
                          fast_bias_correction=True)
target = given.output / "model.xml"
openvino.save_model(quantized, target, compress_to_fp16=False)
common.finish(arrays, target)

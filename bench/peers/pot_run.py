"""POT's DefaultQuantization. `model` is an IR of the Model Optimizer of the same release."""
import warnings

warnings.filterwarnings("ignore")
import openvino.runtime
from openvino.runtime import Core


class F32Core(Core):
    """The plugin's own default is bf16 on some CPUs; calibration here is in f32 for all."""

    def compile_model(self, model, device_name=None, config=None, **others):
        return super().compile_model(model, device_name or "CPU",
                                     {**(config or {}), "INFERENCE_PRECISION_HINT": "f32"}, **others)


openvino.runtime.Core = F32Core
from openvino.tools.pot import DataLoader, IEEngine, compress_model_weights, create_pipeline, load_model, save_model

import common

given = common.arguments()
arrays = common.load(given.data)
inputs = Core().read_model(str(given.model)).inputs
layers = {name: each.get_node().get_friendly_name() for each in inputs for name in each.get_names()}
arrays = {layers.get(name, name): array for name, array in arrays.items()}
ranks = {each.get_node().get_friendly_name(): len(each.partial_shape) for each in inputs}
count = len(next(iter(arrays.values())))


class Samples(DataLoader):
    def __len__(self):
        return count

    def __getitem__(self, index):
        feed = common.sample(arrays, index, ranks)
        return (feed if len(feed) > 1 else next(iter(feed.values()))), None


parameters = {"target_device": "ANY", "preset": given.preset, "stat_subset_size": count}
if given.transformer:
    parameters["model_type"] = "transformer"
model = load_model({"model_name": "model", "model": str(given.model), "weights": str(given.model.with_suffix(".bin"))})
engine = IEEngine(config={"device": "CPU"}, data_loader=Samples({}), metric=None)
quantized = create_pipeline([{"name": "DefaultQuantization", "params": parameters}], engine).run(model)
compress_model_weights(quantized)
save_model(quantized, str(given.output), "model")
common.finish(arrays, given.output / "model.xml")

"""What is measured: models, their samples, what tells their accuracy."""
import dataclasses
import json
import pathlib
import shutil
import subprocess
import tempfile

import numpy
import openvino


@dataclasses.dataclass
class Case:
    name: str
    model: pathlib.Path
    calibration: pathlib.Path  # .npz: an array per input, first axis = samples
    evaluation: pathlib.Path   # the same, of data that no quantizer sees
    source: pathlib.Path | None = None        # the ONNX file the model was made of
    evaluate: pathlib.Path | None = None      # a script: MODEL -> one JSON line with "metric" and "value"

    @property
    def samples(self):
        with numpy.load(self.calibration) as file:
            return len(file[file.files[0]])


def zoo_case(folder, sources, cache, samples, python):
    """A folder with model.xml and eval.py, which writes samples as N_INPUT.npy; packed into cache once."""
    model = folder / "model.xml"
    kept = cache / folder.name
    kept.mkdir(parents=True, exist_ok=True)
    packed = {kind: kept / f"{kind}-{samples}.npz" for kind in ("calib", "eval")}
    for kind, path in packed.items():
        if not path.exists():
            pack(folder, model, kind, samples, python, path)
    source = sources / f"{folder.name}.onnx" if sources else None
    return Case(folder.name, model, packed["calib"], packed["eval"], source if source and source.exists() else None,
                folder / "eval.py")


def pack(folder, model, kind, samples, python, path):
    names = [each.get_any_name() for each in openvino.Core().read_model(model).inputs]
    with tempfile.TemporaryDirectory(dir=path.parent) as dump:
        subprocess.run([python, "-B", folder / "eval.py", f"--dump-{kind}", dump, str(samples)], check=True,
                       stdout=subprocess.DEVNULL)
        indices = sorted({each.name.split("_")[0] for each in pathlib.Path(dump).glob("*.npy")})[:samples]
        arrays = {name: numpy.concatenate([numpy.load(f"{dump}/{index}_{number}.npy") for index in indices])
                  for number, name in enumerate(names)}
    unfinished = path.with_suffix(".part.npz")
    numpy.savez(unfinished, **arrays)
    unfinished.rename(path)


def smoke_case(folder):
    """A small network with random weights and samples: shows that everything runs, tells nothing about speed."""
    generator = numpy.random.default_rng(1)
    ops = openvino.opset13
    x = ops.parameter([1, 3, 32, 32], numpy.float32, name="x")
    layer = x
    for outputs, inputs in ((16, 3), (16, 16), (32, 16)):
        weights = generator.normal(0, 0.2, (outputs, inputs, 3, 3)).astype(numpy.float32)
        bias = generator.normal(0, 0.1, (1, outputs, 1, 1)).astype(numpy.float32)
        layer = ops.relu(ops.add(ops.convolution(layer, weights, [1, 1], [1, 1], [1, 1], [1, 1]), bias))
    logits = ops.matmul(ops.reduce_mean(layer, numpy.array([2, 3]), False),
                        generator.normal(0, 0.2, (32, 10)).astype(numpy.float32), False, False)
    x.output(0).tensor.set_names({"x"})
    model = openvino.Model([logits], [x], "smoke")
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(model, folder / "model.xml", compress_to_fp16=False)
    for name in ("calib", "eval"):
        numpy.savez(folder / f"{name}.npz", x=generator.normal(0, 1, (20, 3, 32, 32)).astype(numpy.float32))
    return Case("smoke", folder / "model.xml", folder / "calib.npz", folder / "eval.npz")


def clear(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def last_json(text):
    """The last line of a program's output that is a JSON object."""
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    raise ValueError("no JSON object in the output")

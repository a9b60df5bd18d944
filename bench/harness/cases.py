"""What is measured: models, their samples, what tells their accuracy."""
import dataclasses
import json
import pathlib
import shutil
import tempfile
import zipfile

import numpy
import openvino

from process import Failed, run

LONGEST = 3600  # seconds for the preparation of a model's samples, which is not timed


@dataclasses.dataclass
class Case:
    name: str
    model: pathlib.Path
    calibration: pathlib.Path  # .npz that is not compressed: an array per input, first axis = samples
    evaluation: pathlib.Path | None = None  # the same, of data that no quantizer sees
    source: pathlib.Path | None = None      # the ONNX file that the model was made of
    evaluate: pathlib.Path | None = None    # a script: MODEL -> one JSON line with "metric" and "value"

    @property
    def samples(self):
        with numpy.load(self.calibration) as file:
            return len(file[file.files[0]])


@dataclasses.dataclass
class Sources:
    """Where a model's ONNX file may be: FOLDER/MODEL.onnx, or beside the model."""
    folder: pathlib.Path | None = None

    def find(self, name, model):
        beside = [model.with_suffix(".onnx")]
        return next((each for each in ([self.folder / f"{name}.onnx"] if self.folder else []) + beside
                     if each.exists()), None)


def zoo_case(folder, sources, cache, samples, python):
    """A folder with model.xml and eval.py, which writes samples as N_INPUT.npy; packed into cache once.

    Raises Failed where its samples cannot be made."""
    model, script = folder / "model.xml", folder / "eval.py"
    kept = cache / folder.name
    kept.mkdir(parents=True, exist_ok=True)
    packed = {kind: kept / f"{kind}-{samples}.npz" for kind in ("calib", "eval")}
    for kind, path in packed.items():
        if not path.exists():
            if not python.exists():
                raise Failed(f"{script} needs the environment of NNCF, which is not set up; see bench/setup_peers")
            pack(model, script, kind, samples, python, path)
    return Case(folder.name, model, packed["calib"], packed["eval"], sources.find(folder.name, model), script)


def pack(model, script, kind, samples, python, path):
    names = [each.get_any_name() for each in openvino.Core().read_model(model).inputs]
    with tempfile.TemporaryDirectory(dir=path.parent) as dump:
        run([python, "-B", script, f"--dump-{kind}", dump, samples], threads=1024, timeout=LONGEST)
        indices = sorted({each.name.split("_")[0] for each in pathlib.Path(dump).glob("*.npy")})[:samples]
        if not indices:
            raise Failed(f"{script} --dump-{kind} wrote no sample")
        save(path, {name: numpy.concatenate([numpy.load(f"{dump}/{index}_{number}.npy") for index in indices])
                    for number, name in enumerate(names)})


def single_case(model, data, evaluation, sources, cache, samples):
    """One model with samples in .npz files, of which at most `samples` are used. Raises Failed where they are not read."""
    kept = clear(cache / model.stem)
    for name, path in (("calib", data), ("eval", evaluation)):
        if path:
            try:
                save_first(kept / f"{name}.npz", path, samples)
            except (OSError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
                raise Failed(f"{path}: expected an .npz with an array per input, first axis = samples: {error}") from None
    return Case(model.stem, model, kept / "calib.npz", kept / "eval.npz" if evaluation else None,
                sources.find(model.stem, model))


def save_first(path, source, samples):
    with numpy.load(source) as file:
        save(path, {name: file[name][:samples] for name in file.files})


def save(path, arrays):
    """Not compressed, so that all tools load as fast as they can; whole or not at all."""
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
    clear(folder)
    openvino.save_model(model, folder / "model.xml", compress_to_fp16=False)
    for name in ("calib", "eval"):
        save(folder / f"{name}.npz", {"x": generator.normal(0, 1, (20, 3, 32, 32)).astype(numpy.float32)})
    return Case("smoke", folder / "model.xml", folder / "calib.npz", folder / "eval.npz")


def clear(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def last_json(text, *needed):
    """The last line of a program's output that is a JSON object with the figures `needed`. Raises Failed without it."""
    line = next((line for line in reversed(text.splitlines()) if line.startswith("{")), "")
    try:
        told = json.loads(line)
    except ValueError:
        raise Failed("printed no line of JSON") from None
    missing = [name for name in needed if told.get(name) is None]
    if missing:
        raise Failed(f"printed no {', '.join(missing)}")
    return told

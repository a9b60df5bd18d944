"""The programs that are timed: how each is called, and what it says about itself."""
import dataclasses
import json
import pathlib

from cases import clear, last_json
from process import Failed, run

PEERS = pathlib.Path(__file__).parent.parent / "peers"


@dataclasses.dataclass
class Settings:
    build: pathlib.Path  # holds bin/octet and bin/octet_bench_plain_pass
    peers: pathlib.Path
    work: pathlib.Path
    preset: str
    threads: int
    timeout: float


@dataclasses.dataclass
class Result:
    seconds: float
    cpu_seconds: float
    peak_bytes: int  # less the samples that the process held in memory
    model: pathlib.Path | None = None
    details: dict = dataclasses.field(default_factory=dict)


class Plain:
    """FP32 inference of the calibration samples in throughput mode and nothing else."""
    name = "plain"

    def __call__(self, case, settings):
        made = run([settings.build / "bin/octet_bench_plain_pass", case.model, case.calibration], settings.threads,
                   settings.timeout)
        told = last_json(made.output)
        return Result(made.seconds, made.cpu_seconds, made.peak_bytes - told["data_bytes"], case.model, told)


class Octet:
    def __init__(self, name="octet", options=()):
        self.name = name
        self.options = options

    def __call__(self, case, settings):
        folder = clear(settings.work / case.name / self.name)
        made = run([settings.build / "bin/octet", "quantize", "-m", case.model, "--data", case.calibration, "-o", folder,
                    "--preset", settings.preset, "--threads", settings.threads, "--progress", "json", *self.options],
                   settings.threads, settings.timeout)
        told = last_json(made.output)
        model_type = json.loads((folder / "quantization.json").read_text()).get("model_type")
        # Octet reads samples one by one from the file: nothing of its memory is theirs.
        return Result(made.seconds, made.cpu_seconds, made.peak_bytes, folder / "model.xml",
                      {"phases": told["seconds"], "model_type": model_type})


class Peer:
    """A quantizer of others, in an environment of its own."""

    def __init__(self, name, script, python, source="model"):
        self.name = name
        self.script = script
        self.environment = python
        self.source = source

    def __call__(self, case, settings):
        python = settings.peers / self.environment / "bin/python"
        if not python.exists():
            raise Failed("not set up; see bench/setup_peers")
        model = self.prepare(case, settings)
        folder = clear(settings.work / case.name / self.name)
        command = [python, PEERS / self.script, model, case.calibration, folder, "--preset", settings.preset]
        if self.is_transformer(case, settings):
            command.append("--transformer")
        made = run(command, settings.threads, settings.timeout)
        told = last_json(made.output)
        return Result(made.seconds, made.cpu_seconds, made.peak_bytes - told["data_bytes"], pathlib.Path(told["model"]))

    def prepare(self, case, settings):
        """What the tool reads; made beforehand, and not timed."""
        if self.source == "model":
            return case.model
        if not case.source:
            raise Failed("needs the ONNX file that the model was made of")
        if self.source == "onnx":
            return case.source
        converted = settings.work / case.name / "pot-source"
        if not (converted / "model.xml").exists():
            run([settings.peers / self.environment / "bin/mo", "--input_model", case.source, "--output_dir",
                 clear(converted), "--model_name", "model", "--compress_to_fp16=False", *shapes(case)],
                settings.threads, settings.timeout)
        return converted / "model.xml"

    @staticmethod
    def is_transformer(case, settings):
        """As Octet finds it: the peers do not look."""
        told = settings.work / case.name / "octet" / "quantization.json"
        return told.exists() and json.loads(told.read_text()).get("model_type") == "transformer"


def shapes(case):
    """The model's own shapes for a source with dynamic axes."""
    import openvino

    inputs = openvino.Core().read_model(case.model).inputs
    if any(each.partial_shape.is_dynamic for each in inputs):
        return []
    texts = [str(list(each.shape)).replace(" ", "") for each in inputs]
    return ["--input", ",".join(each.get_any_name() for each in inputs), "--input_shape", ",".join(texts)]


NO_TRIALS = ("--set", "range_selection=false", "--set", "simulate_activations=false")
TOOLS = [Plain(), Octet(), Octet("octet-no-trials", NO_TRIALS), Peer("nncf", "nncf_run.py", "nncf"),
         Peer("pot", "pot_run.py", "pot", "ir"), Peer("ort", "ort_run.py", "ort", "onnx")]

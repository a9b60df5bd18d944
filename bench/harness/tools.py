"""The programs that are timed: how each is called, and what it says about itself."""
import dataclasses
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

    def folder(self, case):
        """For what is made of a model; emptied at the start of each run."""
        return self.work / "results" / case.name


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
        told = last_json(made.output, "data_bytes", "compile_s", "infer_s")
        return Result(made.seconds, made.cpu_seconds, made.peak_bytes - told["data_bytes"], case.model, told)


class Octet:
    def __init__(self, name="octet", options=()):
        self.name = name
        self.options = options

    def __call__(self, case, settings):
        folder = clear(settings.folder(case) / self.name)
        made = run([settings.build / "bin/octet", "quantize", "-m", case.model, "--data", case.calibration, "-o", folder,
                    "--preset", settings.preset, "--threads", settings.threads, "--progress", "json", *self.options],
                   settings.threads, settings.timeout)
        told = last_json(made.output, "model", "seconds", "model_type")
        # Octet reads samples one by one from the file: nothing of its memory is theirs.
        return Result(made.seconds, made.cpu_seconds, made.peak_bytes, pathlib.Path(told["model"]),
                      {"phases": told["seconds"], "model_type": told["model_type"]})


class Peer:
    """A quantizer of others, in an environment of its own."""

    def __init__(self, name, source, takes_type=True):
        self.name = name
        self.source = source  # what it reads: "ir", "pot-ir" or "onnx"
        self.takes_type = takes_type

    def __call__(self, case, settings):
        python = settings.peers / self.name / "bin/python"
        if not python.exists():
            raise Failed("not set up; see bench/setup_peers")
        model = self.prepare(case, settings)
        folder = clear(settings.folder(case) / self.name)
        command = [python, PEERS / f"{self.name}_run.py", model, case.calibration, folder, "--preset", settings.preset]
        if self.takes_type and model_type(case, settings) == "transformer":
            command.append("--transformer")
        made = run(command, settings.threads, settings.timeout)
        told = last_json(made.output, "data_bytes", "model")
        return Result(made.seconds, made.cpu_seconds, made.peak_bytes - told["data_bytes"], pathlib.Path(told["model"]))

    def prepare(self, case, settings):
        """What the tool reads; made beforehand, and not timed."""
        if self.source == "ir":
            return case.model
        if not case.source:
            raise Failed("no ONNX source: put the file that the model was made of to --sources")
        if self.source == "onnx":
            return case.source
        converted = settings.folder(case) / "pot-source"
        if not (converted / "model.xml").exists():
            run([settings.peers / self.name / "bin/mo", "--input_model", case.source, "--output_dir",
                 clear(converted), "--model_name", "model", "--compress_to_fp16=False", *shapes(case)],
                settings.threads, settings.timeout)
        return converted / "model.xml"


def model_type(case, settings):
    """What Octet finds the model to be, from its graph; NNCF and POT do not look, and want to be told."""
    kept = settings.folder(case) / "model-type"
    if not kept.exists():
        probe = Octet("probe", (*NO_TRIALS, "--subset", "1"))(case, settings)
        kept.write_text(probe.details["model_type"])
    return kept.read_text()


def shapes(case):
    """The model's own shapes for a source with dynamic axes."""
    import openvino

    inputs = openvino.Core().read_model(case.model).inputs
    if any(each.partial_shape.is_dynamic for each in inputs):
        return []
    texts = [str(list(each.shape)).replace(" ", "") for each in inputs]
    return ["--input", ",".join(each.get_any_name() for each in inputs), "--input_shape", ",".join(texts)]


NO_TRIALS = ("--set", "range_selection=false", "--set", "simulate_activations=false")
TOOLS = [Plain(), Octet(), Octet("octet-no-trials", NO_TRIALS), Peer("nncf", "ir"), Peer("pot", "pot-ir"),
         Peer("ort", "onnx", takes_type=False)]

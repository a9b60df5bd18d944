"""One judge for the models of all tools: exactness and speed against FP32, and the model's own metric."""
import math

from cases import last_json
from process import Failed, run


def judge(case, model, settings, python):
    """Figures of a model on data that no quantizer saw; "notes" tells why one is not there."""
    figures, notes = {}, []
    for part in (compared, metric):
        try:
            figures.update(part(case, model, settings, python))
        except Failed as error:
            notes.append(f"{part.__name__}: {error}")
    return {**figures, "notes": notes + figures.pop("notes", [])}


def compared(case, model, settings, _):
    """How near the outputs are to the original's, and how much faster, as `octet compare` measures them: both models in
    one process, in turn. Plain FP32 is judged, too: what its speed differs from 1 is the measurement's error."""
    made = run([settings.build / "bin/octet", "compare", "-m", case.model, "-q", model, "--data", case.evaluation,
                "--threads", settings.threads, "--json", "--progress", "none"], settings.threads, settings.timeout)
    told = last_json(made.output, "outputs", "reference_fps", "quantized_fps")
    sqnr = {output["output"]: output["sqnr_db"] for output in told["outputs"]}
    there = [value for value in sqnr.values() if value is not None]
    figures = {"sqnr_db": math.fsum(there) / len(there) if there else None, "sqnr_db_of_outputs": sqnr,
               "speed": told["quantized_fps"] / told["reference_fps"]}
    without = [name for name, value in sqnr.items() if value is None]
    if without and model != case.model:
        figures["notes"] = [f"SQNR: not a finite number at {', '.join(without)}"]
    return figures


def metric(case, model, settings, python):
    """What the model's own script says."""
    if not case.evaluate:
        return {}
    if not python.exists():
        raise Failed(f"{case.evaluate.name} needs the environment of NNCF, which is not set up")
    told = last_json(run([python, case.evaluate, model], settings.threads, settings.timeout).output,
                     "metric", "value")
    return {"metric_name": told["metric"], "metric": told["value"]}

"""One judge for the models of all tools: exactness and speed against FP32, and the model's own metric."""
import math

from cases import last_json, save_first
from process import Failed, run

FEW = 16  # samples to measure speed on


def judge(case, models, settings, python, rounds, say):
    """For each tool of `models` (tool: file) figures on data that no quantizer saw; "notes" tells why one is missing.

    Speed is measured `rounds` times, one model after another. Plain FP32 is judged, too: what its speed differs from 1
    is the measurement's error."""
    judged = {}
    for name, model in models.items():
        say(f"judging {name}")
        figures, notes = {}, []
        for part in (exactness, metric):
            try:
                figures.update(part(case, model, settings, python))
            except Failed as error:
                notes.append(f"{part.__name__}: {error}")
        judged[name] = {**figures, "notes": notes + figures.pop("notes", [])}
    few = settings.folder(case) / "few.npz"
    save_first(few, case.evaluation, FEW)
    for number in range(1, rounds):
        for name, model in models.items():
            if judged[name].get("speed"):
                say(f"speed, round {number + 1} of {rounds}: {name}")
                try:
                    judged[name]["speed"].append(speed(compare(case, model, few, settings)))
                except Failed as error:
                    judged[name]["notes"].append(f"speed: {error}")
    return judged


def compare(case, model, data, settings):
    """What `octet compare` says of a model and its original, which it runs in one process, in turn."""
    made = run([settings.build / "bin/octet", "compare", "-m", case.model, "-q", model, "--data", data,
                "--threads", settings.threads, "--json", "--progress", "none"], settings.threads, settings.timeout)
    return last_json(made.output, "outputs", "reference_fps", "quantized_fps")


def speed(told):
    return told["quantized_fps"] / told["reference_fps"]


def exactness(case, model, settings, _):
    """How near the outputs are to the original's, and the first round of speed, which comes with it."""
    told = compare(case, model, case.evaluation, settings)
    sqnr = {output["output"]: output["sqnr_db"] for output in told["outputs"]}
    there = [value for value in sqnr.values() if value is not None]
    figures = {"sqnr_db": math.fsum(there) / len(there) if there else None, "sqnr_db_of_outputs": sqnr,
               "speed": [speed(told)]}
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

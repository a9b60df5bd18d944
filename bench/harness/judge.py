"""One judge for the models of all tools: exactness and speed against FP32, and the model's own metric."""
import json

from cases import last_json
from process import Failed, run


def judge(case, model, settings, python):
    """Figures of a quantized model, on data that no quantizer saw."""
    made = run([settings.build / "bin/octet", "compare", "-m", case.model, "-q", model, "--data", case.evaluation,
                "--threads", settings.threads, "--json", "--progress", "none"], settings.threads, settings.timeout)
    told = json.loads(made.output)
    sqnr = [output["sqnr_db"] for output in told["outputs"] if output["sqnr_db"] is not None]
    figures = {"sqnr_db": sum(sqnr) / len(sqnr) if sqnr else None, "speed": speed(told)}
    try:
        figures.update(metric(case, model, settings, python))
    except (Failed, ValueError, KeyError) as error:
        figures["metric_error"] = str(error)
    return figures


def speed(told):
    """INT8 over FP32 throughput, or None."""
    reference, quantized = told.get("reference_fps"), told.get("quantized_fps")
    return quantized / reference if reference and quantized else None


def metric(case, model, settings, python):
    """What the model's own script says."""
    if not case.evaluate or not python.exists():
        return {}
    told = last_json(run([python, case.evaluate, model], settings.threads, settings.timeout).output)
    return {"metric_name": told["metric"], "metric": told["value"]}

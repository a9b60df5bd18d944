"""The figures as a Markdown page."""
import statistics

COLUMNS = ["tool", "seconds", "times plain", "CPU seconds", "peak MB", "speed", "SQNR dB", "metric"]


def markdown(report):
    versions = ", ".join(f"{name}: {version}" for name, version in report["versions"].items() if version)
    lines = [f"Made by `{report['command']}` on {report['date']}.", "",
             f"{report['machine']}; {counted(report['threads'], 'thread')}, {counted(report['rounds'], 'round')}, preset "
             f"{report['preset']}. {versions}.", ""]
    for model in report["models"]:
        lines += failed(model) if "failed" in model else section(model)
    return "\n".join(lines)


def counted(number, noun):
    return f"{number} {noun}" + ("" if number == 1 else "s")


def failed(model):
    return [f"### {model['name']}", "", model["failed"], ""]


def section(model):
    notes = [f"- {tool['name']}: {note}" for tool in model["tools"] for note in tool.get("notes", [])]
    return [f"### {model['name']} ({counted(model['samples'], 'sample')})", "", *floor(model),
            row(COLUMNS), row(["---"] * len(COLUMNS)), *(row(cells(tool, model)) for tool in model["tools"]), "",
            *notes, *([""] if notes else [])]


def floor(model):
    """What plain inference took by itself, and the time that follows from it as an aim."""
    if not model.get("plain"):
        return []
    infer, compiled = (statistics.median(run[name] for run in model["plain"]) for name in ("infer_s", "compile_s"))
    return [f"Plain: {infer:.2f} s of inference, {compiled:.2f} s to compile; 1.2 × inference + compile + 0.4 s = "
            f"{1.2 * infer + compiled + 0.4:.2f} s.", ""]


def row(texts):
    return "| " + " | ".join(text.replace("|", "/") for text in texts) + " |"


def cells(tool, model):
    if "failed" in tool:
        return [tool["name"], tool["failed"], *[""] * (len(COLUMNS) - 2)]
    told = spread(tool["seconds"])
    if tool.get("verify_seconds"):
        told += f"; less the check {tool['net_seconds']:.2f}"
    plain = model.get("plain_seconds")
    return [tool["name"], told, number(tool["net_seconds"] / plain if plain else None, 2),
            number(statistics.median(tool["cpu_seconds"]), 2), number(statistics.median(tool["peak_bytes"]) / 1e6, 0),
            spread(tool.get("speed")), number(tool.get("sqnr_db"), 1),
            f"{tool['metric_name']} {tool['metric']:.4g}" if tool.get("metric") is not None else ""]


def spread(values):
    """Median (least–most)."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})" if values else ""


def number(value, digits):
    return "" if value is None else f"{value:.{digits}f}"

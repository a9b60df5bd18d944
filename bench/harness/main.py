"""Times whole quantizations beside plain FP32 inference of the same samples: bench/quantize."""
import argparse
import datetime
import json
import os
import pathlib
import platform
import shlex
import signal
import statistics
import subprocess
import sys
import time

import cases
import judge
import table
import tools
from process import Failed

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def arguments():
    parser = argparse.ArgumentParser(
        prog="bench/quantize", formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        description="Times Octet, plain FP32 inference and other quantizers in turn, each as a whole process, on the "
                    "same samples and CPUs, and judges what they made.")
    parser.add_argument("--zoo", type=pathlib.Path, metavar="FOLDER",
                        help="a folder of folders with model.xml and eval.py (--dump-calib, --dump-eval, MODEL)")
    parser.add_argument("--model", type=pathlib.Path, metavar="FILE", help="one model instead of a zoo")
    parser.add_argument("--data", type=pathlib.Path, metavar="NPZ", help="its calibration samples")
    parser.add_argument("--eval-data", type=pathlib.Path, metavar="NPZ",
                        help="other samples, on which the results are judged")
    parser.add_argument("--sources", type=pathlib.Path, metavar="FOLDER",
                        help="MODEL.onnx of each model, which pot and ort need, where none stands beside model.xml; see "
                             "bench/fetch_sources")
    parser.add_argument("--models", nargs="+", metavar="NAME", help="only these of the zoo")
    parser.add_argument("--tools", nargs="+", choices=[each.name for each in tools.TOOLS], metavar="NAME",
                        help="only these of " + ", ".join(each.name for each in tools.TOOLS))
    parser.add_argument("--rounds", type=count, default=3, help="of all tools in turn")
    parser.add_argument("--samples", type=count, default=300, help="at most, of a model")
    parser.add_argument("--threads", type=count, default=len(os.sched_getaffinity(0)), help="CPUs that each may use")
    parser.add_argument("--preset", choices=["performance", "mixed"], default="performance")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one process")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="with octet's programs")
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT / "build/peers", help="made by bench/setup_peers")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/bench", help="for samples and results")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all figures")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="write the tables; else to stdout")
    parser.add_argument("--no-judge", action="store_true", help="times and memory only")
    parser.add_argument("--smoke", action="store_true",
                        help="one round on a small random network; fails where a figure is missing")
    given = parser.parse_args()
    if not (given.smoke or given.zoo or (given.model and given.data)):
        parser.error("expected --zoo FOLDER, --model FILE --data NPZ, or --smoke")
    if given.model and not given.eval_data and not given.no_judge:
        parser.error("expected --eval-data NPZ, samples that no quantizer sees, or --no-judge")
    return given


def count(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1; got {text}")
    return value


def find_cases(given, python):
    """The models by name, and for each a function that makes the Case, or raises Failed."""
    if given.smoke:
        return {"smoke": lambda: cases.smoke_case(given.work / "samples" / "smoke")}
    sources, cache = cases.Sources(given.sources), given.work / "samples"
    if given.model:
        return {given.model.stem: lambda: cases.single_case(given.model, given.data, given.eval_data, sources, cache,
                                                            given.samples)}
    folders = {each.parent.name: each.parent for each in sorted(given.zoo.glob("*/model.xml"))}
    missing = set(given.models or folders) - set(folders)
    if missing or not folders:
        raise SystemExit(f"bench/quantize: no model.xml in {given.zoo}/{{{','.join(sorted(missing)) or '*'}}}")
    return {name: lambda folder=folder: cases.zoo_case(folder, sources, cache, given.samples, python)
            for name, folder in folders.items() if name in (given.models or folders)}


def measure(name, prepare, chosen, settings, rounds, judged, python):
    """All tools in turn, `rounds` times. What fails is told, and does not end the run."""
    say(f"{name}: preparing the samples")
    try:
        case = prepare()
    except Failed as error:
        say(f"{name}: {error}")
        return {"name": name, "failed": str(error), "tools": []}
    cases.clear(settings.folder(case))
    results, failed = {tool.name: [] for tool in chosen}, {}
    for number in range(rounds):
        for tool in chosen:
            if tool.name in failed:
                continue
            say(f"{name}: round {number + 1} of {rounds}: {tool.name}", end=" ")
            try:
                results[tool.name].append(tool(case, settings))
                say(f"{results[tool.name][-1].seconds:.2f} s", start="")
            except Failed as error:
                failed[tool.name] = str(error)
                say(failed[tool.name], start="")
    model = {"name": name, "samples": case.samples}
    if "plain" in results and "plain" not in failed:
        model["plain_seconds"] = statistics.median(run.seconds for run in results["plain"])
        model["plain"] = [run.details for run in results["plain"]]
    made = {tool.name: results[tool.name][-1].model for tool in chosen if tool.name not in failed}
    verdicts = judge.judge(case, made, settings, python, rounds, lambda text: say(f"{name}: {text}")) if judged else {}
    model["tools"] = [{"name": each, "failed": failed[each]} if each in failed else
                      {"name": each, **figures(runs), **verdicts.get(each, {})} for each, runs in results.items()]
    return model


def figures(runs):
    """Of one tool: all rounds, and the median of the seconds without Octet's check of what it wrote."""
    verify = [run.details.get("phases", {}).get("verify", 0) for run in runs]
    entry = {"seconds": [run.seconds for run in runs], "cpu_seconds": [run.cpu_seconds for run in runs],
             "peak_bytes": [run.peak_bytes for run in runs],
             "net_seconds": statistics.median(run.seconds - spent for run, spent in zip(runs, verify))}
    if any(verify):
        entry["verify_seconds"] = statistics.median(verify)
        entry["phases"] = [run.details["phases"] for run in runs]
    return entry


def versions(settings):
    """What each tool is made of; None where it is not set up."""
    asked = {"octet": [settings.build / "bin/octet", "--version"]}
    for name, packages in (("nncf", ("nncf", "openvino")), ("pot", ("openvino-dev",)), ("ort", ("onnxruntime",))):
        asked[name] = [settings.peers / name / "bin/python", "-c",
                       "import importlib.metadata as m; "
                       f"print(', '.join(f'{{each}} {{m.version(each)}}' for each in {packages}))"]
    found = {}
    for name, command in asked.items():
        try:
            found[name] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            found[name] = None
    return found


def machine():
    name = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                platform.processor())
    return f"{name}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()}"


def say(text, start="bench/quantize: ", end="\n"):
    print(start + text, end=end, file=sys.stderr, flush=True)


def check_complete(report):
    """For --smoke: every figure of every tool is there, but for peers that cannot run here."""
    for tool in report["models"][0]["tools"]:
        if tool.get("failed", "").startswith(("not set up", "no ONNX source")):
            continue
        missing = [name for name in ("seconds", "cpu_seconds", "peak_bytes", "sqnr_db", "speed")
                   if not tool.get(name) and not (tool["name"], name) == ("plain", "sqnr_db")]
        if missing:
            raise SystemExit(f"bench/quantize: {tool['name']}: no {', '.join(missing)}: "
                             f"{tool.get('failed') or tool.get('notes') or 'not measured'}")


def write_report(report, given):
    """After each model, so that what was measured is not lost."""
    if given.json:
        given.json.write_text(json.dumps(report, indent=1) + "\n")
    if given.markdown:
        given.markdown.write_text(table.markdown(report))


def main():
    given = arguments()
    settings = tools.Settings(given.build, given.peers, given.work, given.preset, given.threads, given.timeout)
    chosen = [each for each in tools.TOOLS if not given.tools or each.name in given.tools]
    python = given.peers / "nncf/bin/python"
    started = time.monotonic()
    rounds = 1 if given.smoke else given.rounds
    found = find_cases(given, python)
    report = {"command": "bench/quantize " + shlex.join(sys.argv[1:]), "date": datetime.date.today().isoformat(),
              "machine": machine(), "threads": given.threads, "rounds": rounds, "preset": given.preset,
              "versions": versions(settings), "models": []}
    for name, prepare in found.items():
        report["models"].append(measure(name, prepare, chosen, settings, rounds, not given.no_judge, python))
        write_report(report, given)
    if not given.markdown:
        print(table.markdown(report))
    if given.smoke:
        check_complete(report)
    if not any("seconds" in tool for model in report["models"] for tool in model["tools"]):
        raise SystemExit("bench/quantize: nothing could be measured")
    say(f"done in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        say("interrupted")
        raise SystemExit(130) from None

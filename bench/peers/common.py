"""What the runners of the peers share: their arguments, the samples, and one JSON line at the end."""
import argparse
import json
import pathlib

import numpy


def arguments():
    parser = argparse.ArgumentParser(description="Quantizes one model; prints one JSON line.")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path, help=".npz: an array per input, first axis = samples")
    parser.add_argument("output", type=pathlib.Path, help="folder")
    parser.add_argument("--preset", default="performance")
    parser.add_argument("--transformer", action="store_true")
    return parser.parse_args()


def load(path):
    """All arrays, in memory before anything is timed apart from the process as a whole."""
    with numpy.load(path) as file:
        return {name: file[name] for name in file.files}


def sample(arrays, index, ranks):
    """Sample `index`: each array's part with as many axes as its input has."""
    return {name: array[index:index + 1] if array.ndim == ranks[name] else array[index]
            for name, array in arrays.items()}


def finish(arrays, model):
    print(json.dumps({"data_bytes": sum(array.nbytes for array in arrays.values()), "model": str(model)}))

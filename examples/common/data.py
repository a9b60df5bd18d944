"""What the examples' make_data scripts share: their command line, and what several of them write.

    make_data FOLDER [--from DIR] [--small]

puts samples into FOLDER/calibration and labelled ones into FOLDER/validation, both from DIR (a folder of the model's
own data) or made from a seed. Run by .venv's Python (`scripts/setup --examples`).
"""

import argparse
import json
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import project_python  # noqa: E402: of tools/

project_python.use()


def main(doc, convert, make):
    """Calls convert(DIR, FOLDER, limit) or make(FOLDER, small); `limit` is None, or how many samples of a kind to take."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--from", dest="zoo", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--small", action="store_true", help="a few samples, to see that all works")
    given = parser.parse_args()
    for kind in ("calibration", "validation"):
        shutil.rmtree(given.folder / kind, ignore_errors=True)
        (given.folder / kind).mkdir(parents=True)
    if given.zoo:
        convert(given.zoo, given.folder, 8 if given.small else None)
    else:
        make(given.folder, given.small)


def copy_pictures(source, target, limit):
    for picture in sorted(source.glob("*.jpg"))[:limit]:
        shutil.copy(picture, target)


def write_coco(file, pictures, category):
    """COCO's annotations of one category; `pictures` are (name, width, height, boxes as x0, y0, x1, y1)."""
    images, annotations = [], []
    for number, (name, width, height, boxes) in enumerate(pictures, 1):
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        for x0, y0, x1, y1 in boxes:
            box = [x0, y0, x1 - x0, y1 - y0]
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": 1, "bbox": box,
                                "area": box[2] * box[3], "iscrowd": 0})
    file.write_text(json.dumps({"images": images, "annotations": annotations,
                                "categories": [{"id": 1, "name": category}]}))


def convert_boxes(zoo, folder, limit, category):
    """Pictures of a folder whose eval/gt.json lists the boxes of each picture."""
    from PIL import Image

    copy_pictures(zoo / "calib", folder / "calibration", limit)
    copy_pictures(zoo / "eval", folder / "validation", limit)
    truth = json.loads((zoo / "eval/gt.json").read_text())
    files = sorted((folder / "validation").iterdir())
    write_coco(folder / "annotations.json",
               [(file.name, *Image.open(file).size, boxes) for file, boxes in zip(files, truth)], category)

#!/usr/bin/env python3
"""make_pictures.py FOLDER: renders the 60 calibration pictures beside this file, all of them from nothing but a seed.

Needs Pillow 13, numpy 2 and Debian's fonts-dejavu-core and fonts-wqy-zenhei. Other versions draw the same scenes with
slightly different pixels.
"""

import pathlib
import random
import sys

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

SIZE = 480
COUNT = 60
LATIN = [
    "/usr/share/fonts/truetype/dejavu/" + name
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSansMono.ttf")
]
CHINESE = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"
WORDS = """platform ticket open daily fresh bread exit gate library north harbour market road invoice total amount bridge
garden station express window please keep clear private parking deliveries only welcome morning coffee fruit number street
closed sunday museum entrance height limit caution wet floor sale half price batch serial keep dry this side up""".split()
PHRASES = "欢迎光临 出口 请勿停车 新鲜水果 图书馆 营业时间 注意安全 地铁站 早上好 小心地滑 办公室 中央大街 咖啡 面包房 特价 服务台".split()


def clouds(rng, octaves, tint, strength, saturation):
    """Smooth noise, coarse to fine, around a tint: stands in for what a camera sees out of focus."""
    total = np.zeros((SIZE, SIZE, 3), np.float32)
    for octave in octaves:
        cells = rng.normal(0, 1, (octave, octave, 3)).astype(np.float32)
        planes = [Image.fromarray(cells[..., c]).resize((SIZE, SIZE), Image.Resampling.BICUBIC) for c in range(3)]
        total += np.stack([np.asarray(plane) for plane in planes], -1) / np.sqrt(octave)
    grey = total.mean(-1, keepdims=True)
    total = grey + saturation * (total - grey)
    total = total / total.std() * strength + np.asarray(tint, np.float32)
    return Image.fromarray(np.clip(total, 0, 255).astype(np.uint8))


def colour(pick, low=0, high=255):
    return tuple(pick.randint(low, high) for _ in range(3))


def scene(pick, rng):
    """Noise with a few blurred objects, as in a photograph."""
    octaves = pick.choice([(2, 4, 8), (3, 9, 27), (2, 6, 18, 60, 160)])
    picture = clouds(rng, octaves, colour(pick, 30, 225), pick.uniform(15, 55), pick.uniform(0.1, 0.6))
    draw = ImageDraw.Draw(picture)
    for _ in range(pick.randint(0, 12)):
        x, y = pick.randint(-60, SIZE), pick.randint(-60, SIZE)
        box = (x, y, x + pick.randint(20, 260), y + pick.randint(20, 260))
        pick.choice([draw.ellipse, draw.rectangle])(box, fill=colour(pick))
    picture = picture.filter(ImageFilter.GaussianBlur(pick.choice([0, 1, 2, 6])))
    shade = Image.linear_gradient("L").resize((SIZE, SIZE)).rotate(pick.choice([0, 90, 180, 270]))
    return ImageChops.multiply(picture, Image.merge("RGB", [shade.point(lambda v: 130 + v // 2)] * 3))


def flat(pick, rng):
    return Image.new("RGB", (SIZE, SIZE), colour(pick, 150, 255) if pick.random() < 0.7 else colour(pick, 0, 90))


def paper(pick, rng):
    """A sheet with ruled lines, a frame or nothing on it."""
    picture = clouds(rng, (2, 120), (228, 225, 216), pick.uniform(3, 12), 0.2)
    draw = ImageDraw.Draw(picture)
    if pick.random() < 0.6:
        for y in range(pick.randint(20, 50), SIZE, pick.randint(24, 60)):
            draw.line((0, y, SIZE, y), fill=(150, 160, 190), width=pick.randint(1, 2))
    if pick.random() < 0.4:
        draw.rectangle((12, 12, SIZE - 12, SIZE - 12), outline=(60, 60, 60), width=pick.randint(1, 4))
    return picture


def contrasting(pick, background):
    while True:
        candidate = colour(pick)
        if sum(abs(a - b) for a, b in zip(candidate, background)) > 240:
            return candidate


def write_text(pick, picture):
    """Lines of text that do not overlap, some on a plate of their own, the whole slightly turned at times."""
    draw = ImageDraw.Draw(picture)
    mean = tuple(int(v) for v in np.asarray(picture).reshape(-1, 3).mean(0))
    y = pick.randint(8, 60)
    while y < SIZE - 30:
        size = pick.choice([11, 13, 16, 20, 24, 30, 38, 48])
        if pick.random() < 0.3:
            text, font = pick.choice(PHRASES), ImageFont.truetype(CHINESE, size)
        else:
            text = " ".join(pick.choice(WORDS) for _ in range(pick.randint(1, 3)))
            text = pick.choice([str.title, str.upper, str.lower])(text)
            if pick.random() < 0.25:
                text += f" {pick.randint(1, 9999)}"
            font = ImageFont.truetype(pick.choice(LATIN), size)
        left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
        x = pick.randint(4, max(5, SIZE - 4 - (right - left)))
        ink = contrasting(pick, mean)
        if pick.random() < 0.25:
            plate = colour(pick)
            draw.rounded_rectangle((x + left - 6, y + top - 5, x + right + 6, y + bottom + 5), 5, fill=plate)
            ink = contrasting(pick, plate)
        draw.text((x, y), text, font=font, fill=ink)
        y += bottom + pick.randint(10, 70)
    if pick.random() < 0.35:
        return picture.rotate(pick.uniform(-8, 8), Image.Resampling.BICUBIC, fillcolor=mean)
    return picture


def render(index):
    pick, rng = random.Random(index), np.random.default_rng(index)
    background = (scene, scene, paper, flat)[index % 4]
    picture = write_text(pick, background(pick, rng))
    if index % 3 == 0:
        grain = rng.normal(0, rng.uniform(2, 9), (SIZE, SIZE, 3))
        picture = Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(0.7)) if index % 5 == 0 else picture


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(COUNT):
        render(index).save(folder / f"{index:03d}.jpg", quality=88)


if __name__ == "__main__":
    main()

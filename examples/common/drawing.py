"""Pictures with text on them and the boxes of that text, drawn from a seed with Pillow's own font."""

import random
import string

from PIL import Image, ImageDraw, ImageFilter, ImageFont


def colour(pick):
    return tuple(pick.randint(0, 255) for _ in range(3))


def background(pick, width, height):
    """Blurred shapes on a colour: stands in for a photograph."""
    picture = Image.new("RGB", (width, height), colour(pick))
    draw = ImageDraw.Draw(picture)
    for _ in range(pick.randint(5, 25)):
        x, y = pick.randint(-width // 4, width), pick.randint(-height // 4, height)
        box = (x, y, x + pick.randint(5, width // 2), y + pick.randint(5, height // 2))
        pick.choice([draw.ellipse, draw.rectangle])(box, fill=colour(pick))
    return picture.filter(ImageFilter.GaussianBlur(pick.choice([1, 2, 5])))


def draw_texts(seed, width, height, texts, sizes):
    """A picture with as many of `texts` as find room, each of a size in `sizes`, and their boxes x0, y0, x1, y1."""
    pick = random.Random(seed)
    picture, boxes = background(pick, width, height), []
    draw = ImageDraw.Draw(picture)
    for text in texts:
        font = ImageFont.load_default(pick.randint(*sizes))
        left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
        for _ in range(20):
            x, y = pick.randint(2, max(2, width - int(right) - 2)), pick.randint(2, max(2, height - int(bottom) - 2))
            box = (x + int(left), y + int(top), x + int(right), y + int(bottom))
            if box[2] < width and box[3] < height and not any(overlaps(box, other) for other in boxes):
                under = picture.crop(box).resize((1, 1)).getpixel((0, 0))
                ink = max((colour(pick) for _ in range(8)), key=lambda c: sum(abs(a - b) for a, b in zip(c, under)))
                draw.text((x, y), text, font=font, fill=ink, stroke_width=pick.randint(0, 1), stroke_fill=ink)
                boxes.append(box)
                break
    return picture, boxes


def overlaps(a, b, gap=6):
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap


def word(pick):
    return "".join(pick.choice(string.ascii_letters + string.digits) for _ in range(pick.randint(3, 9)))


def make_pictures(folder, counts, draw, category):
    """Fills calibration and validation with draw(seed) -> picture, boxes, and writes annotations of the latter."""
    from data import write_coco

    listed = []
    for kind, first, count in (("calibration", 0, counts[0]), ("validation", 100000, counts[1])):
        for number in range(count):
            picture, boxes = draw(first + number)
            name = f"{number:03d}.png"
            picture.save(folder / kind / name)
            if kind == "validation":
                listed.append((name, *picture.size, boxes))
    write_coco(folder / "annotations.json", listed, category)

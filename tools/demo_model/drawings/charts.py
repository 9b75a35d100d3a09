"""Draws shapes and charts at random: 192 pixels, RGBA. Every call uses the module `random`."""
import glob
import math
import random

from PIL import Image, ImageDraw, ImageFont

SIDE = 192
COLOURS = {
    "red": (220, 30, 30), "green": (30, 160, 50), "blue": (40, 80, 220),
    "yellow": (245, 220, 30), "orange": (250, 140, 20), "purple": (130, 40, 170),
    "pink": (250, 130, 180), "brown": (130, 80, 40), "black": (15, 15, 15),
    "white": (250, 250, 250), "gray": (128, 128, 128),
}
_BRIGHT = list(COLOURS.values())[:8]
_FONTS = [ImageFont.truetype(path, 11)
          for path in glob.glob("/usr/share/fonts/truetype/*/*Sans*.ttf")[:3]]
_FONTS = _FONTS or [ImageFont.load_default()]
_WORDS = ("start end data user server client login save check yes no input output process read "
          "write load plan team sales cost step total index error file main").split()
_POLYGONS = {"triangle": 3, "diamond": 4, "pentagon": 5, "hexagon": 6, "octagon": 8}
SHAPES = ("circle oval square rectangle ring star cross arrow heart triangle diamond pentagon "
          "hexagon octagon").split()


def jitter(colour):
    """A colour a little off."""
    return tuple(int(min(255, max(0, part + random.gauss(0, 14)))) for part in colour)


def canvas(background=(0, 0, 0, 0)):
    """(image, a pen to draw on it)"""
    image = Image.new("RGBA", (SIDE, SIDE), background)
    return image, ImageDraw.Draw(image)


def _regular_polygon(corners, radius, rotation):
    middle = SIDE / 2
    return [(middle + radius * math.cos(rotation + 2 * math.pi * i / corners),
             middle + radius * math.sin(rotation + 2 * math.pi * i / corners))
            for i in range(corners)]


def _star(rotation):
    middle, points = SIDE / 2, []
    for i in range(10):
        radius = 90 if i % 2 == 0 else 38
        angle = rotation + math.pi * i / 5
        points.append((middle + radius * math.cos(angle), middle + radius * math.sin(angle)))
    return points


def shape(name, colour):
    """One of SHAPES, filled or in outline where that makes sense."""
    image, pen = canvas()
    rotation = -math.pi / 2 + random.gauss(0, 0.1)
    if random.random() < 0.7:
        style = {"fill": jitter(colour) + (255,)}
    else:
        style = {"outline": jitter(colour) + (255,), "width": 14}
    boxes = {"circle": (8, 8, SIDE - 8, SIDE - 8), "oval": (8, 45, SIDE - 8, SIDE - 45)}
    rectangles = {"square": (15, 15, SIDE - 15, SIDE - 15),
                  "rectangle": (8, 48, SIDE - 8, SIDE - 48)}
    if name in boxes:
        pen.ellipse(boxes[name], **style)
        return image
    if name in rectangles:
        pen.rectangle(rectangles[name], **style)
        return image
    ink = jitter(colour) + (255,)
    if name == "ring":
        pen.ellipse((10, 10, SIDE - 10, SIDE - 10), outline=ink, width=34)
    elif name == "star":
        pen.polygon(_star(rotation), fill=ink)
    elif name == "cross":
        pen.rectangle((72, 10, 120, SIDE - 10), fill=ink)
        pen.rectangle((10, 72, SIDE - 10, 120), fill=ink)
    elif name == "arrow":
        pen.rectangle((15, 75, 110, 117), fill=ink)
        pen.polygon([(105, 35), (180, 96), (105, 157)], fill=ink)
        image = image.rotate(random.choice([0, 90, 180, 270]))
    elif name == "heart":
        pen.ellipse((14, 20, 104, 110), fill=ink)
        pen.ellipse((88, 20, 178, 110), fill=ink)
        pen.polygon([(22, 88), (170, 88), (96, 180)], fill=ink)
    else:
        pen.polygon(_regular_polygon(_POLYGONS[name], 88, rotation), fill=ink)
    return image


def _random_colour():
    return jitter(random.choice(_BRIGHT))


class _Sheet:
    """A sheet of paper with a pen; `ink` is visible on it."""

    def __init__(self):
        self.background = random.choice([(255, 255, 255, 255)] * 4 + [
            (245, 245, 235, 255), (230, 240, 250, 255), (35, 38, 45, 255)])
        if self.background[0] < 100:
            self.ink = (235, 235, 235, 255)
        else:
            self.ink = random.choice([(0, 0, 0, 255), (50, 50, 60, 255)])
        self.image, self.pen = canvas(self.background)

    def line(self, *points, width=0):
        self.pen.line(points, fill=self.ink, width=width)

    def write(self, x, y, text):
        self.pen.text((x, y), text, font=random.choice(_FONTS), fill=self.ink)

    def axes(self):
        self.line(24, 16, 24, 170, width=2)
        self.line(24, 170, 182, 170, width=2)


def _bar_chart(sheet):
    sheet.axes()
    count = random.randint(3, 8)
    width = 150 / count
    colour = _random_colour()
    is_colourful = random.random() < 0.5
    for i in range(count):
        height = random.randint(20, 140)
        box = (30 + i * width, 170 - height, 30 + i * width + width * 0.7, 169)
        sheet.pen.rectangle(box, fill=_random_colour() if is_colourful else colour)


def _pie_chart(sheet):
    angle, count = 0, random.randint(3, 6)
    cuts = sorted(random.random() * 360 for _ in range(count - 1)) + [360]
    is_ring = random.random() < 0.3
    for cut in cuts:
        sheet.pen.pieslice((22, 22, 170, 170), angle, cut, fill=_random_colour(),
                           outline=sheet.background)
        angle = cut
    if is_ring:
        sheet.pen.ellipse((66, 66, 126, 126), fill=sheet.background)


def _line_chart(sheet):
    sheet.axes()
    for _ in range(random.randint(1, 3)):
        y, points = random.randint(60, 140), []
        for i in range(random.randint(6, 20)):
            points.append((28 + i * 8, y))
            y = min(165, max(20, y + random.randint(-18, 16)))
        sheet.pen.line(points, fill=_random_colour(), width=random.choice([2, 3, 4]))


def _scatter_plot(sheet):
    sheet.axes()
    slope, colour = random.choice([-1, 1, 0]), _random_colour()
    for _ in range(random.randint(25, 70)):
        x = random.random()
        y = min(1, max(0, 0.5 + slope * (x - 0.5) * 0.8 + random.gauss(0, 0.12)))
        left, top = 28 + 150 * x, 165 - 145 * y
        sheet.pen.ellipse((left - 3, top - 3, left + 3, top + 3), fill=colour)


def _decision(sheet, box, step, style):
    """A diamond in place of a box, with a branch to the right."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sheet.pen.polygon([(x, box[1] - 4), (box[2] + 8, y), (x, box[3] + 4), (box[0] - 8, y)], **style)
    top = box[1] + step
    sheet.line(box[2] + 8, y, 168, y, 168, top + 10, width=2)
    sheet.pen.rectangle((145, top + 8, 186, top + 34), outline=sheet.ink, fill=style["fill"],
                        width=2)


def _flowchart(sheet):
    count, is_horizontal = random.randint(3, 4), random.random() < 0.3
    style = {"fill": random.choice([None, _random_colour()]), "outline": sheet.ink}
    step = 170 / count
    for i in range(count):
        start = 12 + i * step
        is_last = i == count - 1
        box = (start, 70, start + step * 0.65, 118) if is_horizontal else (
            60, start, 132, start + step * 0.55)
        if i == 0 or is_last:
            sheet.pen.rounded_rectangle(box, 10, width=2, **style)
        elif i == 1 and not is_horizontal:
            _decision(sheet, box, step, style)
        else:
            sheet.pen.rectangle(box, width=2, **style)
        if not is_last and is_horizontal:
            end = box[2] + step * 0.35
            sheet.line(box[2], 94, end, 94, width=2)
            sheet.pen.polygon([(end, 94), (end - 6, 90), (end - 6, 98)], fill=sheet.ink)
        elif not is_last:
            end = start + step
            sheet.line(96, box[3], 96, end, width=2)
            sheet.pen.polygon([(96, end), (92, end - 6), (100, end - 6)], fill=sheet.ink)
        sheet.write(box[0] + 8, (box[1] + box[3]) / 2 - 6, random.choice(_WORDS))


def _network_graph(sheet):
    count = random.randint(6, 12)
    points = [(random.randint(20, 172), random.randint(20, 172)) for _ in range(count)]
    for i in range(count):
        for j in random.sample(range(count), 2):
            sheet.line(*points[i], *points[j], width=2)
    colour = _random_colour()
    for x, y in points:
        radius = random.randint(6, 12)
        sheet.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour,
                          outline=sheet.ink)


def _levels(sheet, half_width, draw):
    """Three levels of nodes with lines between them."""
    levels = [[96]]
    for _ in range(2):
        count = min(len(levels[-1]) * random.choice([2, 2, 3]), 7)
        levels.append([192 * (i + 0.5) / count for i in range(count)])
    for depth in range(2):
        above, below = levels[depth], levels[depth + 1]
        for i, x in enumerate(below):
            parent = above[i * len(above) // len(below)]
            sheet.line(parent, 35 + depth * 60, x, 35 + (depth + 1) * 60, width=2)
    colour = _random_colour()
    for depth, level in enumerate(levels):
        for x in level:
            y = 35 + depth * 60
            draw((x - half_width, y - 9, x + half_width, y + 9), fill=colour, outline=sheet.ink)


def _tree_diagram(sheet):
    _levels(sheet, 9, sheet.pen.ellipse)


def _organization_chart(sheet):
    _levels(sheet, 12, sheet.pen.rectangle)


def _venn_diagram(sheet):
    overlay = Image.new("RGBA", sheet.image.size, (0, 0, 0, 0))
    centres = random.choice([[(70, 96), (122, 96)], [(70, 75), (122, 75), (96, 122)]])
    for x, y in centres:
        circle = Image.new("RGBA", sheet.image.size, (0, 0, 0, 0))
        ImageDraw.Draw(circle).ellipse((x - 52, y - 52, x + 52, y + 52),
                                       fill=_random_colour() + (130,), outline=sheet.ink, width=2)
        overlay = Image.alpha_composite(overlay, circle)
    sheet.image = Image.alpha_composite(sheet.image, overlay)


def _table(sheet):
    rows, columns = random.randint(5, 10), random.randint(3, 6)
    height, width = 176 / rows, 176 / columns
    sheet.pen.rectangle((8, 8, 184, 8 + height), fill=_random_colour())
    for i in range(rows + 1):
        sheet.line(8, 8 + 176 * i / rows, 184, 8 + 176 * i / rows)
    for j in range(columns + 1):
        sheet.line(8 + 176 * j / columns, 8, 8 + 176 * j / columns, 184)
    for i in range(rows):
        for j in range(columns):
            text = str(random.randint(1, 999)) if i and j else random.choice(_WORDS)[:5]
            sheet.write(11 + width * j, 9 + height * i, text)


def _text_document(sheet):
    y = 14
    sheet.pen.rectangle((14, y, 14 + random.randint(60, 120), y + 8), fill=sheet.ink)
    y += 20
    while y < 180:
        x = 14
        while x < 170:
            width = random.randint(8, 26)
            sheet.pen.rectangle((x, y, min(176, x + width), y + 4), fill=sheet.ink)
            x += width + 5
        y += random.choice([10, 10, 10, 18])


def _calendar(sheet):
    sheet.pen.rectangle((10, 10, 182, 46), fill=_random_colour())
    for i in range(6):
        for j in range(7):
            if i * 7 + j < 31:
                sheet.write(14 + j * 24, 52 + i * 22, str(i * 7 + j + 1))
            box = (10 + j * 24.5, 48 + i * 22, 10 + (j + 1) * 24.5, 48 + (i + 1) * 22)
            sheet.pen.rectangle(box, outline=sheet.ink)


def _sheet_music(sheet):
    for staff in range(4):
        for line in range(5):
            y = 20 + staff * 44 + line * 6
            sheet.line(8, y, 184, y)
        for i in range(9):
            x, y = 22 + i * 18, 20 + staff * 44 + random.randint(0, 24)
            sheet.pen.ellipse((x - 4, y - 3, x + 4, y + 3), fill=sheet.ink)
            sheet.line(x + 4, y, x + 4, y - 18, width=2)


def _circuit_diagram(sheet):
    for i in range(random.randint(3, 5)):
        y = 20 + i * 38
        sheet.line(10, y, 60, y, width=2)
        zigzag = [(60 + j * 8, y + (8 if j % 2 else -8)) for j in range(8)]
        sheet.line((60, y), *zigzag, (124, y), width=2)
        sheet.line(124, y, 182, y, width=2)
        if i:
            x = random.choice([10, 182])
            sheet.line(x, y - 38, x, y, width=2)
    sheet.pen.ellipse((130, 80, 160, 110), outline=sheet.ink, width=2)


_CHARTS = {
    "bar chart": _bar_chart, "pie chart": _pie_chart, "line chart": _line_chart,
    "scatter plot": _scatter_plot, "flowchart": _flowchart, "network graph": _network_graph,
    "tree diagram": _tree_diagram, "organization chart": _organization_chart,
    "venn diagram": _venn_diagram, "table": _table, "spreadsheet": _table,
    "text document": _text_document, "calendar": _calendar, "sheet music": _sheet_music,
    "circuit diagram": _circuit_diagram,
}


def chart(name):
    """A chart or diagram of the named kind."""
    sheet = _Sheet()
    _CHARTS[name](sheet)
    return sheet.image

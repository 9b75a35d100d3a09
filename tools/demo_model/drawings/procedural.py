"""Shapes, plain colours and charts drawn at random, with captions."""
from drawings.charts import COLOURS, SHAPES, canvas, chart, jitter, shape
from drawings.images import normalise

_CHINESE = {
    "bar chart": "柱状图", "pie chart": "饼图", "line chart": "折线图", "scatter plot": "散点图",
    "flowchart": "流程图", "network graph": "网络图", "tree diagram": "树状图",
    "organization chart": "组织结构图", "venn diagram": "维恩图", "table": "表格",
    "spreadsheet": "电子表格", "text document": "文档", "calendar": "日历", "sheet music": "乐谱",
    "circuit diagram": "电路图",
}
_OTHER_NAMES = {
    "bar chart": ["chart", "graph", "diagram", "statistics"],
    "pie chart": ["chart", "graph", "diagram", "statistics"],
    "line chart": ["chart", "graph", "diagram", "plot", "statistics"],
    "scatter plot": ["chart", "graph", "plot", "diagram"],
    "flowchart": ["diagram", "process diagram", "flow diagram"],
    "network graph": ["diagram", "graph", "network"],
    "tree diagram": ["diagram", "graph", "tree graph"],
    "organization chart": ["diagram", "chart"],
    "venn diagram": ["diagram", "circles"],
    "table": ["spreadsheet", "document"],
    "spreadsheet": ["table", "document"],
    "text document": ["document", "page of text", "text", "letter"],
    "calendar": ["month", "date"],
    "sheet music": ["music", "musical notes", "score"],
    "circuit diagram": ["diagram", "schematic", "electronics"],
}
_CHARTS_EACH = 40


def _add_shapes(collection):
    chinese = collection.chinese
    for name in SHAPES:
        for colour, value in COLOURS.items():
            for number in range(2):
                translated = {}
                if name in chinese:
                    translated[chinese.get(colour, colour) + "的" + chinese[name]] = 1
                phrases = [(name, 1.5), (colour, 0.7), ("shape", 0.6), ("geometric shape", 0.4)]
                collection.add(normalise(shape(name, value)), "procedural",
                               f"shape/{colour}_{name}_{number}", f"{colour} {name}", phrases,
                               translated, concept=name, weight=0.3,
                               group="pshape" + name + colour)


def _add_colours(collection):
    for colour, value in COLOURS.items():
        for number in range(4):
            image, _ = canvas(jitter(value) + (255,))
            collection.add(normalise(image), "procedural", f"color/{colour}{number}",
                           f"{colour} color", [(colour, 2), (f"plain {colour} background", 1)],
                           concept=colour + " color", weight=0.2, group="pcol" + colour)


def _add_charts(collection):
    for name, translated in _CHINESE.items():
        others = _OTHER_NAMES[name]
        for number in range(_CHARTS_EACH):
            chinese = {translated: 1.5}
            if "diagram" in others:
                chinese["图表"] = 1
                chinese["示意图"] = 0.7
            if "document" in others:
                chinese["文档"] = 1
            collection.add(normalise(chart(name)), "procedural",
                           f"chart/{name.replace(' ', '_')}_{number}", name,
                           [(other, 0.8) for other in others], chinese, concept=name, weight=0.35)


def add_procedural(collection):
    _add_shapes(collection)
    _add_colours(collection)
    _add_charts(collection)
    collection.say("procedural")

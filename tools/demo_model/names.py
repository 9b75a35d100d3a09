"""Hand-written English and Chinese names of what the photographs show."""
from tables import read_pairs, read_table


def _photo_classes():
    classes = {"tiny": {}, "caltech": {}, "cifar": {}}
    for row in read_table("names/photo_classes.tsv"):
        english, chinese = row["english"].split("/"), row["chinese"].split("/")
        classes[row["corpus"]][row["class"]] = (english, chinese)
    return classes


# {corpus: {class: (English names, Chinese names)}}, the usual name first. The classes of "tiny" are
# numbers: the line of the class in Tiny ImageNet's wnids.txt.
PHOTO_CLASSES = _photo_classes()

# General words that the walk up WordNet does not reach, by usual name.
GENERAL_WORDS = {name: words.split(",")
                 for name, words in read_pairs("names/general_words.tsv").items()}

# Chinese for general words.
CHINESE_WORDS = read_pairs("names/chinese_words.tsv")

CHINESE_COLOURS = {
    "red": "红色", "green": "绿色", "blue": "蓝色", "yellow": "黄色", "orange": "橙色",
    "purple": "紫色", "pink": "粉色", "black": "黑色", "white": "白色",
}

# Classes whose colour is worth naming.
COLOURED = (
    "convertible|sports car|limousine|station wagon|car|truck|moving van|tractor|go-kart|"
    "school bus|trolleybus|cardigan|sock|poncho|kimono|swimming trunks|bikini|miniskirt|bow tie|"
    "umbrella|backpack|bell pepper|bucket|teapot|motorcycle|cup|apron|sandal|lifeboat|bird|"
    "christmas stocking|electric guitar|police van"
).split("|")

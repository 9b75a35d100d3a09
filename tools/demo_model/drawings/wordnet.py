"""WordNet 3.0's nouns: the base form of a word, its everyday sense, the general words above it."""
import os

# Lexicographer files of things one can see: animal, artifact, body, food, object, person, ...
VISIBLE = {5, 6, 8, 10, 13, 15, 17, 18, 19, 20, 25, 27}
TOPS = 3  # The file of the topmost words.
_NO_SENSE = 99  # Stands for the file of an instance, such as a city.
_SENSES_MAX = 4

_GENERAL = """
animal mammal bird fish insect reptile amphibian fruit vegetable food dessert cake bread drink
beverage plant flower tree mushroom vehicle car truck aircraft airplane ship boat train bicycle
motorcycle musical_instrument tool weapon furniture building house tower bridge clothing hat shoe
footwear container bottle computer machine electronic_equipment device person woman man child
sports_equipment ball toy cutlery tableware cookware kitchen_utensil body_part dog cat horse bear
monkey cow rodent dinosaur spider arachnid snake shellfish body_of_water mountain planet star
celestial_body jewelry money coin flag sign shape timepiece clock lamp book writing_implement camera
telephone string stringed_instrument wind_instrument percussion_instrument keyboard_instrument sweet
candy cheese meat nut berry grain place_of_worship castle geological_formation crustacean whale
primate canine feline ungulate farm_animal bag hand_tool cutting_implement seat chair table bed door
window container cup gun sword robot
""".split()
_GENERAL_AT_TOP = {"animal", "person", "plant", "food", "shape"}
_PLURALS = (("ies", "y"), ("ves", "f"), ("ses", "s"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"),
            ("s", ""))
_RENAMED = {"beverage": "drink", "footwear": "shoe", "stringed instrument": "musical instrument",
            "celestial body": "space"}
_NOT_SAID = {"device", "container", "canine", "feline"}


def _lines(path):
    with open(path, encoding="utf-8") as file:
        return [line for line in file if not line.startswith(" ")]


class WordNet:
    """The nouns of WordNet's database directory.

    `synsets`: {offset: (lexicographer file, words, offsets of the synsets above)}
    `index`: {word: offsets, most frequent sense first}
    `general`: {offset: general word that is worth saying}
    """

    def __init__(self, directory):
        self.directory = directory
        self.synsets = self._read_synsets()
        self.index = self._read_index()
        self.irregular = self._read_irregular()
        self.general = {}
        for word in (name.replace("_", " ") for name in _GENERAL):
            offset = self._general_sense(word)
            if offset:
                self.general.setdefault(offset, word)

    def _read_synsets(self):
        synsets = {}
        for line in _lines(os.path.join(self.directory, "data.noun")):
            fields = line.partition("|")[0].split()
            offset, file, count = fields[0], int(fields[1]), int(fields[3], 16)
            words = [fields[4 + 2 * i].replace("_", " ").lower() for i in range(count)]
            first = 4 + 2 * count
            above = []
            for i in range(int(fields[first])):
                symbol, target, part, _ = fields[first + 1 + 4 * i:first + 5 + 4 * i]
                if symbol in ("@", "@i") and part == "n":
                    above.append(target)
            is_instance = "@i" in fields[first:]
            synsets[offset] = (_NO_SENSE if is_instance else file, words, above)
        return synsets

    def _read_index(self):
        index = {}
        for line in _lines(os.path.join(self.directory, "index.noun")):
            fields = line.split()
            index[fields[0].replace("_", " ")] = fields[4 + int(fields[3]) + 2:]
        return index

    def _read_irregular(self):
        irregular = {}
        for line in _lines(os.path.join(self.directory, "noun.exc")):
            fields = line.split()
            if len(fields) > 1:
                irregular[fields[0].replace("_", " ")] = fields[1].replace("_", " ")
        return irregular

    def _general_sense(self, word):
        if word in _GENERAL_AT_TOP:
            return next((o for o in self.index[word] if self.synsets[o][0] == TOPS), None)
        return self.sense(word)

    def glosses(self):
        """The explanation of every synset."""
        return [line.partition("|")[2] for line in
                _lines(os.path.join(self.directory, "data.noun"))]

    def lemma(self, word):
        """The base form of a noun, or None for a word that is none."""
        word = word.lower().strip()
        is_plural = (word.endswith("s") and word[:-1] in self.index and len(word) > 4
                     and not word.endswith("ss"))
        if word in self.index and not is_plural:
            return word
        if word in self.irregular:
            return self.irregular[word]
        for ending, singular in _PLURALS:
            if word.endswith(ending) and word[:-len(ending)] + singular in self.index:
                return word[:-len(ending)] + singular
        return word if word in self.index else None

    def sense(self, word):
        """The first of a word's commonest senses that can be seen, or None."""
        for offset in (self.index.get(word) or [])[:_SENSES_MAX]:
            if self.synsets[offset][0] in VISIBLE:
                return offset
        return None

    def general_above(self, offset):
        """The general words at and above a synset, nearest first as the walk meets them."""
        found, waiting, seen = [], [offset], set()
        while waiting:
            current = waiting.pop()
            if current in seen or current not in self.synsets:
                continue
            seen.add(current)
            if current in self.general:
                found.append(self.general[current])
            waiting += self.synsets[current][2]
        return found

    def hypernyms(self, word):
        """General words for what a word names, such as "vehicle" for "car"."""
        offset = self.sense(word)
        if not offset:
            return []
        found, waiting, seen = [], list(self.synsets[offset][2]), set()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            if current in self.general and self.general[current] != word:
                found.append(self.general[current])
            waiting += self.synsets[current][2]
        said = [_RENAMED.get(name, name) for name in found if name not in _NOT_SAID]
        return list(dict.fromkeys(said))

    def synonyms(self, word):
        """At most two short other names of the same thing."""
        offset = self.sense(word)
        if not offset:
            return []
        return [name for name in self.synsets[offset][1]
                if name != word and len(name) < 16 and self.sense(name) == offset
                and (len(name.split()) < 2 or name.split()[-1] in self.index)][:2]

    def everything_above(self, offset):
        """The offsets of a synset and all above it."""
        found, waiting = set(), [offset]
        while waiting:
            current = waiting.pop()
            if current not in found and current in self.synsets:
                found.add(current)
                waiting += self.synsets[current][2]
        return found

    def all_senses(self, word):
        """The commonest senses of a word that can be seen or are topmost words."""
        return {offset for offset in self.index.get(word, [])[:_SENSES_MAX]
                if self.synsets[offset][0] in VISIBLE or self.synsets[offset][0] == TOPS}


def load(work):
    """WordNet out of the unpacked Debian package wordnet-base."""
    return WordNet(os.path.join(work, "pkgs/wordnet-base/usr/share/wordnet"))

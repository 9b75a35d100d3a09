"""The growing collection of drawings: pixels, and for each its captions with weights."""
import html
import re

from tables import read_pairs

# Words of file names and tags that describe no picture.
STOP = set(
    "icon icons theme hash magick action geometry symbol sign application unsorted special "
    "filesystem menu work simple lemon flat etiquette appicon action actions apps mime mimetypes "
    "mimesypes stock legacy united nations member subnational public domain svg png clip art "
    "clipart remix vector image open library logo misc various the of and a an in with by to from "
    "for on".split())
_LINKING = ("of", "with", "in", "on", "at", "and", "for", "from")

# How much of a drawing is a photograph.
DRAWING, PHOTO_OBJECT, PHOTO_SCENE = 0, 1, 2


def clean(text):
    """A title or file name as lower-case words."""
    text = html.unescape(text).lower()
    text = re.sub(r"[_\-/]+", " ", text)
    text = re.sub(r"\b\d+\b|[#()\[\]\"“”!?.,:;*+|]", " ", text)
    return re.sub(r"\s+", " ", text).strip()


class Collection:
    """Images with captions. `chinese` translates single English words where a source knows how."""

    def __init__(self, nouns, root):
        self.nouns = nouns
        self.root = root  # The directory of the unpacked packages, with a slash at its end.
        self.images, self.captions = [], []
        self.chinese = {}
        self._said = 0

    def use_hand_written_chinese(self):
        self.chinese.update(read_pairs("drawings/captions/chinese_words.tsv"))

    def _concept(self, title):
        """The one noun that a title is about, or None."""
        words = title.split()
        whole = self.nouns.lemma(title) if len(words) <= 3 else None
        if whole is not None and self.nouns.sense(whole) is not None:
            return whole
        links = [i for i, word in enumerate(words) if word in _LINKING]
        head = words[:links[0]] if links and links[0] > 0 else words
        for count in (2, 1):
            noun = self.nouns.lemma(" ".join(head[-count:])) if len(head) >= count else None
            if noun and self.nouns.sense(noun):
                return noun
        return None

    def add(self, image, source, path, title, phrases, chinese=(), photo=DRAWING, concept=None,
            weight=1.0, group=None):
        """One image; None and one without a title are passed over.

        phrases: [(words, weight)] beside the title; group: images of one group stay together when
        the collection is split."""
        title = clean(title)
        if image is None or not title:
            return
        if concept is None:
            concept = self._concept(title)
        weights = {title: 3.0}
        for phrase, phrase_weight in phrases:
            phrase = clean(phrase)
            if phrase and phrase not in STOP and len(phrase) < 40:
                weights[phrase] = max(weights.get(phrase, 0), phrase_weight)
        if concept:
            weights[concept] = max(weights.get(concept, 0), 1.5)
            for word in self.nouns.hypernyms(concept):
                weights.setdefault(word, 0.6)
            for word in self.nouns.synonyms(concept):
                weights.setdefault(word, 0.4)
        self.images.append(image)
        self.captions.append({
            "src": source, "path": path, "title": title, "concept": concept or title,
            "phr": weights, "zh": dict(chinese), "photo": photo, "wt": weight, "grp": group,
        })

    def translate(self):
        """Adds the Chinese of every phrase and concept that is known."""
        for caption in self.captions:
            chinese = caption["zh"]
            for phrase, weight in list(caption["phr"].items()):
                word = self.chinese.get(phrase)
                if word:
                    chinese[word] = max(chinese.get(word, 0), weight * 0.7)
            word = self.chinese.get(caption["concept"])
            if word:
                chinese[word] = max(chinese.get(word, 0), 1.5)

    def say(self, source):
        """Prints how many images came since the last time."""
        print(source, len(self.images) - self._said, flush=True)
        self._said = len(self.images)

"""Names and keywords of characters from the annotations of the Unicode CLDR."""
import os
import xml.etree.ElementTree


class Annotations:
    """`names`: {character: name}; `keywords`: {character: keywords}, in one language."""

    def __init__(self, root, language):
        self.names, self.keywords = {}, {}
        common = os.path.join(root, "unicode-cldr-core/usr/share/unicode/cldr/common")
        for directory in ("annotations", "annotationsDerived"):
            path = os.path.join(common, directory, language + ".xml")
            for node in xml.etree.ElementTree.parse(path).getroot().iter("annotation"):
                character = node.get("cp").replace("\ufe0f", "")
                if node.get("type") == "tts":
                    self.names[character] = node.text
                else:
                    self.keywords[character] = [word.strip() for word in node.text.split("|")]

"""C++ text seen without a compiler: which lines are comments, and where functions begin and end.

This reads characters, not the language. It is exact about comments, strings, raw strings and digit
separators, and good enough about functions for formatted code: it follows braces and decides from
the words before each one what it opens.
"""
import re

_TOKEN = re.compile(
    r"(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)"
    r'|R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|\b\d(?:'?\w)*"
    r"|'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_PREPROCESSOR = re.compile(r"^[ ]*#(?:\\\n|[^\n])*", re.MULTILINE)
_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")
_ATTRIBUTE = re.compile(r"\[\[.*?\]\]|\b(?:alignas|__attribute__)\(\)", re.DOTALL)
_INITIALISERS = re.compile(r"\(\)\s*(?:noexcept(?:\(\))?\s*)?:(?!:)")
_LABEL = re.compile(r"\s*(?:(?:public|private|protected)\s*:\s*)*")
_OPERATOR_ASSIGN = re.compile(r"\boperator\s*[^\s\w(]*=")


def _newlines(text):
    return "\n" * text.count("\n")


def _fold(head):
    """The words before a brace, with parentheses emptied and template parameters removed."""
    before = None
    while before != head:
        before = head
        head = re.sub(r"\((?:[^()]+)\)", "()", head)
    while True:
        match = re.search(r"\btemplate\s*<", head)
        if not match:
            return _ATTRIBUTE.sub(" ", head)
        depth, end = 1, match.end()
        while depth and end < len(head):
            depth += {"<": 1, ">": -1}.get(head[end], 0)
            end += 1
        head = head[:match.start()] + head[end:]


class CppText:
    """One C++ file. `lines` is the text, `code_lines` the same without comments and literals."""

    def __init__(self, text):
        self.lines = text.split("\n")
        self._comment_lines = set()
        self._code = _TOKEN.sub(self._replace, text)
        self.code_lines = self._code.split("\n")

    def _replace(self, match):
        token = match.group()
        if match.group("comment"):
            first = match.string.count("\n", 0, match.start())
            self._comment_lines.update(range(first, first + token.count("\n") + 1))
            return " " + _newlines(token)
        if token[0].isdigit():
            return token
        return '""' + _newlines(token)

    def comment_share(self):
        """Lines that hold a comment per hundred lines that are not blank; 0 for an empty file."""
        filled = sum(1 for line in self.lines if line.strip())
        return 100 * len(self._comment_lines) / filled if filled else 0

    def functions(self):
        """(beginning of its text, first line, last line) of every function, inner ones included
        in the outer one."""
        code = _PREPROCESSOR.sub(lambda match: _newlines(match.group()), self._code)
        stack = []  # (kind, where the head begins, depth of parentheses outside)
        head_start = parentheses = 0
        for match in re.finditer(r"[{}();]", code):
            token, position = match.group(), match.start()
            if token in "()":
                parentheses += 1 if token == "(" else -1
            elif token == ";" and parentheses <= 0:
                head_start, parentheses = position + 1, 0
            elif token == "{":
                kind = self._kind(stack, code[head_start:position], parentheses)
                stack.append((kind, head_start, parentheses))
                parentheses = 0
                if kind != "initialiser":
                    head_start = position + 1
            elif token == "}" and stack:
                kind, start, parentheses = stack.pop()
                if kind == "function":
                    yield self._described(code, start, position)
                if kind != "initialiser":
                    head_start = position + 1

    @staticmethod
    def _kind(stack, head, parentheses):
        """What the brace after `head` opens: function, scope, data, initialiser or inner."""
        outer = stack[-1][0] if stack else "scope"
        if outer != "scope":
            return "initialiser" if outer == "initialiser" else "inner"
        if parentheses > 0:
            return "initialiser"  # A default argument or the argument of a macro.
        folded = _fold(head)
        if "(" not in folded:
            return "scope" if _SCOPE.search(folded) else "data"
        if _INITIALISERS.search(folded) and folded.rstrip()[-1:] not in (")", "}"):
            return "initialiser"
        if "=" in _OPERATOR_ASSIGN.sub("", folded):
            return "data"
        return "function"

    @staticmethod
    def _described(code, start, end):
        begin = _LABEL.match(code, start, end).end()
        first = code.count("\n", 0, begin) + 1
        name = re.sub(r"\s+", " ", code[begin:end].split("{")[0]).strip()
        return name[:60], first, code.count("\n", 0, end) + 1

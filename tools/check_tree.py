#!/usr/bin/env python3
"""Checks what a compiler does not: which room includes which, and the rules by the numbers.

usage: check_tree.py [--root DIR]

Prints one line a finding, `file:line: what is wrong, what to do`, and exits with 1 if there is any.
Needs nothing but Python 3.9. Files that git does not know and does not ignore are checked too.
"""
import argparse
import ast
import os
import re
import subprocess
import sys
from collections import namedtuple

from cpp_text import CppText

# Which rooms each room may include. Every room may include its own headers and the public ones.
ROOMS = {
    "base": "",
    "image": "base",
    "text": "base",
    "store": "base",
    "vectors": "base",
    "dds": "base",
    "model": "base image text",
    "encode": "base image text model",
    "indexer": "base image model encode store vectors",
    "search": "base encode store vectors",
    "library": "base image text model encode store vectors indexer search",
    "cli": "base library",
    "server": "base library",
    "nodes": "base library dds",
}

# The numbers. A comment share is comment lines per hundred lines that are not blank; the first two
# columns are what to aim at, the last two what is an error.
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 100
TRACKED_BYTES_MAX = 1 << 20
COMMENT_SHARE_LINES_MIN = 30  # A shorter file is not measured.
#                 aim       error outside
COMMENT_SHARE = {
    ".hpp": ((35, 60), (14, 80)),
    ".cpp": ((10, 20), (1, 35)),
}

# Sources without a test file of their own, and why.
UNTESTED = {
    "src/cli/launch_command.cpp": "only calls launch_plan and the supervisor, which are tested",
    "src/nodes/clip_encode_image.cpp": "only wires a node; tests/e2e/ros2_test.py runs it",
    "src/nodes/clip_encode_text.cpp": "only wires a node; tests/e2e/ros2_test.py runs it",
    "src/nodes/clip_manage.cpp": "only wires a node; tests/e2e/ros2_test.py runs it",
    "src/base/sha256_module.cpp": "loaded by hash.cpp, whose test compares digests",
    "src/cli/preview_module.cpp": "loaded by preview.cpp, whose test draws with it",
    "src/encode/onnxruntime_module.cpp": "loaded by ort_session.cpp, whose test runs graphs",
    "src/image/formats_module.cpp": "loaded by formats.cpp, whose test decodes with it",
    "src/search/fetch_module.cpp": "loaded by fetch_url.cpp, whose test fetches with it",
    "src/text/tokenizers_module.cpp": "loaded by tokenizers.cpp, whose test encodes with it",
    "src/cli/main.cpp": "only calls the sub-commands; the tests in tests/e2e run it",
}
# Files that may call what library rooms must not, and why.
MAY_PRINT = {
    "src/base/log.cpp": "the one place through which log lines reach stderr",
}
FRONT_DOORS = {"cli", "server", "nodes"}
BIG_FILES_BELOW = ("models/demo/", "samples/", "docs/")

CODE_SUFFIXES = (".cpp", ".hpp", ".py")
TEXT_SUFFIXES = CODE_SUFFIXES + (".cmake", ".js", ".md", ".sh", ".bash", ".zsh", ".css", ".html")
TEXT_NAMES = {"CMakeLists.txt", "CMakePresets.json", "dev", "run", ".clang-format", ".clang-tidy"}
DATA_BELOW = ("models/", "samples/", "tests/golden/", "fuzz/corpus/")

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
FORBIDDEN_CALL = re.compile(
    r"\bstd::(?:cout|cerr|clog)\b|\bfmt::print\b"
    r"|(?:(?<=std::)|(?<![\w.>:]))(?:printf|fprintf|vprintf|puts|fputs|putchar|perror"
    r"|exit|_exit|quick_exit|system|popen)\s*\("
)
LEFT_OVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")

Finding = namedtuple("Finding", "path line text")


class Tree:
    """The files below one root, read at most once."""

    def __init__(self, root):
        self.root = root
        self.paths = sorted(self._list())
        self._texts = {}

    def _list(self):
        if os.path.exists(os.path.join(self.root, ".git")):
            command = ["git", "-C", self.root, "ls-files", "-z", "--cached", "--others"]
            out = subprocess.run(command + ["--exclude-standard"], check=True, capture_output=True)
            names = set(out.stdout.decode("utf-8", "surrogateescape").split("\0")) - {""}
            return [n for n in names if os.path.isfile(os.path.join(self.root, n))]
        found = []
        for directory, below, files in os.walk(self.root):
            below[:] = [d for d in below if d not in ("build", "__pycache__", ".git", ".cache")]
            found += [os.path.relpath(os.path.join(directory, f), self.root) for f in files]
        return found

    def text(self, path):
        """The content of a file; bytes that are not UTF-8 become replacement characters."""
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def size(self, path):
        return os.path.getsize(os.path.join(self.root, path))

    def is_text(self, path):
        """Whether a file is written by hand and so falls under the rules for text."""
        if path.startswith(DATA_BELOW):
            return False
        return path.endswith(TEXT_SUFFIXES) or os.path.basename(path) in TEXT_NAMES


def room_of(path):
    """The room of a file below src/, "public" below include/clipdex, else None."""
    parts = path.split("/")
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return "public" if path.startswith("include/clipdex/") else None


def check_rooms(tree):
    """Every directory of src/ has a line in the table."""
    for path in tree.paths:
        room = room_of(path)
        if room and room != "public" and room not in ROOMS:
            yield Finding(path, 1, f"src/{room} is no room of the house; add it to ROOMS in "
                                   "tools/check_tree.py and to ARCHITECTURE.md, or move the file")


def check_include(path, number, bracket, name):
    """One #include line of a room or of a public header."""
    room, first = room_of(path), name.split("/")[0]
    if room == "public":
        if first != "clipdex" and (bracket == '"' or "/" in name or "." in name):
            yield Finding(path, number, f"a public header includes {name}; it may include the "
                                        "standard library and clipdex/ headers only")
    elif first == "clipdex" or first == room:
        return
    elif first in ROOMS and "/" in name:
        if first not in ROOMS.get(room, "").split():
            allowed = ROOMS.get(room) or "no other room"
            yield Finding(path, number, f"room {room} includes {name}, but may include downward "
                                        f"only ({allowed}); move what it needs or pass it in")
    elif bracket == '"':
        yield Finding(path, number, f'"{name}" names no room; write "ROOM/file.hpp" for our own '
                                    "headers and <...> for others")


def check_includes(tree):
    """Rooms include downward only, and public headers nothing that a user would have to install."""
    for path in tree.paths:
        if room_of(path) is None or not path.endswith((".cpp", ".hpp")):
            continue
        cpp = CppText(tree.text(path))
        for number, line in enumerate(cpp.lines, 1):
            match = INCLUDE.match(line)
            if match and cpp.code_lines[number - 1].lstrip().startswith("#"):
                yield from check_include(path, number, *match.groups())


def check_calls(tree):
    """Library code does not print, exit or call a shell."""
    for path in tree.paths:
        room = room_of(path)
        if room is None or room in FRONT_DOORS or path in MAY_PRINT:
            continue
        if not path.endswith((".cpp", ".hpp")):
            continue
        for number, line in enumerate(CppText(tree.text(path)).code_lines, 1):
            match = FORBIDDEN_CALL.search(line)
            if match:
                call = match.group().rstrip("( ")
                yield Finding(path, number, f"library code uses {call}; return a Result, throw an "
                                            "Exception, or log through base/log.hpp")


def check_tests(tree):
    """Every source file of a room has its test file."""
    known = set(tree.paths)
    for path in tree.paths:
        if room_of(path) in (None, "public") or not path.endswith(".cpp") or path in UNTESTED:
            continue
        test = "tests/" + path[len("src/"):-len(".cpp")] + "_test.cpp"
        if test not in known:
            yield Finding(path, 1, f"has no test; write {test}, or list the file with a reason in "
                                   "UNTESTED in tools/check_tree.py")


def check_sizes(tree):
    """Files and lines stay short, and big files lie where big files belong."""
    for path in tree.paths:
        if tree.size(path) > TRACKED_BYTES_MAX and not path.startswith(BIG_FILES_BELOW):
            yield Finding(path, 1, f"is {tree.size(path) >> 10} KiB; a file over "
                                   f"{TRACKED_BYTES_MAX >> 10} KiB belongs below "
                                   f"{', '.join(BIG_FILES_BELOW)} or not into the repository")
        if not tree.is_text(path) or path.endswith(".md"):
            continue
        lines = tree.text(path).splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield Finding(path, FILE_LINES_MAX + 1, f"has {len(lines)} lines; split it, a file has "
                                                    f"at most {FILE_LINES_MAX}")
        if not path.endswith(CODE_SUFFIXES):
            continue
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_COLUMNS_MAX:
                yield Finding(path, number, f"is {len(line)} columns wide; wrap it at "
                                            f"{LINE_COLUMNS_MAX}")


def python_functions(text):
    """(name, first line, last line) of every function of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


def check_functions(tree):
    """Functions stay short."""
    for path in tree.paths:
        try:
            if path.endswith((".cpp", ".hpp")):
                functions = CppText(tree.text(path)).functions()
            elif path.endswith(".py"):
                functions = python_functions(tree.text(path))
            else:
                continue
            for name, first, last in functions:
                if last - first + 1 > FUNCTION_LINES_MAX:
                    yield Finding(path, first, f"{name} has {last - first + 1} lines; split it, a "
                                               f"function has at most {FUNCTION_LINES_MAX}")
        except SyntaxError as error:
            yield Finding(path, error.lineno or 1, f"is not Python: {error.msg}; mend it")


def check_comments(tree):
    """Headers explain, sources do not chat."""
    for path in tree.paths:
        suffix = os.path.splitext(path)[1]
        if room_of(path) is None or suffix not in COMMENT_SHARE:
            continue
        cpp = CppText(tree.text(path))
        if len(cpp.lines) < COMMENT_SHARE_LINES_MIN:
            continue
        share = cpp.comment_share()
        (aim_min, aim_max), (least, most) = COMMENT_SHARE[suffix]
        if not least <= share <= most:
            advice = "say more" if share < least else "say less"
            yield Finding(path, 1, f"{share:.0f} % of its lines are comments; {advice}, aim at "
                                   f"{aim_min} to {aim_max} %")


def check_blanks(tree):
    """No tab, no blank at the end of a line, one newline at the end, nothing left for later."""
    for path in filter(tree.is_text, tree.paths):
        text = tree.text(path)
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                yield Finding(path, number, "has a tab; use spaces")
            if line.rstrip() != line:
                yield Finding(path, number, "ends in blanks; remove them")
            match = LEFT_OVER.search(line)
            if match and not path.endswith(".md"):
                yield Finding(path, number, f"says {match.group()}; do it now or write an issue")
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            yield Finding(path, text.count("\n") + 1, "must end in exactly one newline")


CHECKS = (check_rooms, check_includes, check_calls, check_tests, check_sizes, check_functions,
          check_comments, check_blanks)


def check(root):
    """All findings for the tree below `root`, in the order of files and lines."""
    tree = Tree(root)
    return sorted(finding for one in CHECKS for finding in one(tree))


def main():
    parser = argparse.ArgumentParser(description="check the rooms and the numbers of the tree")
    default = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--root", default=default, help="top of the tree (this repository)")
    findings = check(parser.parse_args().root)
    for finding in findings:
        print(f"{finding.path}:{finding.line}: {finding.text}")
    if findings:
        print(f"check_tree: {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""Where benchmarks find programs, models and pictures, and where they may write.

Models are kept in BUILD/bench between runs, since the large one takes a minute to write; the rest
is removed at the end.
"""

import os
import pathlib
import shutil
import sys

import measure

# smoke: does it still run? Its figures mean nothing. quick: figures within minutes. full: the sizes
# that docs/performance.md speaks of.
SIZES = ("smoke", "quick", "full")
ROOT = pathlib.Path(__file__).resolve().parent.parent
CLIP_TOKENIZER = ROOT.parent / "shared/golden/tokens/tokenizer.json"
DEMO_TOKENIZER = ROOT / "models/demo/textual/tokenizer.json"


class Workplace:
    """Paths below `root` are given relative to it, so that the commands fit any checkout."""

    def __init__(self, build, size, tokenizer, keep):
        self.root = ROOT
        self._size = size
        self.demo_model = "models/demo"
        self.first_core = str(min(os.sched_getaffinity(0)))
        self._build = (build or ROOT / "build/release").resolve()
        self._tokenizer = (tokenizer or CLIP_TOKENIZER).resolve()
        if tokenizer is None and not CLIP_TOKENIZER.exists():
            self._tokenizer = DEMO_TOKENIZER
        self._kept = self._build / "bench"
        self._scratch = self._kept / "scratch"
        self._keeps_scratch = keep

    def __enter__(self):
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True)
        return self

    def __exit__(self, *_):
        if not self._keeps_scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def environment(self):
        """The caller's, without settings of clipdex and with a cache and a TMPDIR of our own."""
        kept = {key: text for key, text in os.environ.items() if not key.startswith("CLIPDEX_")}
        return {**kept, "XDG_CACHE_HOME": str(self._kept / "cache"), "TMPDIR": str(self._scratch)}

    def sized(self, smoke, quick, full):
        """What fits the size of this run, one of `SIZES`."""
        return dict(zip(SIZES, (smoke, quick, full)))[self._size]

    def relative(self, path):
        return os.path.relpath(path, self.root)

    def scratch(self, name):
        """A path for a file or folder that goes when the run ends."""
        return self.relative(self._scratch / name)

    def program(self, name):
        path = self._build / "bin" / name
        if not path.exists():
            raise measure.Failed(f"there is no {self.relative(path)}; build it with ./dev bench")
        return self.relative(path)

    def vit_b_32(self):
        """A package of ViT-B/32's structure and cost, with random weights, in Immich's layout."""
        model = self._kept / f"vit-b-32-{self._tokenizer.stat().st_size}"
        if not model.exists():
            print("bench: writing a ViT-B/32 package", file=sys.stderr)
            new = self._scratch / model.name
            command = [sys.executable, "-B", "tools/make_model_packages.py", str(new)]
            command += ["--layout", "immich", "--size", "vit-b-32"]
            measure.run([*command, "--tokenizer", str(self._tokenizer)], self)
            new.rename(model)
        return self.relative(model)

    def optimized(self, model):
        """The same package with its int8 variant beside it (`clipdex model optimize`)."""
        path = pathlib.Path(self.root, model)
        if not (path / "optimized/int8/manifest.json").exists():
            print("bench: optimising the model", file=sys.stderr)
            measure.run([self.program("clipdex"), "model", "optimize", model], self)
        return model

    def pictures(self, kind, count):
        """A folder of so many different JPEGs; see make_pictures.py for the kinds."""
        folder = self._scratch / f"{kind}-{count}"
        if not folder.exists():
            command = [sys.executable, "-B", "bench/make_pictures.py", kind, str(count)]
            measure.run([*command, str(folder)], self)
        return self.relative(folder)

    def new_library(self):
        """The path of a library that does not exist."""
        for path in self._scratch.glob("clip.db*"):
            path.unlink()
        return self.scratch("clip.db")

"""What the end-to-end tests share: a folder of images, a library file, and the program."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ALBUM = SOURCE / "samples" / "album"
PROGRAM = os.environ.get("CLIPDEX_PROGRAM", str(SOURCE / "build" / "dev" / "bin" / "clipdex"))


class EndToEnd(unittest.TestCase):
    """Gives every test an empty folder, a copy of some of the album in it, and the program."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="clipdex-e2e-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.photos = self.scratch / "photos"
        self.photos.mkdir()
        self.library = self.scratch / "clip.db"
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.scratch / "cache"),
                                XDG_DATA_HOME=str(self.scratch / "data"),
                                CLIPDEX_LIBRARY=str(self.library))
        self.environment.pop("CLIPDEX_MODEL", None)

    def copy(self, *names):
        for name in names:
            shutil.copy2(ALBUM / name, self.photos / name)

    def make_many(self, count):
        """Distinct images: JPEG readers ignore what follows the end of the picture."""
        whole = (ALBUM / "photo_cat.jpg").read_bytes()
        for i in range(count):
            (self.photos / f"{i:05}.jpg").write_bytes(whole + i.to_bytes(4, "little"))

    def run_clipdex_any(self, *arguments, stdin="", prefix=(), **environment):
        """Runs the program to its end; `prefix` are words before it, such as those of setpriv."""
        return subprocess.run([*prefix, PROGRAM, *map(str, arguments)], input=stdin, text=True,
                              capture_output=True, env={**self.environment, **environment},
                              cwd=self.scratch, timeout=240, check=False)

    def run_clipdex(self, *arguments, status=0, **options):
        """Runs the program and expects it to end with a status."""
        done = self.run_clipdex_any(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def start(self, *arguments):
        """Runs the program beside the test, which must wait for it."""
        return subprocess.Popen([PROGRAM, *map(str, arguments)], env=self.environment,
                                cwd=self.scratch, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)

    def assert_one_sentence(self, done, words):
        """A failure is one line on stderr that holds these words, and nothing on stdout."""
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("clipdex: "), done.stderr)
        self.assertIn(words, done.stderr)

    def search(self, *arguments, status=0, **options):
        done = self.run_clipdex("search", "--json", *arguments, status=status, **options)
        return json.loads(done.stdout)

    def names(self, *arguments, **options):
        return [os.path.basename(hit["path"]) for hit in self.search(*arguments, **options)["hits"]]

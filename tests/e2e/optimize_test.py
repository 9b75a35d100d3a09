"""Optimised variants of a model: made, used for the same library, refused when they do not fit."""
import os
import shutil
import signal
import sys
import time
import unittest

from end_to_end import SOURCE, EndToEnd

MODELS = SOURCE / "models"


class Variants(EndToEnd):
    def setUp(self):
        super().setUp()
        self.model = self.scratch / "model"
        built = os.environ.get("CLIPDEX_TEST_MODELS")
        shutil.copytree(f"{built}/immich" if built else MODELS / "demo", self.model)

    def optimize(self, *arguments, **options):
        return self.run_clipdex("model", "optimize", self.model, *arguments, **options)

    def test_a_library_of_one_precision_is_searched_with_the_other(self):
        self.copy("photo_cat.jpg", "photo_dog.jpg", "diagram_flowchart.png")
        self.run_clipdex("index", self.photos, "--model", self.model, "--precision", "float32")
        self.assertIn("int8 ", self.optimize().stdout)
        hits = {}
        for precision in ("float32", "int8"):
            found = self.search("a cat", "--precision", precision)["hits"]
            hits[precision] = {hit["path"]: hit["score"] for hit in found}
        self.assertEqual(hits["float32"].keys(), hits["int8"].keys())
        for path, score in hits["float32"].items():
            self.assertAlmostEqual(score, hits["int8"][path], delta=0.1)
        self.assertNotEqual(hits["float32"], hits["int8"], "int8 must have run")
        automatic = self.search("a cat")["hits"]
        self.assertEqual({hit["path"]: hit["score"] for hit in automatic}, hits["int8"])
        self.copy("photo_horse.jpg")
        self.assertIn("new 1", self.run_clipdex("index", CLIPDEX_PRECISION="int8").stdout)

    def test_a_second_run_replaces_the_first_and_the_doctor_is_content(self):
        self.optimize()
        before = (self.model / "optimized/int8").stat().st_ino
        self.optimize("--images", SOURCE / "samples/album")
        self.assertNotEqual((self.model / "optimized/int8").stat().st_ino, before)
        self.assertEqual(os.listdir(self.model / "optimized"), ["int8"])
        doctor = self.run_clipdex("model", "doctor", self.model).stdout
        self.assertIn("int8 images now", doctor)
        self.assertIn(str(self.model / "optimized/int8"),
                      self.run_clipdex("model", "show", self.model).stdout)

    def test_a_variant_that_is_broken_is_never_used(self):
        before = self.run_clipdex("encode", "text", "a cat", "--model", self.model, "--json")
        self.optimize()
        with open(self.model / "optimized/int8/textual.onnx.data", "r+b") as file:
            file.write(b"broken")
        after = self.run_clipdex("encode", "text", "a cat", "--model", self.model, "--json")
        self.assertEqual(before.stdout, after.stdout)
        self.assertEqual(after.stderr.count("cannot be used"), 1, after.stderr)
        self.assertIn(f"make it again with: clipdex model optimize {self.model}", after.stderr)
        asked = self.run_clipdex("encode", "text", "a cat", "--model", self.model,
                                 "--precision", "int8", status=3)
        self.assert_one_sentence(asked, "cannot be used")

    def test_int8_that_was_never_made_is_one_sentence(self):
        asked = self.run_clipdex("encode", "text", "a cat", "--model", self.model,
                                 "--precision", "int8", status=3)
        self.assert_one_sentence(asked, f"make it with: clipdex model optimize {self.model}")

    def test_a_package_that_cannot_be_written_to_is_one_sentence(self):
        (self.model / "optimized").write_text("in the way")
        done = self.run_clipdex("-q", "model", "optimize", self.model, status=3)
        self.assert_one_sentence(done, f"{self.model / 'optimized'}")

    def test_a_stop_leaves_nothing_half(self):
        process = self.start("model", "optimize", self.model)
        while not (self.model / "optimized").exists() and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
        if process.returncode == 0:
            self.skipTest("this machine was done before the signal came")
        self.assertEqual(process.returncode, 3, errors)
        self.assertIn("stopped; nothing was written", errors)
        self.assertFalse((self.model / "optimized").exists())

    def test_what_a_kill_leaves_is_taken_away_by_the_next_run(self):
        process = self.start("model", "optimize", self.model)
        while not (self.model / "optimized/.writing").exists() and process.poll() is None:
            time.sleep(0.001)
        process.kill()
        process.communicate(timeout=120)
        self.run_clipdex("encode", "text", "a cat", "--model", self.model)
        self.optimize()
        self.assertEqual(os.listdir(self.model / "optimized"), ["int8"])


if __name__ == "__main__":
    sys.exit(unittest.main())

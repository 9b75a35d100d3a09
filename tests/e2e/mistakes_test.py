"""What users, disks and strangers hand the program: broken images, wrong words, foreign files."""
import json
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import unittest
import zlib

from end_to_end import ALBUM, PROGRAM, SOURCE, EndToEnd


class BadInput(EndToEnd):
    def test_each_bad_file_is_one_line_and_the_run_goes_on(self):
        self.copy("photo_cat.jpg")
        whole = (ALBUM / "photo_dog.jpg").read_bytes()
        (self.photos / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
        (self.photos / "empty.jpg").write_bytes(b"")
        (self.photos / "words.jpg").write_text("no image at all")
        (self.photos / "folder.jpg").mkdir()
        os.mkfifo(self.photos / "pipe.jpg")
        (self.photos / "dangling.jpg").symlink_to("nowhere")
        (self.photos / "dog.txt").write_bytes(whole)
        (self.photos / "notes.txt").write_text("notes")
        done = self.run_clipdex("index", self.photos, status=1)
        self.assertIn("new 2,", done.stdout, "the JPEG called .txt is an image")
        self.assertIn("failed 6", done.stdout)
        self.assertIn("1 other files were left alone", done.stdout)
        for name, reason in [("empty.jpg", "the file is empty (0 bytes)"),
                             ("words.jpg", "its content is that of no known image format"),
                             ("folder.jpg", "is a directory"), ("pipe.jpg", "is a named pipe"),
                             ("dangling.jpg", "No such file"), ("truncated.jpg", "")]:
            lines = [line for line in done.stderr.splitlines() if name in line]
            self.assertEqual(len(lines), 1, f"{name}: {done.stderr}")
            self.assertIn(reason, lines[0])
        again = self.run_clipdex("index", self.photos)
        self.assertIn("6 of the unchanged failed before", again.stdout)
        self.assertIn("failed 6", self.run_clipdex("index", "--retry-failed", status=1).stdout)
        self.assertEqual(self.run_clipdex("status", "--failures").stdout.count("\n"), 6)

    def test_wrong_use_says_what_to_do(self):
        cases = [(("index", "nowhere"), 3, "there is no folder nowhere"),
                 (("search", "x"), 3, "there is no library"),
                 (("search",), 2, "say what to look for"),
                 (("frobnicate",), 2, ""),
                 (("index", ""), 2, "the name of a folder is empty"),
                 (("index", ALBUM, "-l", ""), 2, "the name of the library file is empty"),
                 (("forget", ALBUM), 3, "there is no library"),
                 (("import", "nowhere.db"), 3, "there is no file nowhere.db to import"),
                 (("index", ALBUM / "photo_cat.jpg"), 2, "is a file; give the folder"),
                 (("index", ALBUM, "--model", "nosuch"), 3, "there is no model called 'nosuch'"),
                 (("model", "show", SOURCE / "docs"), 3, "")]
        for arguments, status, message in cases:
            with self.subTest(arguments=arguments):
                done = self.run_clipdex(*arguments, status=status)
                self.assertIn(message, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertFalse((self.scratch / "clip.db").exists(), "a mistake must not make a library")

    def test_nothing_above_the_threshold_and_an_empty_library_are_said(self):
        self.run_clipdex("index", self.photos)
        self.assertIn("holds no images yet", self.run_clipdex("search", "x", status=1).stderr)
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        done = self.run_clipdex("search", "a cat", "--raw-threshold", "0.999", status=1)
        self.assertIn("nothing found: none of 1 images scores", done.stderr)
        done = self.run_clipdex("search", "a cat path:nowhere/**", status=1)
        self.assertIn("none of the 1 images passes the filters", done.stderr)

    def test_a_second_writer_is_told_who_writes(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        import fcntl  # pylint: disable=import-outside-toplevel
        with open(self.scratch / "clip.db.lock", "r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.run_clipdex("index", self.photos, status=3)
        self.assertIn("is being written", done.stderr)
        self.assertEqual(len(self.names("a cat")), 1, "readers are never blocked")


class HostileImages(EndToEnd):
    """Files that claim to be larger than any memory: the header is believed by nobody."""

    def write_bombs(self):
        side = 100_000
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)

        def chunk(kind, data):
            return (struct.pack(">I", len(data)) + kind + data
                    + struct.pack(">I", zlib.crc32(kind + data)))

        png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
               + chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9)) + chunk(b"IEND", b""))
        (self.photos / "bomb.png").write_bytes(png)
        (self.photos / "bomb.ppm").write_bytes(b"P6\n%d %d\n255\n" % (side, side) + bytes(99))
        (self.photos / "bomb.bmp").write_bytes(
            b"BM" + struct.pack("<IHHIIiiHHIIiiII", 1000, 0, 0, 54, 40, side, side, 1, 24, 0, 0,
                                0, 0, 0, 0) + bytes(99))
        (self.photos / "bomb.gif").write_bytes(
            b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"," +
            struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x08\x02\x00\x00\x00;")

    def test_images_that_claim_to_be_huge_take_no_memory(self):
        self.write_bombs()
        self.copy("photo_cat.jpg")
        process = self.start("index", self.photos)
        output = process.stdout.read()
        errors = process.stderr.read()
        _, wait_status, usage = os.wait4(process.pid, 0)
        process.stdout.close()
        process.stderr.close()
        process.returncode = os.waitstatus_to_exitcode(wait_status)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("new 1,", output)
        self.assertIn("failed 4", output)
        for name in ("bomb.png", "bomb.ppm", "bomb.bmp", "bomb.gif"):
            self.assertEqual(len([line for line in errors.splitlines() if name in line]), 1, errors)
        # The pixels would take 30 GB; ru_maxrss counts KiB.
        self.assertLess(usage.ru_maxrss, 2 << 20)

    def test_a_huge_image_is_no_example_either(self):
        self.write_bombs()
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos, status=1)
        done = self.run_clipdex("search", "-q", "--image", self.photos / "bomb.png", status=3)
        self.assert_one_sentence(done, "100000 x 100000")


class Libraries(EndToEnd):
    """Files in the place of the library that are none, or that may not be written."""

    def unprivileged(self):
        """The words before a command that make permissions count, also for root."""
        if os.geteuid() != 0:
            return ()
        prefix = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
        try:
            subprocess.run([*prefix, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("permissions do not bind root, and setpriv cannot take that away here")
        return prefix

    def protect(self, folder):
        """Takes the right to write away from a folder and everything in it."""
        self.addCleanup(os.chmod, folder, 0o755)
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)

    def test_a_library_that_is_garbage_is_left_as_it_is(self):
        self.copy("photo_cat.jpg")
        foreign = self.scratch / "foreign.db"
        connection = sqlite3.connect(foreign)
        with connection:
            connection.execute("CREATE TABLE notes(text)")
        connection.close()
        for garbage in (b"\x00\xff garbage" * 1000, b"short", foreign.read_bytes()):
            self.library.write_bytes(garbage)
            for arguments in (("index", self.photos), ("search", "x"), ("status",), ("fsck",),
                              ("fsck", "--repair"), ("forget", self.photos)):
                with self.subTest(garbage=garbage[:16], arguments=arguments):
                    done = self.run_clipdex(*arguments, status=3)
                    self.assert_one_sentence(done, "not a clipdex library")
                    self.assertEqual(self.library.read_bytes(), garbage)
            self.assertFalse((self.scratch / "clip.db.lock").exists())

    def test_an_empty_file_becomes_a_library(self):
        self.copy("photo_cat.jpg")
        self.library.touch()
        self.assert_one_sentence(self.run_clipdex("search", "x", status=3), "there is nothing in")
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.names("x"), ["photo_cat.jpg"])

    def test_a_directory_is_no_library(self):
        self.library.mkdir()
        for arguments in (("index", self.photos), ("search", "x"), ("status",), ("fsck",)):
            done = self.run_clipdex(*arguments, status=3)
            self.assert_one_sentence(done, "is a directory; name the file itself")

    def test_a_damaged_library_is_told_and_a_new_one_replaces_it(self):
        self.make_many(50)
        self.run_clipdex("index", self.photos)
        whole = self.library.read_bytes()
        self.library.write_bytes(whole[: len(whole) // 2])
        for arguments in (("search", "x"), ("index", "-q"), ("fsck",), ("fsck", "--repair")):
            done = self.run_clipdex(*arguments, status=3)
            self.assert_one_sentence(done, "move it away and index the folders again")
        self.library.unlink()
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.search("x")["library_count"], 50)

    def test_an_unwritable_folder_is_named_before_any_work(self):
        self.copy("photo_cat.jpg")
        prefix = self.unprivileged()
        shelf = self.scratch / "shelf"
        shelf.mkdir()
        self.protect(shelf)
        library = shelf / "clip.db"
        done = self.run_clipdex("index", self.photos, "-l", library, status=3, prefix=prefix)
        self.assert_one_sentence(done, str(library))
        self.assertIn("check the permissions", done.stderr)
        self.assertEqual(list(shelf.iterdir()), [])

    def test_a_read_only_library_is_searched_and_not_changed(self):
        self.copy("photo_cat.jpg", "photo_owl.jpg")
        prefix = self.unprivileged()
        shelf = self.scratch / "shelf"
        shelf.mkdir()
        library = shelf / "clip.db"
        self.run_clipdex("index", self.photos, "-l", library)
        self.protect(shelf)
        before = library.read_bytes()
        self.assertEqual(self.names("--image", self.photos / "photo_owl.jpg", "-l", library,
                                    prefix=prefix)[0], "photo_owl.jpg")
        self.run_clipdex("fsck", "-l", library, prefix=prefix)
        self.copy("photo_dog.jpg")
        done = self.run_clipdex("index", self.photos, "-q", "-l", library, status=3, prefix=prefix)
        self.assert_one_sentence(done, str(library))
        self.assertEqual(library.read_bytes(), before)

    def test_an_unreadable_image_and_folder_are_told_and_kept(self):
        self.copy("photo_cat.jpg", "photo_owl.jpg")
        (self.photos / "more").mkdir()
        shutil.copy(ALBUM / "photo_dog.jpg", self.photos / "more")
        prefix = self.unprivileged()
        self.run_clipdex("index", self.photos)
        (self.photos / "photo_cat.jpg").write_bytes((ALBUM / "photo_koala.jpg").read_bytes())
        (self.photos / "photo_cat.jpg").chmod(0)
        self.addCleanup(os.chmod, self.photos / "more", 0o755)
        (self.photos / "more").chmod(0)
        done = self.run_clipdex("index", "-q", status=1, prefix=prefix)
        self.assertIn("photo_cat.jpg: cannot open the file: Permission denied", done.stderr)
        self.assertIn("more could not be read; what the library holds of it was kept", done.stderr)
        self.assertEqual(sorted(self.names("x")), ["photo_dog.jpg", "photo_owl.jpg"])


class Environment(EndToEnd):
    def test_the_library_of_the_environment_gives_way_to_the_option(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos, "--library", "mine.db", CLIPDEX_LIBRARY="other.db")
        self.assertTrue((self.scratch / "mine.db").exists())
        self.assertFalse((self.scratch / "other.db").exists())
        done = self.run_clipdex("search", "x", status=3, CLIPDEX_LIBRARY="other.db")
        self.assert_one_sentence(done, "there is no library other.db")
        self.assertEqual(self.names("x", "-l", "mine.db", CLIPDEX_LIBRARY="other.db"),
                         ["photo_cat.jpg"])

    def test_an_empty_variable_means_the_usual_library(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos, CLIPDEX_LIBRARY="", CLIPDEX_MODEL="")
        self.assertTrue((self.scratch / "clip.db").exists())

    def test_the_model_of_the_environment_gives_way_to_the_option(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        for arguments in (("search", "x"), ("encode", "text", "x"), ("index",), ("model", "show"),
                          ("model", "doctor"), ("inspect", "tokens")):
            with self.subTest(arguments=arguments):
                done = self.run_clipdex(*arguments, status=3, CLIPDEX_MODEL="nosuch")
                self.assert_one_sentence(done, "there is no model called 'nosuch'")
        for arguments in (("search", "x", "-m", "demo"), ("encode", "text", "x", "-m", "demo"),
                          ("index", "-m", "demo"), ("model", "show", "demo"), ("status",)):
            with self.subTest(arguments=arguments):
                self.run_clipdex(*arguments, CLIPDEX_MODEL="nosuch")

    def test_a_linked_folder_is_the_folder_itself(self):
        self.copy("photo_cat.jpg")
        link = self.scratch / "link"
        link.symlink_to(self.photos)
        self.assertIn("new 1,", self.run_clipdex("index", link).stdout)
        self.assertIn("new 0,", self.run_clipdex("index", self.photos).stdout)
        folders = json.loads(self.run_clipdex("status", "--json").stdout)["folders"]
        self.assertEqual([folder["path"] for folder in folders], [str(self.photos)])
        self.photos.rename(self.scratch / "away")
        self.assertIn("what the library holds of it was kept",
                      self.run_clipdex("index", link, status=1).stderr)
        self.assertEqual(self.names("x"), ["photo_cat.jpg"])

    def test_a_missing_module_hinders_only_what_needs_it(self):
        program = self.scratch / "prefix" / "bin" / "clipdex"
        program.parent.mkdir(parents=True)
        shutil.copy2(PROGRAM, program)
        built = pathlib.Path(PROGRAM).resolve().parents[1]
        (self.scratch / "prefix" / "share").symlink_to(built / "share")
        modules = self.scratch / "prefix" / "lib" / "clipdex"
        shutil.copytree(built / "lib" / "clipdex", modules)
        (modules / "clipdex-formats.so").unlink()
        self.copy("photo_cat.jpg", "diagram_bar_chart.png")

        def run(*arguments):
            return subprocess.run([program, *map(str, arguments)], env=self.environment, text=True,
                                  cwd=self.scratch, capture_output=True, timeout=240, check=False)
        done = run("index", self.photos)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("new 1,", done.stdout, "a JPEG needs no module")
        self.assertIn("clipdex-formats.so, is missing; install clipdex again", done.stderr)
        self.assertEqual(run("index", self.photos).returncode, 1, "it is tried again, in vain")
        self.assertIn("changed 1,", self.run_clipdex("index").stdout, "a whole program can")
        (modules / "clipdex-onnxruntime.so").unlink()
        self.assertEqual(run("status").returncode, 0)
        done = run("search", "a bird that nobody looked for")
        self.assertEqual(done.returncode, 3)
        self.assert_one_sentence(done, "clipdex-onnxruntime.so, is missing")

    def test_a_text_that_is_too_long_is_told_unless_quiet(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        text = "a cat on a chair " * 100
        for arguments in (("search", text), ("encode", "text", text)):
            with self.subTest(arguments=arguments[0]):
                self.assertIn("is longer than the model", self.run_clipdex(*arguments).stderr)
                self.assertEqual(self.run_clipdex(*arguments, "--quiet").stderr, "")


if __name__ == "__main__":
    sys.exit(unittest.main())

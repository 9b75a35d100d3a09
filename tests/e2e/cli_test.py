"""Goes through the real program as a user does: a folder of images, a library file, a terminal."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
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
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.scratch / "cache"),
                                CLIPDEX_LIBRARY=str(self.scratch / "clip.db"))
        self.environment.pop("CLIPDEX_MODEL", None)

    def copy(self, *names):
        for name in names:
            shutil.copy2(ALBUM / name, self.photos / name)

    def run_clipdex(self, *arguments, status=0, stdin=""):
        done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, text=True,
                              capture_output=True, env=self.environment, cwd=self.scratch,
                              timeout=240, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def search(self, *arguments, status=0):
        return json.loads(self.run_clipdex("search", "--json", *arguments, status=status).stdout)

    def names(self, *arguments):
        return [os.path.basename(hit["path"]) for hit in self.search(*arguments)["hits"]]


class TheAlbum(EndToEnd):
    def test_a_diagram_finds_a_diagram_first(self):
        self.run_clipdex("index", ALBUM)
        answer = self.search("a diagram")
        self.assertTrue(os.path.basename(answer["hits"][0]["path"]).startswith("diagram_"))
        self.assertEqual([hit["rank"] for hit in answer["hits"]], list(range(1, 11)))
        self.assertEqual(answer["library_count"], 111)
        self.assertEqual(answer["query"], "a diagram")

    def test_other_words_an_example_and_chinese_find_their_images(self):
        self.run_clipdex("index", ALBUM)
        self.assertEqual(self.names("sheet music")[0], "diagram_sheet_music.png")
        self.assertEqual(self.names("香蕉")[0], "drawing_banana.jpg")
        self.assertEqual(self.names("--image", ALBUM / "photo_koala.jpg")[0], "photo_koala.jpg")

    def test_every_image_is_found_exactly_once(self):
        self.run_clipdex("index", ALBUM)
        found = self.names("-k", "1000", "anything")
        self.assertEqual(sorted(found), sorted(path.name for path in ALBUM.iterdir()
                                               if path.suffix in (".jpg", ".png")))

    def test_the_demo_shows_its_queries(self):
        done = subprocess.run([SOURCE / "tools" / "demo.sh", PROGRAM], text=True, check=False,
                              capture_output=True, env=self.environment, timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr)
        first = done.stdout.split("$ clipdex search a\\ diagram")[1].strip().splitlines()[0]
        self.assertIn("diagram_", first)


class Changes(EndToEnd):
    def test_only_what_changed_is_read_again(self):
        self.copy("photo_cat.jpg", "photo_dog.jpg", "photo_owl.jpg")
        self.assertIn("new 3,", self.run_clipdex("index", self.photos).stdout)
        self.assertIn("new 0, changed 0, moved 0, copied 0, unchanged 3, removed 0",
                      self.run_clipdex("index", self.photos).stdout)
        shutil.copy(ALBUM / "photo_koala.jpg", self.photos / "photo_cat.jpg")
        (self.photos / "photo_dog.jpg").rename(self.photos / "wolf.jpg")
        shutil.copy2(self.photos / "photo_owl.jpg", self.photos / "owl again.jpg")
        self.assertIn("new 0, changed 1, moved 1, copied 1, unchanged 1, removed 0",
                      self.run_clipdex("index").stdout)
        (self.photos / "wolf.jpg").unlink()
        self.assertIn("unchanged 3, removed 1", self.run_clipdex("index", self.photos).stdout)
        self.assertNotIn("wolf.jpg", self.names("-k", "99", "a dog"))

    def test_content_lent_by_an_image_that_changes_in_the_same_run_is_encoded(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        shutil.copy(self.photos / "photo_cat.jpg", self.photos / "zz.jpg")
        shutil.copy(ALBUM / "photo_koala.jpg", self.photos / "photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.names("--image", ALBUM / "photo_cat.jpg")[0], "zz.jpg")
        self.assertEqual(self.names("--image", ALBUM / "photo_koala.jpg")[0], "photo_cat.jpg")

    def test_a_missing_root_and_an_empty_one_are_kept_and_reported(self):
        self.copy("photo_cat.jpg", "photo_dog.jpg")
        self.run_clipdex("index", self.photos)
        away = self.scratch / "away"
        self.photos.rename(away)
        self.assertIn("could not be read; what the library holds of it was kept",
                      self.run_clipdex("index", self.photos, status=1).stderr)
        self.photos.mkdir()
        self.assertIn("its 2 images were kept",
                      self.run_clipdex("index", self.photos, status=1).stderr)
        self.assertEqual(self.search("a cat")["library_count"], 2)
        self.assertIn("2 images were taken out", self.run_clipdex("forget", self.photos).stdout)
        self.assertEqual(self.search("a cat", status=1)["library_count"], 0)


class Names(EndToEnd):
    def test_strange_names_survive(self):
        names = [b"with space.jpg", b"quote'\".jpg", b"new\nline.jpg", b"\xff\xfe bytes.jpg",
                 "图片 猫.jpg".encode()]
        for name in names:
            shutil.copy(ALBUM / "photo_cat.jpg", os.path.join(os.fsencode(self.photos), name))
        self.run_clipdex("index", self.photos)
        done = subprocess.run([PROGRAM, "search", "--paths", "-0", "a cat"], capture_output=True,
                              env=self.environment, timeout=240, check=True)
        found = {os.path.basename(path) for path in done.stdout.split(b"\0") if path}
        self.assertEqual(found, set(names))

    def test_hidden_and_excluded_files_stay_out_and_a_loop_of_links_ends(self):
        self.copy("photo_cat.jpg", "photo_dog.jpg", "photo_owl.jpg")
        (self.photos / "photo_owl.jpg").rename(self.photos / ".hidden.jpg")
        (self.photos / "loop").symlink_to(self.photos)
        self.run_clipdex("index", self.photos, "--exclude", "*dog*")
        self.assertEqual(self.names("an animal"), ["photo_cat.jpg"])
        self.assertIn("new 0,", self.run_clipdex("index").stdout)
        self.run_clipdex("index", self.photos, "--hidden")
        self.assertEqual(sorted(self.names("an animal")), [".hidden.jpg", "photo_cat.jpg"])


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
        done = self.run_clipdex("search", "a cat", "--threshold", "0.999", status=1)
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


class Forms(EndToEnd):
    def test_csv_and_a_folder_of_links(self):
        self.copy("photo_cat.jpg", "photo_owl.jpg")
        self.run_clipdex("index", self.photos)
        lines = self.run_clipdex("search", "--csv", "a cat").stdout.splitlines()
        self.assertEqual(lines[0], "rank,score,path")
        self.assertEqual(len(lines), 3)
        folder = self.scratch / "results"
        folder.mkdir()
        (folder / "mine.txt").write_text("keep me")
        self.run_clipdex("search", "a cat", "--link", folder)
        self.run_clipdex("search", "an owl", "-k", "1", "--link", folder)
        links = [path for path in folder.iterdir() if path.is_symlink()]
        self.assertEqual(len(links), 1, "the links of the first search are gone")
        self.assertTrue(links[0].name.startswith("001_"))
        self.assertEqual((folder / "mine.txt").read_text(), "keep me")

    def test_the_preview_draws_and_status_counts(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        self.assertGreater(self.run_clipdex("search", "--preview", "a cat").stdout.count("\n"), 3)
        status = json.loads(self.run_clipdex("status", "--json").stdout)
        self.assertEqual((status["images"], status["failed"]), (1, 0))
        self.assertTrue(status["folders"][0]["present"])

    def test_encode_writes_unit_vectors_and_tokens_are_shown(self):
        answer = json.loads(self.run_clipdex("encode", "text", "--json", "a cat", "狗").stdout)
        for entry in answer["vectors"]:
            self.assertAlmostEqual(sum(x * x for x in entry["vector"]), 1, places=4)
        raw = self.scratch / "v.bin"
        self.run_clipdex("encode", "image", "--raw", raw, ALBUM / "photo_cat.jpg")
        self.assertEqual(raw.stat().st_size, 4 * len(answer["vectors"][0]["vector"]))
        ids = self.run_clipdex("inspect", "tokens", stdin='"a cat"\n').stdout
        self.assertGreaterEqual(len(json.loads(ids)), 3)
        self.run_clipdex("inspect", "pixels", ALBUM / "photo_cat.jpg", "--size", 64, "--out", raw)
        self.assertEqual(raw.stat().st_size, 64 * 64 * 3)

    def test_the_view_of_the_old_system_serves_its_scripts(self):
        self.copy("photo_cat.jpg")
        self.run_clipdex("index", self.photos)
        connection = sqlite3.connect(self.scratch / "clip.db")
        rows = connection.execute("SELECT name, url, length(feature) FROM ClipItems").fetchall()
        connection.close()
        self.assertEqual(rows, [("photo_cat.jpg", str(self.photos / "photo_cat.jpg"), 256 * 4)])


class Upkeep(EndToEnd):
    def test_a_whole_library_passes_and_a_lost_vector_is_repaired(self):
        self.copy("photo_cat.jpg", "photo_owl.jpg")
        self.run_clipdex("index", self.photos)
        self.assertIn("is whole", self.run_clipdex("fsck").stdout)
        connection = sqlite3.connect(self.scratch / "clip.db")
        with connection:
            connection.execute("DELETE FROM embeddings WHERE image_id = 1")
        connection.close()
        self.assertIn("--repair", self.run_clipdex("fsck", status=1).stderr)
        self.run_clipdex("fsck", "--repair")
        self.run_clipdex("index")
        self.assertEqual(self.search("a cat")["library_count"], 2)

    def test_an_old_clip_db_is_imported_once(self):
        old = self.scratch / "old.db"
        connection = sqlite3.connect(old)
        with connection:
            connection.execute("CREATE TABLE ClipItems(id INTEGER PRIMARY KEY, timestamp INTEGER, "
                               "type INTEGER, name TEXT, text TEXT, url TEXT, feature BLOB, "
                               "extra TEXT)")
            connection.execute("INSERT INTO ClipItems VALUES(1, 0, 1, 'a.jpg', '', '/x/a.jpg', ?, "
                               "'')", (struct.pack("<4f", 3, 4, 0, 0),))
        connection.close()
        self.assertIn("imported 1,", self.run_clipdex("import", old).stdout)
        self.assertIn("imported 0, known before 1", self.run_clipdex("import", old).stdout)
        self.run_clipdex("search", "x", status=3)

    def test_the_doctor_finds_the_demo_model_sound(self):
        done = self.run_clipdex("model", "doctor")
        self.assertNotIn("FAILED", done.stdout)
        self.assertIn("Immich", self.run_clipdex("model", "show").stdout)
        self.assertIn("demo", self.run_clipdex("model", "list").stdout)


class Interruptions(EndToEnd):
    def make_many(self, count):
        """Distinct images: JPEG readers ignore what follows the end of the picture."""
        whole = (ALBUM / "photo_cat.jpg").read_bytes()
        for i in range(count):
            (self.photos / f"{i:05}.jpg").write_bytes(whole + i.to_bytes(4, "little"))

    def start(self):
        return subprocess.Popen([PROGRAM, "index", self.photos], env=self.environment,
                                cwd=self.scratch, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)

    def test_ctrl_c_commits_and_says_how_to_go_on(self):
        self.make_many(3000)
        process = self.start()
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
        if process.returncode == 0:
            self.skipTest("this machine indexed everything before the signal came")
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("the same command goes on from here", errors)
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.search("a cat")["library_count"], 3000)

    def test_killing_at_any_moment_loses_no_library(self):
        self.make_many(1500)
        for attempt in range(8):
            process = self.start()
            time.sleep(0.15 + 0.12 * attempt)
            process.kill()
            process.communicate(timeout=120)
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.search("a cat")["library_count"], 1500)
        connection = sqlite3.connect(self.scratch / "clip.db")
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        orphans = connection.execute("SELECT count(*) FROM images WHERE state = 0 AND id NOT IN "
                                     "(SELECT image_id FROM embeddings)").fetchone()
        connection.close()
        self.assertEqual(orphans, (0,))


if __name__ == "__main__":
    sys.exit(unittest.main())

"""A library in everyday use: filled, changed, searched, kept in order."""
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import unittest

from end_to_end import ALBUM, PROGRAM, SOURCE, EndToEnd


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


class Forms(EndToEnd):
    def test_csv_and_a_folder_of_links(self):
        self.copy("photo_cat.jpg", "photo_owl.jpg")
        self.run_clipdex("index", self.photos)
        lines = self.run_clipdex("search", "--csv", "a cat").stdout.splitlines()
        self.assertEqual(lines[0], "rank,score,path,match")
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
        model = json.loads(self.run_clipdex("status", "--json").stdout)["models"][0]
        self.assertEqual(rows, [("photo_cat.jpg", str(self.photos / "photo_cat.jpg"),
                                 4 * model["dimension"])])


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

    def test_vectors_of_another_program_are_imported_and_searched(self):
        self.copy("photo_cat.jpg", "photo_owl.jpg", "photo_dog.jpg")
        files = sorted(self.photos.iterdir())
        raw = self.scratch / "raw"
        self.run_clipdex("encode", "image", "--raw", raw, *files)
        numbers = [3 * number for (number,) in struct.iter_unpack("<f", raw.read_bytes())]
        shape = (len(files), len(numbers) // len(files))
        header = f"{{'descr': '<f2', 'fortran_order': False, 'shape': {shape}, }}"
        header = header.encode().ljust(117) + b"\n"  # So that the data begins at byte 128.
        (self.scratch / "v.npy").write_bytes(
            b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header +
            struct.pack(f"<{len(numbers)}e", *numbers))
        (self.scratch / "paths.txt").write_text("".join(f"{file}\n" for file in files))
        done = self.run_clipdex("import", "v.npy", "paths.txt", "--model", "demo")
        self.assertIn("imported 3, known before 0", done.stdout)
        for file in files:
            self.assertEqual(self.names("--image", file)[0], file.name)
        imported = self.names("a dog")
        self.assertEqual(len(imported), 3)
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.names("a dog"), imported)

    def test_the_doctor_finds_the_demo_model_sound(self):
        done = self.run_clipdex("model", "doctor")
        self.assertNotIn("FAILED", done.stdout)
        self.assertIn("Immich", self.run_clipdex("model", "show").stdout)
        self.assertIn("demo", self.run_clipdex("model", "list").stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())

"""The program among others: killed, interrupted, beside a writer, on a full disk, in a pipe."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from end_to_end import ALBUM, PROGRAM, SOURCE, EndToEnd


class Interruptions(EndToEnd):
    def test_ctrl_c_commits_and_says_how_to_go_on(self):
        self.make_many(3000)
        process = self.start("index", self.photos)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
        if process.returncode == 0:
            self.skipTest("this machine indexed everything before the signal came")
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("the same command goes on from here", errors)
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.search("a cat")["library_count"], 3000)


class Kills(EndToEnd):
    def assert_sound(self):
        """What is there after a kill is a whole library, or not yet one."""
        if not self.library.exists() or not self.library.stat().st_size:
            return
        done = self.run_clipdex_any("fsck")
        if "there is nothing in the library" not in done.stderr:
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_killing_at_any_moment_loses_no_library(self):
        self.make_many(1500)
        seed = random.randrange(1 << 32)
        moments = random.Random(seed)
        with self.subTest(seed=seed):
            for _ in range(20):
                process = self.start("index", self.photos)
                time.sleep(moments.uniform(0, 0.8))
                process.kill()
                process.communicate(timeout=120)
                self.assert_sound()
                if process.returncode == 0:  # Everything is in, so the next kill needs a new one.
                    self.library.unlink()
            self.run_clipdex("index", self.photos)
            self.assertEqual(self.search("a cat")["library_count"], 1500)
        connection = sqlite3.connect(self.library)
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        orphans = connection.execute("SELECT count(*) FROM images WHERE state = 0 AND id NOT IN "
                                     "(SELECT image_id FROM embeddings)").fetchone()
        connection.close()
        self.assertEqual(orphans, (0,))

    def test_killing_a_change_of_model_leaves_searches_as_they_were(self):
        self.make_many(600)
        self.run_clipdex("index", self.photos)
        before = self.search("a cat")["hits"]
        other = self.scratch / "other"
        shutil.copytree(SOURCE / "models" / "demo", other)
        config = other / "visual" / "preprocess_cfg.json"  # Other pixels, so another model.
        config.write_text(config.read_text(encoding="utf-8").replace("0.48145466", "0.5"),
                          encoding="utf-8")
        for moment in (0.1, 0.3, 0.5):
            process = self.start("index", "--model", other)
            time.sleep(moment)
            process.kill()
            process.communicate(timeout=120)
            self.assert_sound()
            if process.returncode != 0:
                self.assertEqual(self.search("a cat")["hits"], before)
        self.run_clipdex("index", "--model", other)
        self.assertEqual(self.search("a cat")["model"], "other")
        self.run_clipdex("use", "demo")
        self.assertEqual(self.search("a cat")["hits"], before)
        self.run_clipdex("forget", "--drop-model", "other")
        self.assert_sound()


class Neighbours(EndToEnd):
    """Other processes that write the library, or take the files away."""

    def wait_for_writer(self, process):
        """Returns once the process holds the lock and has said so in it."""
        lock = self.scratch / "clip.db.lock"
        while process.poll() is None and not (lock.exists() and lock.stat().st_size):
            time.sleep(0.01)

    def test_a_second_writer_is_told_who_writes_and_readers_go_on(self):
        self.copy("photo_owl.jpg")
        self.run_clipdex("index", self.photos)
        self.make_many(1500)
        writer = self.start("index", self.photos)
        self.wait_for_writer(writer)
        writer.send_signal(signal.SIGSTOP)  # It holds the lock for as long as the test likes.
        try:
            done = self.run_clipdex("index", self.photos, "-q", status=3)
            self.assert_one_sentence(done, f"is being written by process {writer.pid} (clipdex "
                                           "index) since ")
            done = self.run_clipdex("forget", self.photos, status=3)
            self.assert_one_sentence(done, f"process {writer.pid}")
            self.assertIn("photo_owl.jpg", self.names("-k", "2000", "x"))
        finally:
            writer.send_signal(signal.SIGCONT)
        _, errors = writer.communicate(timeout=240)
        self.assertEqual(writer.returncode, 0, errors)
        self.assertEqual(self.search("x")["library_count"], 1501)

    def test_two_that_begin_at_once_make_one_library(self):
        self.make_many(300)
        both = [self.start("index", self.photos), self.start("index", self.photos)]
        for process in both:
            _, errors = process.communicate(timeout=240)
            self.assertIn(process.returncode, (0, 3), errors)
            if process.returncode == 3:
                self.assertIn("is being written by", errors)
        self.assertIn(0, [process.returncode for process in both])
        self.assertEqual(self.search("x")["library_count"], 300)
        self.assertIn("is whole", self.run_clipdex("fsck").stdout)

    def test_files_that_vanish_during_a_run_are_not_in_the_library_after_the_next(self):
        self.make_many(1500)
        process = self.start("index", self.photos, "-q")
        self.wait_for_writer(process)
        for i in range(750, 1500):
            (self.photos / f"{i:05}.jpg").unlink()
        _, errors = process.communicate(timeout=240)
        # Whichever had been read by then is in; the others failed, each with its name.
        self.assertIn(process.returncode, (0, 1), errors)
        for line in errors.splitlines():
            self.assertRegex(line, r"(\.jpg: cannot open the file: No such file)|more files failed")
        self.run_clipdex("index", self.photos)
        self.assertEqual(self.search("x")["library_count"], 750)
        self.assertEqual(self.run_clipdex("status", "--failures").stdout, "")


class FullDisk(EndToEnd):
    """A small tmpfs in the place of a disk."""

    def mount(self, size_kib):
        disk = self.scratch / f"disk-{size_kib}"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "clipdex-e2e", disk]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("a small disk cannot be mounted here; that needs root")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        return disk

    def test_a_run_that_fills_the_disk_keeps_what_it_stored_and_goes_on_later(self):
        self.make_many(1200)
        disks = [self.mount(size_kib) for size_kib in (16, 64, 150, 400, 900, 1500)]
        for disk in disks:
            with self.subTest(disk=disk.name):
                library = disk / "clip.db"
                done = self.run_clipdex("index", self.photos, "-q", "-l", library, status=3)
                self.assert_one_sentence(done, "is full")
                subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
                checked = self.run_clipdex_any("fsck", "-l", library)
                if "there is nothing in the library" not in checked.stderr:
                    self.assertEqual((checked.returncode, checked.stderr), (0, ""), checked.stdout)
                self.run_clipdex("index", self.photos, "-l", library)
                self.assertEqual(self.search("x", "-l", library)["library_count"], 1200)
                self.assertIn("is whole", self.run_clipdex("fsck", "-l", library).stdout)

    def test_a_library_on_a_full_disk_is_still_searched(self):
        disk = self.mount(4096)
        library = disk / "clip.db"
        self.copy("photo_cat.jpg", "photo_owl.jpg")
        self.run_clipdex("index", self.photos, "-l", library)
        with open(disk / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass
        self.assertEqual(len(self.names("x", "-l", library)), 2)
        self.assertIn("is whole", self.run_clipdex("fsck", "-l", library).stdout)


class Pipes(EndToEnd):
    def setUp(self):
        super().setUp()
        self.run_clipdex("index", ALBUM)

    def test_a_reader_that_leaves_early_is_no_failure(self):
        for arguments in ("search -k 1000 x", "search --paths -k 1000 x", "search --csv x",
                          "search --json x", "search --preview x", "status", "model list",
                          "encode text --json x"):
            with self.subTest(arguments=arguments):
                line = f'set -o pipefail; "{PROGRAM}" -q {arguments} | head -1'
                done = subprocess.run(["bash", "-c", line], env=self.environment, text=True,
                                      cwd=self.scratch, capture_output=True, timeout=240,
                                      check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(done.stdout.count("\n"), 1)

    def run_into(self, output, *arguments):
        return subprocess.run([PROGRAM, "-q", *arguments], stdout=output, stderr=subprocess.PIPE,
                              text=True, env=self.environment, cwd=self.scratch, timeout=240,
                              check=False)

    def test_a_pipe_that_nobody_reads_is_no_failure(self):
        for arguments in (("search", "x"), ("search", "--preview", "x"), ("status",)):
            reading, writing = os.pipe()
            os.close(reading)
            done = self.run_into(writing, *arguments)
            os.close(writing)
            self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)

    def test_output_that_finds_no_room_is_a_failure(self):
        with open("/dev/full", "wb") as full:
            for arguments in (("search", "x"), ("status",), ("index",)):
                done = self.run_into(full, *arguments)
                self.assertEqual(done.returncode, 3, arguments)
                self.assertIn("clipdex: the output cannot be written: No space left", done.stderr)

    def test_tokens_come_line_by_line(self):
        process = subprocess.Popen([PROGRAM, "inspect", "tokens"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, env=self.environment)
        for text in ('"a cat"\n', '"a dog"\n'):
            process.stdin.write(text)
            process.stdin.flush()
            self.assertTrue(process.stdout.readline().startswith("["))
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    sys.exit(unittest.main())

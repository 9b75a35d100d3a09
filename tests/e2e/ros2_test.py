"""Goes through the three ROS 2 nodes as a user does: real processes on a graph of their own."""
import http.server
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

from ros2_domain import own_domain

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ALBUM = SOURCE / "samples" / "album"
PROGRAM = pathlib.Path(os.environ.get("CLIPDEX_PROGRAM", SOURCE / "build/dev/bin/clipdex"))
PATIENCE_S = 240


class RunningNode:
    """A node in the background; its log goes to a file."""

    def __init__(self, case, executable, *parameters, remaps=()):
        self.log = case.scratch / f"{executable}-{len(case.running)}.log"
        with open(self.log, "wb") as sink:
            self.process = subprocess.Popen(
                case.command(executable, *parameters, remaps=remaps), env=case.environment,
                stdout=sink, stderr=sink, cwd=case.scratch)
        case.running.append(self.process)

    def text(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, words):
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no '{words}' in:\n{self.text()}")
            time.sleep(0.02)


class Nodes(unittest.TestCase):
    """Gives every test an empty folder and a graph that no other process is in."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="clipdex-ros2-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.running = []
        self.addCleanup(self.end_all)
        self.photos = self.scratch / "photos"
        self.photos.mkdir()
        self.environment = dict(os.environ, ROS_DOMAIN_ID=str(own_domain()),
                                ROS_LOCALHOST_ONLY="1")
        self.environment.pop("CLIPDEX_MODEL", None)

    def end_all(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()

    def copy(self, *names):
        for name in names:
            shutil.copy2(ALBUM / name, self.photos / name)

    def many_photos(self, count):
        # A few bytes behind the end make each file one of its own and change no pixel.
        for number in range(count):
            source = ALBUM / ("photo_koala.jpg" if number % 2 else "photo_kangaroo.jpg")
            (self.photos / f"{number:05}.jpg").write_bytes(source.read_bytes() + b"%d" % number)

    def count(self):
        try:
            with sqlite3.connect(self.scratch / "clip.db") as library:
                return library.execute("SELECT count(*) FROM ClipItems").fetchone()[0]
        except sqlite3.Error:
            return 0

    def wait_for_rows(self, manager):
        deadline = time.monotonic() + PATIENCE_S
        while self.count() == 0 and manager.process.poll() is None:
            self.assertLess(time.monotonic(), deadline, manager.text())
            time.sleep(0.01)

    @staticmethod
    def command(executable, *parameters, remaps=()):
        words = [str(PROGRAM.parent / executable), "--ros-args"]
        for parameter in parameters:
            words += ["-p", parameter]
        for remap in remaps:
            words += ["-r", remap]
        return words

    def start_encoders(self):
        image = RunningNode(self, "clip_encode_image", "feed_type:=1")
        text = RunningNode(self, "clip_encode_text_node", "feed_type:=1")
        image.wait_for("ready to encode images")
        text.wait_for("ready to encode texts")
        return image, text

    def manage(self, *parameters, status=0):
        done = subprocess.run(self.command("clip_manage", *parameters), env=self.environment,
                              capture_output=True, text=True, cwd=self.scratch,
                              timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr

    def launch(self, *arguments, status=0):
        done = subprocess.run([str(PROGRAM), "launch", *arguments], env=self.environment,
                              capture_output=True, text=True, cwd=self.scratch,
                              timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr


class ThreeProcesses(Nodes):
    def test_a_folder_is_stored_and_searched_by_words_and_by_example(self):
        self.start_encoders()
        log = self.manage("mode:=0", f"storage_folder:={ALBUM}")
        self.assertIn("Storage finish, current num of database: 111.", log)
        log = self.manage("mode:=1", "text:=a diagram", "topk:=5")
        results = re.findall(r"Query Result (\S+), similarity: (-?[0-9.]+)", log)
        self.assertEqual(len(results), 5)
        self.assertTrue(os.path.basename(results[0][0]).startswith("diagram_"), results)
        scores = [float(score) for _, score in results]
        self.assertEqual(scores, sorted(scores, reverse=True))
        links = sorted((self.scratch / "result").glob("0*"))
        self.assertEqual([os.readlink(link) for link in links], [path for path, _ in results])
        log = self.manage("mode:=1", f"image:={ALBUM / 'photo_koala.jpg'}", "topk:=1")
        self.assertIn("photo_koala.jpg, similarity: 1.0000", log)

    def test_the_vectors_are_those_of_clipdex_index(self):
        self.copy("photo_koala.jpg", "photo_kangaroo.jpg", "drawing_car.jpg")
        self.start_encoders()
        self.manage("mode:=0", "storage_folder:=photos", "db_file:=nodes.db")
        subprocess.run([str(PROGRAM), "index", "photos", "--library", "index.db"], check=True,
                       env=self.environment, cwd=self.scratch, capture_output=True)
        rows = []
        for name in ("nodes.db", "index.db"):
            with sqlite3.connect(self.scratch / name) as library:
                rows.append(library.execute("SELECT url, feature FROM ClipItems ORDER BY url")
                            .fetchall())
        self.assertEqual(len(rows[0]), 3)
        self.assertEqual(rows[0], rows[1])

    def test_only_what_is_new_is_encoded_and_a_broken_file_fails_alone(self):
        self.copy("photo_koala.jpg", "photo_kangaroo.jpg")
        image, _ = self.start_encoders()
        self.manage("mode:=0", "storage_folder:=photos")
        (self.photos / "broken.jpg").write_bytes((ALBUM / "photo_koala.jpg").read_bytes()[:3000])
        self.copy("drawing_car.jpg")
        log = self.manage("mode:=0", "storage_folder:=photos", status=1)
        self.assertIn("new 1, changed 0, moved 0, copied 0, unchanged 2, removed 0, failed 1", log)
        self.assertIn("Storage finish, current num of database: 3.", log)
        self.assertIsNone(image.process.poll())

    def test_the_page_shows_every_hit_under_a_static_web_server(self):
        self.copy("photo_koala.jpg", "drawing_car.jpg")
        shutil.copy2(ALBUM / "photo_kangaroo.jpg", self.photos / "a & b's #1 100%.jpg")
        self.start_encoders()
        self.manage("mode:=0", "storage_folder:=photos")
        self.manage("mode:=1", "text:=<animal> & friends")
        folder = self.scratch / "result"

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(folder))

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        root = f"http://127.0.0.1:{server.server_port}/"
        with urllib.request.urlopen(root) as answer:
            page = answer.read().decode()
        self.assertIn("&lt;animal&gt; &amp; friends", page)
        pictures = re.findall(r'<img src="([^"]+)"', page)
        self.assertEqual(len(pictures), 3)
        for picture in pictures:
            with urllib.request.urlopen(urllib.parse.urljoin(root, picture)) as answer:
                self.assertTrue(answer.read().startswith(b"\xff\xd8"), picture)

    def test_no_encoder_is_a_sentence_and_a_status(self):
        self.copy("photo_koala.jpg")
        log = self.manage("mode:=0", "storage_folder:=photos", "timeout_s:=0.5", status=3)
        self.assertIn("no encoder answers at /clip_image_action after 0.5 s; start "
                      "clip_encode_image", log)
        self.assertFalse((self.scratch / "clip.db").exists())
        self.assertIn("mode", self.manage("mode:=7", status=2))


class Failures(Nodes):
    """Servers that die. The big folder gives them time to."""

    def test_two_encoders_share_the_work_and_one_may_die(self):
        self.many_photos(3000)
        encoders = [RunningNode(self, "clip_encode_image", "feed_type:=1",
                                remaps=[f"__ns:=/board{number}",
                                        f"/clip_image_action:=/board{number}/clip_image_action"])
                    for number in (1, 2)]
        for encoder in encoders:
            encoder.wait_for("ready to encode images")
        manager = RunningNode(
            self, "clip_manage", "mode:=0", "storage_folder:=photos",
            "image_servers:=[/board1/clip_image_action, /board2/clip_image_action]")
        self.wait_for_rows(manager)
        encoders[0].process.send_signal(signal.SIGKILL)
        self.assertEqual(manager.process.wait(PATIENCE_S), 0, manager.text())
        self.assertIn("Storage finish, current num of database: 3000.", manager.text())

    def test_an_encoder_that_dies_and_comes_back_is_used_again(self):
        self.many_photos(3000)
        encoder = RunningNode(self, "clip_encode_image", "feed_type:=1")
        encoder.wait_for("ready to encode images")
        manager = RunningNode(self, "clip_manage", "mode:=0", "storage_folder:=photos",
                              "timeout_s:=120")
        self.wait_for_rows(manager)
        encoder.process.send_signal(signal.SIGKILL)
        encoder.process.wait()
        RunningNode(self, "clip_encode_image", "feed_type:=1")
        self.assertEqual(manager.process.wait(PATIENCE_S), 0, manager.text())
        self.assertIn("Storage finish, current num of database: 3000.", manager.text())

    def test_ctrl_c_stores_what_is_done_and_the_next_run_goes_on(self):
        self.many_photos(3000)
        encoder = RunningNode(self, "clip_encode_image", "feed_type:=1")
        encoder.wait_for("ready to encode images")
        manager = RunningNode(self, "clip_manage", "mode:=0", "storage_folder:=photos")
        self.wait_for_rows(manager)
        manager.process.send_signal(signal.SIGINT)
        self.assertEqual(manager.process.wait(PATIENCE_S), 1, manager.text())
        self.assertIn("the same command goes on from here", manager.text())
        self.assertIn("current num of database: 3000.",
                      self.manage("mode:=0", "storage_folder:=photos"))


class Launch(Nodes):
    def test_both_modes_run_from_the_old_arguments_and_end_by_themselves(self):
        log = self.launch("clip_mode:=0", f"clip_storage_folder:={ALBUM}", "clip_db_file:=my.db")
        self.assertRegex(log, r"\[clip_encode_image-1\] .*ready to encode images")
        self.assertRegex(log, r"\[clip_encode_text_node-2\] .*ready to encode texts")
        self.assertRegex(log, r"\[clip_manage-3\] .*Storage finish, current num of database: 111\.")
        log = self.launch("clip_mode:=1", "clip_db_file:=my.db", "clip_text:=a diagram",
                          "clip_topk:=3", "clip_result_folder:=found")
        self.assertEqual(len(re.findall(r"\[clip_manage-3\] .*Query Result ", log)), 3)
        self.assertTrue((self.scratch / "found" / "index.html").is_file())

    def test_an_encoder_that_cannot_start_ends_the_launch_with_its_sentence(self):
        self.copy("photo_koala.jpg")
        log = self.launch("clip_mode:=0", "clip_storage_folder:=photos",
                          "clip_image_model_file_name:=/no/such/model", status=3)
        self.assertIn("/no/such/model", log)
        self.assertIn("clip_encode_image-1 ended with status 3 before the work was done", log)

    def test_the_managers_status_is_the_launchs(self):
        log = self.launch("clip_mode:=1", "clip_db_file:=none.db", status=3)
        self.assertIn("none.db", log)
        self.assertIn("'clip_mod:=1' is no launch argument", self.launch("clip_mod:=1", status=2))

    def test_ctrl_c_ends_all_three(self):
        process = subprocess.Popen([str(PROGRAM), "launch", "clip_mode:=0",
                                    f"clip_storage_folder:={ALBUM}"], env=self.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   cwd=self.scratch)
        self.running.append(process)
        self.assertIn("[clip_", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 1))
        self.assertEqual(self.processes_here(), [])

    def processes_here(self):
        """Programs that run in the scratch folder, as every node of the launch does."""
        found = []
        for place in pathlib.Path("/proc").glob("[0-9]*/cwd"):
            try:
                if os.readlink(place) == str(self.scratch):
                    found.append(place.parent.name)
            except OSError:
                continue
        return found


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)

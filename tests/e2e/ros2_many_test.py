"""More images than any queue, history or goal of the nodes holds at a time."""
import pathlib
import re
import sqlite3
import sys
import unittest

from ros2_test import ALBUM, Nodes, RunningNode


class ManyImages(Nodes):
    def many_small_pictures(self, count):
        # A few bytes behind the end make each file one of its own and change no pixel.
        picture = (ALBUM / "drawing_airplane.jpg").read_bytes()
        for number in range(count):
            (self.photos / f"{number:05}.jpg").write_bytes(picture + b"%d" % number)

    def start_two_image_encoders(self):
        encoders = []
        for board in ("board1", "board2"):
            remaps = (f"__ns:=/{board}", f"/clip_image_action:=/{board}/clip_image_action")
            encoders.append(RunningNode(self, "clip_encode_image", "feed_type:=1", remaps=remaps))
        for encoder in encoders:
            encoder.wait_for("ready to encode images")
        return encoders

    def assert_stored_once_each(self, count):
        with sqlite3.connect(self.scratch / "clip.db") as library:
            rows = library.execute("SELECT url, length(feature) FROM ClipItems").fetchall()
        self.assertEqual(sorted(pathlib.Path(url).name for url, _ in rows),
                         [f"{number:05}.jpg" for number in range(count)])
        self.assertEqual({size for _, size in rows}, {4 * 256})

    def test_two_encoders_store_each_of_ten_thousand_images_once(self):
        self.many_small_pictures(10_000)
        encoders = self.start_two_image_encoders()
        log = self.manage(
            "mode:=0", "storage_folder:=photos",
            "image_servers:=[/board1/clip_image_action, /board2/clip_image_action]")
        self.assertRegex(log, r"new 10000, .* failed 0; 10000 encoded in ")
        self.assertIn("Storage finish, current num of database: 10000.", log)
        self.assert_stored_once_each(10_000)
        for encoder in encoders:
            self.assertIsNone(encoder.process.poll())
            self.assertIsNone(re.search(r"\[(WARN|ERROR|FATAL)\]", encoder.text()), encoder.text())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)

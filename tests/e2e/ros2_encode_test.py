"""Runs the two encoder nodes alone, as a user does: without a server, with wrong use, to the
end."""
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import unittest

from ros2_test import ALBUM, PATIENCE_S, PROGRAM, SOURCE, Nodes, RunningNode

EXECUTABLES = ("clip_encode_image", "clip_encode_text_node")
DEMO = SOURCE / "models" / "demo"


class Encoders(Nodes):
    def encode(self, executable, *parameters, status=0):
        """Runs a node that ends by itself; gives what it printed and what it logged."""
        done = subprocess.run(self.command(executable, *parameters), env=self.environment,
                              capture_output=True, text=True, cwd=self.scratch,
                              timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def assert_one_error(self, log, words):
        errors = [line for line in log.splitlines() if line.startswith("[ERROR]")]
        self.assertEqual(len(errors), 1, log)
        self.assertIn(words, errors[0])

    def clipdex(self, *arguments):
        done = subprocess.run([str(PROGRAM), *arguments], env=self.environment,
                              capture_output=True, text=True, cwd=self.scratch,
                              timeout=PATIENCE_S, check=True)
        return json.loads(done.stdout)

    def floats(self, name):
        data = (self.scratch / name).read_bytes()
        return struct.unpack(f"<{len(data) // 4}f", data)

    def assert_near(self, one, other):
        self.assertEqual(len(one), len(other))
        for a, b in zip(one, other):
            self.assertAlmostEqual(a, b, places=5)


class LocalMode(Encoders):
    def test_three_texts_are_encoded_when_none_is_given(self):
        shown, log = self.encode("clip_encode_text_node")
        names = [line.split(":")[0] for line in shown.splitlines()]
        self.assertEqual(names, ["a diagram", "a dog", "a cat"])
        self.assertRegex(shown, r"^a diagram: 256 floats \[-?0\.\d{4}, .*\.\.\.\]\n")
        self.assertEqual(log.count("using the small demo model"), 1)
        self.assertEqual(os.listdir(self.scratch), ["photos"])

    def test_a_dumped_text_is_what_clipdex_encodes(self):
        self.encode("clip_encode_text_node", "text:=a red car", "dump_result:=1")
        encoded = self.clipdex("encode", "text", "--json", "a red car")
        self.assert_near(self.floats("clip_text_a_red_car.bin"), encoded["vectors"][0]["vector"])

    def test_a_dumped_image_is_what_clipdex_encodes(self):
        self.copy("photo_koala.jpg")
        shown, _ = self.encode("clip_encode_image", "image:=photos/photo_koala.jpg",
                               "dump_result:=true", "feed_type:=0")
        self.assertTrue(shown.startswith("photos/photo_koala.jpg: 256 floats ["), shown)
        encoded = self.clipdex("encode", "image", "--json", "photos/photo_koala.jpg")
        self.assert_near(self.floats("clip_image_photo_koala.bin"),
                         encoded["vectors"][0]["vector"])

    def test_the_old_default_image_is_looked_for(self):
        shown, log = self.encode("clip_encode_image", status=1)
        self.assertEqual(shown, "")
        self.assert_one_error(log, "config/CLIP.png")
        (self.scratch / "config").mkdir()
        shutil.copy2(ALBUM / "photo_koala.jpg", self.scratch / "config" / "CLIP.png")
        shown, _ = self.encode("clip_encode_image")
        self.assertTrue(shown.startswith("config/CLIP.png: "), shown)

    def test_a_file_that_is_no_image_fails_with_its_reason(self):
        (self.scratch / "notes.txt").write_text("no image")
        shown, log = self.encode("clip_encode_image", "image:=notes.txt", status=1)
        self.assertEqual(shown, "")
        self.assert_one_error(log, "notes.txt: ")

    def test_an_onnx_file_inside_a_package_means_the_package(self):
        graphs = sorted(str(path) for path in DEMO.rglob("*.onnx"))
        self.assertEqual(len(graphs), 2)
        whole, _ = self.encode("clip_encode_text_node", f"model_file_name:={DEMO}")
        for graph in graphs:
            shown, _ = self.encode("clip_encode_text_node", f"model_file_name:={graph}")
            self.assertEqual(shown, whole)


class WrongUse(Encoders):
    def test_a_model_of_the_bpu_is_one_sentence_with_the_way_out(self):
        for executable in EXECUTABLES:
            _, log = self.encode(executable, "model_file_name:=config/full_model_11.bin", status=3)
            self.assert_one_error(log, "config/full_model_11.bin is a model for the BPU")
            self.assertIn("ros2 run clip_encode_image clip_encode_image", log)

    def test_a_model_that_is_not_there_is_one_sentence(self):
        _, log = self.encode("clip_encode_image", "feed_type:=1", "model_file_name:=gone.onnx",
                             status=3)
        self.assert_one_error(log, "there is no model file gone.onnx")

    def test_a_model_that_is_damaged_is_one_sentence(self):
        shutil.copytree(DEMO, self.scratch / "model")
        for graph in (self.scratch / "model").rglob("*.onnx"):
            graph.write_bytes(b"no graph")
        for executable in EXECUTABLES:
            _, log = self.encode(executable, "feed_type:=1", "model_file_name:=model", status=3)
            self.assert_one_error(log, "model")

    def test_a_value_of_the_wrong_type_or_size_is_wrong_use(self):
        for wrong in ("feed_type:=2", "feed_type:=yes", "dump_result:=often", "threads:=-1",
                      "model_file_name:=1"):
            _, log = self.encode("clip_encode_text_node", wrong, status=2)
            self.assert_one_error(log, f"the parameter '{wrong.split(':')[0]}' is ")
        _, log = self.encode("clip_encode_image", "frame_rate_max:=-1.0", status=2)
        self.assert_one_error(log, "it must be 0, or from 0.001 to 1000")

    def test_a_mistyped_parameter_is_warned_about(self):
        _, log = self.encode("clip_encode_text_node", "dump_results:=1")
        self.assertIn("[WARN]", log)
        self.assertIn("this node has no parameter 'dump_results'", log)

    def test_the_old_switches_are_taken_in_silence(self):
        self.copy("photo_koala.jpg")
        _, log = self.encode("clip_encode_image", "image:=photos/photo_koala.jpg",
                             "is_shared_mem_sub:=1", "is_sync_mode:=0")
        self.assertNotIn("[WARN]", log)


class ServiceMode(Encoders):
    def end_with(self, executable, signal_number):
        node = RunningNode(self, executable, "feed_type:=1")
        node.wait_for("ready to encode")
        node.process.send_signal(signal_number)
        self.assertEqual(node.process.wait(PATIENCE_S), 0, node.text())
        self.assertNotIn("[ERROR]", node.text())

    def test_ctrl_c_and_term_end_a_server_with_status_0(self):
        for executable in EXECUTABLES:
            for number in (signal.SIGINT, signal.SIGTERM):
                self.end_with(executable, number)

    def test_without_frames_it_serves_goals_alone(self):
        node = RunningNode(self, "clip_encode_image", "feed_type:=1", "frame_rate_max:=0")
        node.wait_for("ready to encode images")
        node.process.send_signal(signal.SIGINT)
        self.assertEqual(node.process.wait(PATIENCE_S), 0, node.text())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)

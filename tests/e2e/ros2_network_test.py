"""The nodes on several hosts, and what becomes of the work when a link between them is cut."""
import re
import sys
import time
import unittest

from ros2_hosts import Network
from ros2_test import ALBUM, PATIENCE_S, Nodes

# Fast DDS's default: a participant that was not heard of for so long is taken to be gone.
LEASE_S = 20


class Hosts(Nodes):
    """Gives every test a network with a host for the manager and some for encoders."""

    def setUp(self):
        super().setUp()
        # The namespaces keep other processes out, so the nodes may use the defaults of ROS 2.
        for name in ("ROS_LOCALHOST_ONLY", "ROS_DOMAIN_ID"):
            self.environment.pop(name)

    def join(self, *names):
        self.network = Network(self, *names)
        return self.network.hosts

    def assert_whole(self, manager, count):
        self.assertEqual(manager.process.wait(PATIENCE_S), 0, manager.text())
        self.assertIn(f"Storage finish, current num of database: {count}.", manager.text())
        self.assertEqual(self.count(), count)


class TwoHosts(Hosts):
    def test_a_folder_is_stored_and_searched_through_encoders_on_another_host(self):
        desk, board = self.join("desk", "board")
        self.many_photos(200)
        board.start_image_encoder()
        board.start("clip_encode_text_node", "feed_type:=1").wait_for("ready to encode texts")
        log = desk.manage("mode:=0", "storage_folder:=photos")
        self.assertIn("Storage finish, current num of database: 200.", log)
        self.assertEqual(self.count(), 200)
        log = desk.manage("mode:=1", "text:=a koala", "topk:=5")
        self.assertEqual(len(re.findall(r"Query Result \S+, similarity: ", log)), 5, log)
        log = desk.manage("mode:=1", f"image:={ALBUM / 'photo_koala.jpg'}", "topk:=1")
        self.assertIn("similarity: 1.0000", log)

    def test_an_encoder_that_speaks_to_its_own_host_alone_is_not_seen(self):
        desk, board = self.join("desk", "board")
        self.many_photos(3)
        board.environment["ROS_LOCALHOST_ONLY"] = "1"
        board.start_image_encoder()
        log = desk.manage("mode:=0", "storage_folder:=photos", "timeout_s:=3", status=3)
        self.assertIn("no encoder answers at /clip_image_action after 3 s", log)
        self.assertIn("database: 3.", board.manage("mode:=0", "storage_folder:=photos"))

    def test_a_manager_that_speaks_to_its_own_host_alone_sees_no_other(self):
        desk, board = self.join("desk", "board")
        self.many_photos(3)
        board.start_image_encoder()
        desk.environment["ROS_LOCALHOST_ONLY"] = "1"
        log = desk.manage("mode:=0", "storage_folder:=photos", "timeout_s:=3", status=3)
        self.assertIn("no encoder answers at /clip_image_action after 3 s", log)

    def test_an_encoder_whose_host_does_not_have_the_folder_says_so(self):
        self.fill_without_the_folder()

    def test_files_that_the_encoders_host_did_not_have_are_stored_once_it_has_them(self):
        desk, board = self.fill_without_the_folder()
        board.run("umount", str(self.photos))
        log = desk.manage("mode:=0", "storage_folder:=photos")
        self.assertIn("Storage finish, current num of database: 3.", log)

    def fill_without_the_folder(self):
        desk, board = self.join("desk", "board")
        self.many_photos(3)
        board.run("mount", "-t", "tmpfs", "tmpfs", str(self.photos))
        board.start_image_encoder()
        log = desk.manage("mode:=0", "storage_folder:=photos", status=1)
        self.assertIn("No such file or directory", log)
        self.assertIn("Storage finish, current num of database: 0.", log)
        return desk, board

    def test_a_link_that_loses_every_tenth_packet_costs_no_image(self):
        desk, board = self.join("desk", "board")
        self.many_photos(500)
        self.network.lose_packets(desk, board, 0.1)
        board.start_image_encoder()
        board.start("clip_encode_text_node", "feed_type:=1").wait_for("ready to encode texts")
        log = desk.manage("mode:=0", "storage_folder:=photos")
        self.assertIn("Storage finish, current num of database: 500.", log)
        log = desk.manage("mode:=1", "text:=a koala", "topk:=5")
        self.assertEqual(len(re.findall(r"Query Result \S+, similarity: ", log)), 5, log)


class Links(Hosts):
    """Links that are cut while the work goes on."""
    PHOTOS = 3000

    def begin(self, desk, *parameters):
        manager = desk.start("clip_manage", "mode:=0", "storage_folder:=photos", *parameters)
        self.wait_for_rows(manager)
        return manager

    def cut(self, manager, host):
        """Cuts a link. What was on its way is stored; then nothing more comes. Gives the count."""
        self.network.cut(host)
        time.sleep(2)
        stored = self.count()
        time.sleep(1)
        self.assertEqual(self.count(), stored)
        self.skip_if_all_is_done(stored)
        self.assertIsNone(manager.process.poll(), manager.text())
        return stored

    def skip_if_all_is_done(self, stored):
        if stored == self.PHOTOS:
            self.skipTest("this machine encoded everything before the link was cut")

    def interrupt(self, cut_s):
        desk, board = self.join("desk", "board")
        self.many_photos(self.PHOTOS)
        board.start_image_encoder()
        manager = self.begin(desk, "timeout_s:=60")
        stored = self.cut(manager, board)
        time.sleep(cut_s)
        self.assertIsNone(manager.process.poll(), manager.text())
        self.assertEqual(self.count(), stored)
        self.network.mend(board)
        self.assert_whole(manager, self.PHOTOS)


class ShortCuts(Links):
    def test_a_link_that_is_cut_for_some_seconds_costs_no_image(self):
        self.interrupt(2)

    def test_a_link_that_stays_cut_ends_the_run_and_the_next_one_goes_on(self):
        desk, board = self.join("desk", "board")
        self.many_photos(self.PHOTOS)
        encoder = board.start_image_encoder()
        manager = self.begin(desk, "timeout_s:=6")
        stored = self.cut(manager, board)
        self.assertEqual(manager.process.wait(PATIENCE_S), 3, manager.text())
        self.assertIn("has said nothing for 6 s", manager.text())
        self.assertEqual(self.count(), stored)
        self.assertIsNone(encoder.process.poll())
        self.network.mend(board)
        log = desk.manage("mode:=0", "storage_folder:=photos")
        self.assertIn(f"unchanged {stored}, ", log)
        self.assertIn(f"Storage finish, current num of database: {self.PHOTOS}.", log)

    def test_the_other_encoder_does_the_work_of_one_that_is_cut_off(self):
        desk, one, other = self.join("desk", "board1", "board2")
        self.many_photos(self.PHOTOS)
        for host in (one, other):
            action = f"/{host.name}/clip_image_action"
            host.start_image_encoder(f"__ns:=/{host.name}", f"/clip_image_action:={action}")
        manager = self.begin(
            desk, "timeout_s:=10",
            "image_servers:=[/board1/clip_image_action, /board2/clip_image_action]")
        self.network.cut(one)
        self.skip_if_all_is_done(self.count())
        self.assert_whole(manager, self.PHOTOS)

    def test_a_manager_that_is_cut_off_does_not_hold_another_one_up(self):
        one, other, board = self.join("desk1", "desk2", "board")
        self.many_photos(self.PHOTOS)
        board.start_image_encoder()
        manager = self.begin(one, "timeout_s:=60")
        stored = self.cut(manager, one)
        log = other.manage("mode:=0", "storage_folder:=photos", "db_file:=other.db")
        self.assertIn(f"Storage finish, current num of database: {self.PHOTOS}.", log)
        self.assertEqual(self.count(), stored)
        self.network.mend(one)
        self.assert_whole(manager, self.PHOTOS)


class LongCuts(Links):
    def test_a_link_that_is_cut_until_both_sides_gave_the_other_up_costs_no_image(self):
        self.interrupt(LEASE_S + 5)

    def test_an_encoder_that_was_given_up_is_called_gone(self):
        desk, board = self.join("desk", "board")
        self.many_photos(self.PHOTOS)
        board.start_image_encoder()
        manager = self.begin(desk, f"timeout_s:={LEASE_S + 5}")
        stored = self.cut(manager, board)
        self.assertEqual(manager.process.wait(PATIENCE_S), 3, manager.text())
        self.assertIn(f"went away and did not come back within {LEASE_S + 5} s", manager.text())
        self.assertEqual(self.count(), stored)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)

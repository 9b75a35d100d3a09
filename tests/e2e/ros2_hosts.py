"""Several hosts on one machine: network namespaces that a switch joins, for tests of ROS 2 nodes.

Fast DDS derives a host's identity from its IPv4 addresses, and uses shared memory between processes
of one host. These hosts have addresses of their own, so it speaks UDP between them, as between
machines, and a /dev/shm of their own, so that shared memory could not carry anything either.
"""
import pathlib
import shutil
import subprocess
import sys
import unittest

from ros2_test import PATIENCE_S, Nodes, RunningNode

LOSSY_LINK = pathlib.Path(__file__).with_name("ros2_lossy_link.py")

# What makes a namespace. It lives as long as the shell's successor, `cat`, which ends with the
# test's process, however that ends: nothing has a name that could be left behind.
HOST = """set -e
mount -t tmpfs -o size=64m tmpfs /dev/shm
hostname {name}
ip link set lo up
echo ready
exec cat"""
# The link that goes again shows whether the rest of a network can be made.
SWITCH = """set -e
ip link add br0 type bridge mcast_snooping 0
ip link set br0 up
ip link add probe type veth
ip link delete probe
echo ready
exec cat"""


class Helper:
    """A process that the test needs until it ends, and that says when it is ready."""

    def __init__(self, case, words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        case.addCleanup(self.end)
        self.is_ready = self.process.stdout.readline() == "ready\n"

    def end(self):
        self.process.kill()
        return self.process.communicate()[1].strip()


class Keeper(Helper):
    """Keeps namespaces alive, and has the words that run a command in them."""

    def __init__(self, case, kinds, script):
        if shutil.which("unshare") is None:
            raise unittest.SkipTest("there is no unshare; install util-linux")
        super().__init__(case, ["unshare", *kinds, "sh", "-c", script])
        self.enter = ["nsenter", "--target", str(self.process.pid), *kinds]
        if not self.is_ready:
            raise unittest.SkipTest("network namespaces cannot be made here, which needs root, "
                                    "iproute2, and a kernel with veth and bridge: " + self.end())

    def run(self, *words):
        done = subprocess.run([*self.enter, *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"`{' '.join(words)}` failed: {done.stderr.strip()}")


class Host(Keeper):
    """A host on which nodes run. To `RunningNode` it is what a test case is to it."""

    def __init__(self, case, name):
        super().__init__(case, ["--net", "--mount", "--uts"], HOST.format(name=name))
        self.name = name
        self.case = case
        self.scratch = case.scratch
        self.running = case.running
        self.environment = dict(case.environment)

    def command(self, executable, *parameters, remaps=()):
        # Mount namespaces have working directories of their own; --wd carries this one over.
        return [*self.enter, "--wd=.", *Nodes.command(executable, *parameters, remaps=remaps)]

    def start(self, executable, *parameters, remaps=()):
        return RunningNode(self, executable, *parameters, remaps=remaps)

    def start_image_encoder(self, *remaps):
        encoder = self.start("clip_encode_image", "feed_type:=1", remaps=remaps)
        encoder.wait_for("ready to encode images")
        return encoder

    def manage(self, *parameters, status=0):
        done = subprocess.run(self.command("clip_manage", *parameters), env=self.environment,
                              capture_output=True, text=True, cwd=self.scratch,
                              timeout=PATIENCE_S, check=False)
        self.case.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr


class Network:
    """A switch with a host at each of its ports. The port has its host's name."""

    def __init__(self, case, *names):
        self.case = case
        self.switch = Keeper(case, ["--net"], SWITCH)
        self.hosts = [self.add(name, place) for place, name in enumerate(names, 1)]

    def add(self, name, place):
        host = Host(self.case, name)
        self.switch.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0",
                        "netns", str(host.process.pid))
        self.switch.run("ip", "link", "set", name, "master", "br0", "up")
        host.run("ip", "address", "add", f"10.77.0.{place}/24", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        # DDS discovery speaks to 239.255.0.1.
        host.run("ip", "route", "add", "224.0.0.0/4", "dev", "eth0")
        return host

    def cut(self, host):
        """Pulls the host's cable out of the switch."""
        self.switch.run("ip", "link", "set", host.name, "down")

    def mend(self, host):
        self.switch.run("ip", "link", "set", host.name, "up")

    def lose_packets(self, one, other, share):
        """Joins two hosts by a cable that drops a share of the packets, and not by the switch."""
        for host in (one, other):
            self.switch.run("ip", "link", "set", host.name, "nomaster", "promisc", "on")
        link = Helper(self.case, [*self.switch.enter, sys.executable, "-B", str(LOSSY_LINK),
                                  one.name, other.name, str(share)])
        if not link.is_ready:
            raise AssertionError(link.end())

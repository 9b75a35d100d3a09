"""A ROS domain for the tests of one process, which no other test on this machine is in.

The unit tests take theirs from the same files: tests/dds/graph.cpp.
"""
import fcntl
import functools
import os
import pathlib
import tempfile

# Their UDP ports end below those that Linux gives to whoever asks for any.
DOMAINS = 100


@functools.lru_cache(maxsize=None)
def own_domain():
    for i in range(DOMAINS):
        domain = 1 + (os.getpid() + i) % DOMAINS
        file = pathlib.Path(tempfile.gettempdir(), f"clipdex_test_domain_{domain}")
        # Never closed: the domain is taken until this process has ended.
        lock = os.open(file, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return domain
        except BlockingIOError:
            os.close(lock)
    raise RuntimeError("all domains for tests are taken")

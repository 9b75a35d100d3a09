"""A cable that loses packets at random, for tests. usage: ros2_lossy_link.py ONE OTHER SHARE

Carries frames between two network interfaces, and drops a share of them, from 0 to 1. Python alone
does it, since not every kernel has netem. Prints "ready" and runs until it is killed.
"""
import contextlib
import random
import select
import socket
import sys

# Of linux/if_packet.h. With its header, a frame keeps the note that its checksum is still to be
# computed, as virtual interfaces leave it; without, the receiver would drop every one.
SOL_PACKET = 263
PACKET_VNET_HDR = 15
ETH_P_ALL = 3
FRAME_MAX = 1 << 17


def plug(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    end.bind((interface, ETH_P_ALL))
    return end


def carry(one, other, share):
    chance = random.Random(1)
    print("ready", flush=True)
    while True:
        for end in select.select([one, other], [], [])[0]:
            frame, address = end.recvfrom(FRAME_MAX)
            if address[2] == socket.PACKET_OUTGOING or chance.random() < share:
                continue
            with contextlib.suppress(OSError):  # Such as a full queue: one more that is lost.
                (other if end is one else one).send(frame)


if __name__ == "__main__":
    carry(plug(sys.argv[1]), plug(sys.argv[2]), float(sys.argv[3]))

"""Takes the datagrams that a service sends to its supervisor.

datagrams.py SOCKET RECORD

Prints `ready`; each datagram becomes a line of the file RECORD, its own line ends shown as spaces.
"""

import socket
import sys
import threading

PATH, RECORD = sys.argv[1:3]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(PATH)


def take():
    with open(RECORD, "a", buffering=1, encoding="utf-8") as record:
        while True:
            record.write(receiver.recv(4096).decode().replace("\n", " ") + "\n")


threading.Thread(target=take, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()

"""A WebSocket client, the PyPI package websockets, that does what its standard input says.

realtime.py URL TOKEN RECORD [--slow] [--subprotocol NAME]

Without a TOKEN none is sent in a header field. Prints `open SUBPROTOCOL`, or `refused STATUS`, or `failed REASON`. Each line of standard input is
sent as a text message, except `pause` (stop reading), `resume`, and `close`. Each message that
comes is a line of the file RECORD; the last line there is `closed CODE REASON`. With --slow little
fits between the two kernels, so that a pause is soon felt by the server. The subprotocol is the WIA
dialect's where none is named; an empty NAME asks for none, and several are parted by commas.
"""

import asyncio
import socket
import sys
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

URL, TOKEN, RECORD = sys.argv[1:4]
IS_SLOW = "--slow" in sys.argv
SUBPROTOCOL = (sys.argv[sys.argv.index("--subprotocol") + 1]
               if "--subprotocol" in sys.argv else "wia-ind-009-v1")


def slow_socket():
    url = urlsplit(URL)
    connection = socket.socket()
    # The server's kernel takes as little as a few segments before it waits for us.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    connection.connect((url.hostname, url.port))
    connection.setblocking(False)
    return connection


async def standard_input():
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def obey(client, may_read):
    commands = await standard_input()
    while line := (await commands.readline()).decode().rstrip("\n"):
        if line == "pause":
            may_read.clear()
        elif line == "resume":
            may_read.set()
        elif line == "close":
            await client.close()
        else:
            await client.send(line)


async def read(client, may_read, record):
    while True:
        await may_read.wait()
        message = await client.recv()
        record.write(message + "\n")


async def main():
    may_read = asyncio.Event()
    may_read.set()
    options = {"max_queue": 1, "ping_interval": None, "sock": slow_socket()} if IS_SLOW else {}
    record = open(RECORD, "a", buffering=1, encoding="utf-8")
    try:
        client = await connect(
            URL, subprotocols=SUBPROTOCOL.split(",") if SUBPROTOCOL else None,
            additional_headers={"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}, **options)
    except InvalidStatus as refusal:
        print(f"refused {refusal.response.status_code}", flush=True)
        return
    except OSError as reason:
        print(f"failed {reason}", flush=True)
        return
    print(f"open {client.subprotocol}", flush=True)
    obeying = asyncio.create_task(obey(client, may_read))
    reading = asyncio.create_task(read(client, may_read, record))
    done, _ = await asyncio.wait({obeying, reading}, return_when=asyncio.FIRST_COMPLETED)
    if obeying in done:
        await client.close()
        may_read.set()
    try:
        await reading
    except ConnectionClosed as end:
        received = end.rcvd
        record.write(f"closed {received.code if received else 1006} "
                     f"{received.reason if received else ''}\n")


asyncio.run(main())

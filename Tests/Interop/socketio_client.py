"""A Socket.IO client, the PyPI package python-socketio, that does what its standard input says.

socketio_client.py URL TOKEN RECORD TRANSPORTS [--query]

TOKEN goes with the CONNECT packet, with --query in the URL instead. Prints `open`, or `refused`
with the refusal as JSON. Lines of standard input: `join ROOM`, `leave ROOM`, `emit NAME JSON`,
`away` (every line is cut and none can be opened), `return`. Each event is a line `[NAME,…]` of the
file RECORD, each acknowledgement a line `["ack",…]`. `answer NAME JSON` is what events of that name
are called back with from then on, instead of nothing; after `mute` none is called back. When it comes back it shows what JavaScript's
client shows, its session and the last offset, and the rooms it has joined besides.
"""

import json
import socket
import sys
import threading

import socketio

URL, TOKEN, RECORD, TRANSPORTS = sys.argv[1:5]
BY_QUERY = "--query" in sys.argv

lines = []
is_away = threading.Event()
connect_socket = socket.socket.connect


def connect(self, address):
    if is_away.is_set():
        raise ConnectionRefusedError("away")
    lines.append(self)
    return connect_socket(self, address)


socket.socket.connect = connect
record = open(RECORD, "a", buffering=1, encoding="utf-8")
recovery = {}
answers = {}
is_mute = threading.Event()
rooms = []


class Client(socketio.Client):
    def _handle_connect(self, namespace, data):
        if data and "pid" in data:
            recovery["pid"] = data["pid"]
        super()._handle_connect(namespace, data)

    def _send_packet(self, packet):
        if packet.packet_type == socketio.packet.ACK and is_mute.is_set():
            return
        super()._send_packet(packet)


def note(name, *arguments):
    if arguments and isinstance(arguments[-1], str):
        recovery["offset"] = arguments[-1]
    record.write(json.dumps([name, *arguments]) + "\n")
    return answers.get(name)


def auth():
    token = {} if BY_QUERY else {"token": TOKEN}
    return {**token, **recovery, "rooms": rooms}


def cut():
    is_away.set()
    for line in lines:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    lines.clear()


def obey(client, words):
    match words:
        case ["join", room]:
            answer = client.call("join", room, timeout=10)
            if answer["status"] == "ok":
                rooms.append(room)
            record.write(json.dumps(["ack", answer]) + "\n")
        case ["leave", room]:
            record.write(json.dumps(["ack", client.call("leave", room, timeout=10)]) + "\n")
        case ["emit", name, value]:
            answer = client.call(name, json.loads(value), timeout=10)
            record.write(json.dumps(["ack", answer]) + "\n")
        case ["answer", name, value]:
            answers[name] = json.loads(value)
        case ["mute"]:
            is_mute.set()
        case ["away"]:
            cut()
        case ["return"]:
            is_away.clear()


def main():
    client = Client(
        reconnection_delay=0.1, reconnection_delay_max=0.3, randomization_factor=0)
    refusals = []
    client.on("*", note)
    client.on("connect_error", refusals.append)
    url = f"{URL}/?token={TOKEN}" if BY_QUERY else URL
    try:
        client.connect(url, auth=auth, transports=TRANSPORTS.split(","), wait_timeout=10)
    except socketio.exceptions.ConnectionError:
        print(f"refused {json.dumps(refusals)}", flush=True)
        return
    print("open", flush=True)
    for line in sys.stdin:
        obey(client, line.rstrip("\n").split(" ", 2))
    client.disconnect()


main()

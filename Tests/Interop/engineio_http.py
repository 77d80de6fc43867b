"""Engine.IO's requests and their refusals, one TCP connection each: engineio_http.py PORT

Speaks HTTP by the standard library alone, so that what a client library would never send is sent.
"""

import base64
import http.client
import json
import os
import socket
import struct
import sys
import time

from checks import check, equal, run

PORT = int(sys.argv[1])
PATH = "/engine.io/"


def request(method, query, body=None, headers={}, path=PATH):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    connection.request(method, f"{path}?{query}" if query else path, body=body, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def opened():
    answer, text = request("GET", "EIO=4&transport=polling")
    equal(answer.status, 200)
    return json.loads(text[1:])["sid"]


def poll(sid):
    answer, text = request("GET", f"EIO=4&transport=polling&sid={sid}")
    return answer.status, text


def post(sid, body, headers={"Content-Type": "text/plain"}):
    answer, text = request("POST", f"EIO=4&transport=polling&sid={sid}", body, headers)
    return answer.status, text


def pending(sid):
    """A poll that is on its way, as a socket to read the answer from."""
    line = socket.create_connection(("127.0.0.1", PORT), timeout=5)
    line.sendall(f"GET {PATH}?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: x\r\n\r\n"
                 .encode())
    time.sleep(0.1)
    return line


def answered(line):
    """Status and body of what a pending request gets."""
    response = http.client.HTTPResponse(line)
    response.begin()
    return response.status, response.read().decode()


class WebSocket:
    """The least of a WebSocket client: whole frames, nothing hidden."""

    def __init__(self, query, path=PATH):
        self.line = socket.create_connection(("127.0.0.1", PORT), timeout=5)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall((
            f"GET {path}?{query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n")
            .encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.line.recv(1)
            if not byte:
                break
            head += byte
        self.head = head.decode()
        self.status = int(self.head.split(" ")[1])

    def rest(self):
        text = b""
        while piece := self.line.recv(65536):
            text += piece
        return text.decode()

    def send(self, payload, opcode=None):
        if isinstance(payload, str):
            payload, opcode = payload.encode(), 1
        opcode = opcode or 2
        length = len(payload)
        head = bytes([0x80 | opcode])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 65536:
            head += struct.pack("!BH", 0x80 | 126, length)
        else:
            head += struct.pack("!BQ", 0x80 | 127, length)
        self.line.sendall(head + b"\0\0\0\0" + payload)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.line.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def frame(self):
        first, second = self.exactly(2)
        length = second & 0x7F
        if length == 126:
            length, = struct.unpack("!H", self.exactly(2))
        elif length == 127:
            length, = struct.unpack("!Q", self.exactly(8))
        payload = self.exactly(length)
        if first & 0xF == 8:
            raise EOFError
        return payload.decode() if first & 0xF == 1 else payload

    def until_end(self):
        """What still comes before the other side closes."""
        frames = []
        try:
            while True:
                frames.append(self.frame())
        except (EOFError, ConnectionResetError):
            return frames


def refusal(method, query, code, message, **others):
    answer, text = request(method, query, **others)
    equal(answer.status, 403 if code == 4 else 400)
    equal(answer.getheader("Content-Type"), "application/json")
    equal(json.loads(text), {"code": code, "message": message})


@check
def polling_opens_with_the_session():
    answer, text = request("GET", "EIO=4&transport=polling&t=abc")
    equal(answer.status, 200)
    equal(answer.getheader("Content-Type"), "text/plain; charset=UTF-8")
    equal(answer.getheader("Cache-Control"), "no-store")
    equal(text[0], "0")
    opening = json.loads(text[1:])
    equal(sorted(opening), ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"])
    equal(len(opening["sid"]), 20)
    equal(opening["upgrades"], ["websocket"])
    equal((opening["pingInterval"], opening["pingTimeout"]), (300, 200))
    equal(opening["maxPayload"], 1000000)


@check
def websocket_opens_with_the_session():
    client = WebSocket("EIO=4&transport=websocket")
    equal(client.status, 101)
    opening = json.loads(client.frame()[1:])
    equal(opening["upgrades"], [])


@check
def transport_unknown():
    refusal("GET", "EIO=4", 0, "Transport unknown")
    refusal("GET", "EIO=4&transport=abc", 0, "Transport unknown")
    refusal("GET", "", 0, "Transport unknown")
    refusal("GET", "EIO=4&transport=__proto__", 0, "Transport unknown")


@check
def session_unknown():
    for sid in ["abc", "__proto__", "constructor", ""]:
        refusal("GET", f"EIO=4&transport=polling&sid={sid}", 1, "Session ID unknown")


@check
def bad_handshake_method():
    for method in ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"]:
        refusal(method, "EIO=4&transport=polling", 2, "Bad handshake method")


@check
def bad_request():
    refusal("GET", "EIO=4&transport=websocket", 3, "Bad request")
    refusal("GET", f"EIO=4&transport=websocket&sid={opened()}", 3, "Bad request")


@check
def other_methods_of_a_session():
    for method in ["PUT", "DELETE", "PATCH"]:
        equal(request(method, f"EIO=4&transport=polling&sid={opened()}", "x")[0].status, 400)


@check
def forbidden_origin():
    foreign = {"Origin": "https://evil.example"}
    refusal("GET", "EIO=4&transport=polling", 4, "Forbidden", headers=foreign)


@check
def own_origin():
    answer, _ = request("GET", "EIO=4&transport=polling",
                        headers={"Origin": f"http://127.0.0.1:{PORT}"})
    equal(answer.status, 200)
    equal(answer.getheader("Access-Control-Allow-Origin"), f"http://127.0.0.1:{PORT}")


@check
def unsupported_version():
    for query in ["transport=polling", "EIO=abc&transport=polling", "EIO=3&transport=polling"]:
        refusal("GET", query, 5, "Unsupported protocol version")


@check
def refused_upgrade():
    for query, message in [
        ("EIO=abc&transport=websocket", "Unsupported protocol version"),
        ("EIO=4", "Transport unknown"),
        ("EIO=4&transport=websocket&sid=abc", "Session ID unknown"),
    ]:
        client = WebSocket(query)
        equal(client.status, 400)
        equal("connection: close" in client.head.lower(), True)
        equal("content-type: text/html" in client.head.lower(), True)
        equal(client.rest(), message)


@check
def without_the_slash():
    equal(request("GET", "EIO=4&transport=polling", path="/engine.io")[0].status, 200)
    equal(request("GET", "EIO=4&transport=polling", path="/engine.iox/")[0].status, 404)


@check
def posts_come_back():
    sid = opened()
    equal(post(sid, "4hello"), (200, "ok"))
    equal(poll(sid), (200, "4hello"))
    equal(post(sid, "4one\x1e4two\x1ebAQIDBA=="), (200, "ok"))
    equal(poll(sid), (200, "4one\x1e4two\x1ebAQIDBA=="))


@check
def post_answer_is_of_the_letter():
    answer, text = request("POST", f"EIO=4&transport=polling&sid={opened()}", "4a")
    equal((answer.status, text, answer.getheader("Content-Type")), (200, "ok", "text/html"))


@check
def no_packet():
    for body in ["abc", "", "4a\x1e", "4a\x1eabc", "2", "0", "5", "b!!"]:
        sid = opened()
        equal(post(sid, body)[0], 400)
        equal(poll(sid)[0], 400)


@check
def octet_streams_are_of_another_version():
    sid = opened()
    equal(post(sid, b"4a", {"Content-Type": "application/octet-stream"})[0], 400)


@check
def two_polls_at_once():
    sid = opened()
    first = pending(sid)
    equal(poll(sid)[0], 400)
    equal(answered(first), (200, "1"))
    equal(poll(sid)[0], 400)


@check
def a_poll_that_is_cut_ends_the_session():
    sid = opened()
    pending(sid).close()
    time.sleep(0.2)
    equal(poll(sid)[0], 400)


@check
def a_pending_poll_gets_what_is_said():
    sid = opened()
    first = pending(sid)
    equal(post(sid, "4late"), (200, "ok"))
    equal(answered(first), (200, "4late"))


@check
def too_long_a_body():
    sid = opened()
    equal(post(sid, "4" + "x" * 999_999), (200, "ok"))
    equal(poll(sid), (200, "4" + "x" * 999_999))
    for length in [1_000_000, 3_000_000]:
        sid = opened()
        equal(post(sid, "4" + "x" * length)[0], 413)
        equal(poll(sid)[0], 400)


@check
def the_client_closes():
    sid = opened()
    first = pending(sid)
    equal(post(sid, "1"), (200, "ok"))
    equal(answered(first), (200, "6"))
    equal(poll(sid)[0], 400)


@check
def heartbeat_by_polling():
    sid = opened()
    for _ in range(3):
        equal(poll(sid), (200, "2"))
        equal(post(sid, "3"), (200, "ok"))


@check
def heartbeat_missed_by_polling():
    sid = opened()
    equal(poll(sid), (200, "2"))
    equal(poll(sid), (200, "1"))
    equal(poll(sid)[0], 400)


@check
def heartbeat_by_websocket():
    client = WebSocket("EIO=4&transport=websocket")
    client.frame()
    for _ in range(3):
        equal(client.frame(), "2")
        client.send("3")


@check
def heartbeat_missed_by_websocket():
    client = WebSocket("EIO=4&transport=websocket")
    client.frame()
    began = time.monotonic()
    equal(client.until_end(), ["2"])
    elapsed = time.monotonic() - began
    equal(0.4 < elapsed < 1.5, True)


@check
def websocket_violations():
    for text in ["abc", "", "2", "0", "5"]:
        client = WebSocket("EIO=4&transport=websocket")
        client.frame()
        client.send(text)
        equal(client.until_end(), [])


@check
def websocket_messages():
    client = WebSocket("EIO=4&transport=websocket")
    client.frame()
    client.send("4hello")
    equal(client.frame(), "4hello")
    client.send(b"\1\2\3\4")
    equal(client.frame(), b"\1\2\3\4")
    client.send("1")
    equal(client.until_end(), [])


@check
def too_long_a_message():
    client = WebSocket("EIO=4&transport=websocket")
    client.frame()
    client.send("4" + "x" * 999_999)
    equal(len(client.frame()), 1_000_000)
    client.send("4" + "x" * 1_000_000)
    equal([frame for frame in client.until_end() if frame != "2"], [])


@check
def upgrade():
    sid = opened()
    client = WebSocket(f"EIO=4&transport=websocket&sid={sid}")
    client.send("2probe")
    equal(client.frame(), "3probe")
    line = pending(sid)
    equal(answered(line), (200, "6"))
    client.send("5")
    client.send("4hello")
    equal(client.frame(), "4hello")
    refusal("GET", f"EIO=4&transport=polling&sid={sid}", 3, "Bad request")
    refusal("POST", f"EIO=4&transport=polling&sid={sid}", 3, "Bad request", body="4a")
    second = WebSocket(f"EIO=4&transport=websocket&sid={sid}")
    equal((second.status, second.until_end()), (101, []))
    client.send("4again")
    equal([client.frame() for _ in range(2)][-1] in ["4again", "2"], True)


@check
def what_is_said_during_the_upgrade_is_not_lost():
    sid = opened()
    client = WebSocket(f"EIO=4&transport=websocket&sid={sid}")
    client.send("2probe")
    equal(client.frame(), "3probe")
    equal(post(sid, "4before"), (200, "ok"))
    client.send("5")
    equal(client.frame(), "4before")


@check
def no_probe_but_something_else():
    sid = opened()
    client = WebSocket(f"EIO=4&transport=websocket&sid={sid}")
    client.send("4abc")
    equal(client.until_end(), [])
    equal(post(sid, "4a"), (200, "ok"))


run()

"""The PyPI package python-socketio as the conformance server's client: socketio_clients.py PORT"""

import sys
import threading
import time

import socketio

from checks import check, equal, run

URL = f"http://127.0.0.1:{int(sys.argv[1])}"
TRANSPORTS = {
    "polling only": ["polling"],
    "websocket only": ["websocket"],
    "polling with upgrade": ["polling", "websocket"],
}


class Seen:
    """A client that notes what it gets, and waits for it."""

    def __init__(self, transports, namespaces=None, auth=None):
        self.events = []
        self.changed = threading.Condition()
        self.client = socketio.Client(reconnection=False)
        for namespace in namespaces or ["/"]:
            self.client.on("*", self.note, namespace=namespace)
        self.client.connect(
            URL, transports=transports, namespaces=namespaces, auth=auth, wait_timeout=5)

    def note(self, name, *arguments):
        with self.changed:
            self.events.append((name, *arguments))
            self.changed.notify_all()

    def take(self, count):
        """The first `count` events, which are then forgotten."""
        with self.changed:
            arrived = self.changed.wait_for(lambda: len(self.events) >= count, timeout=5)
            if not arrived:
                raise AssertionError(f"only {self.events} came")
            taken, self.events = self.events[:count], self.events[count:]
            return taken

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.disconnect()


def with_every_transport(function):
    for name, transports in TRANSPORTS.items():
        def checked(transports=transports):
            function(transports)
        checked.__name__ = f"{function.__name__} {name}"
        check(checked)
    return function


@with_every_transport
def connects_with_the_transport(transports):
    with Seen(transports) as seen:
        expected = transports[-1]
        deadline = time.monotonic() + 5
        while seen.client.transport() != expected and time.monotonic() < deadline:
            time.sleep(0.02)
        equal(seen.client.transport(), expected)


@with_every_transport
def handshake_is_told(transports):
    with Seen(transports, auth={"token": "123"}) as seen:
        equal(seen.take(1), [("auth", {"token": "123"})])
    with Seen(transports) as seen:
        equal(seen.take(1), [("auth", {})])


@with_every_transport
def events_come_back(transports):
    with Seen(transports) as seen:
        seen.take(1)
        seen.client.emit("message", (1, "2", {"3": [True, None, 4.5]}))
        equal(seen.take(1), [("message-back", 1, "2", {"3": [True, None, 4.5]})])
        seen.client.emit("message", "Grüße \u2028 \U0001f954")
        equal(seen.take(1), [("message-back", "Grüße \u2028 \U0001f954")])


@with_every_transport
def events_keep_their_order(transports):
    with Seen(transports) as seen:
        seen.take(1)
        for number in range(300):
            seen.client.emit("message", number)
        equal(seen.take(300), [("message-back", number) for number in range(300)])


@with_every_transport
def binary_comes_back(transports):
    with Seen(transports) as seen:
        seen.take(1)
        large = bytes(range(256)) * 200
        seen.client.emit("message", (b"\1\2\3", {"in": [b"", large]}))
        equal(seen.take(1), [("message-back", b"\1\2\3", {"in": [b"", large]})])


@with_every_transport
def acknowledgements(transports):
    with Seen(transports) as seen:
        seen.take(1)
        equal(seen.client.call("message-with-ack", (1, "2", {"3": [False]}), timeout=5),
              (1, "2", {"3": [False]}))
        equal(seen.client.call("message-with-ack", b"\1\2", timeout=5), b"\1\2")


@with_every_transport
def namespaces(transports):
    with Seen(transports, namespaces=["/", "/custom"], auth={"token": "abc"}) as seen:
        equal(seen.take(2), [("auth", {"token": "abc"})] * 2)
        equal(len(set(seen.client.namespaces.values())), 2)
        seen.client.emit("message", 1, namespace="/custom")
        seen.client.emit("message", 2)
        equal(seen.take(1), [("message-back", 2)])
        equal(seen.events, [])


@with_every_transport
def unknown_namespace(transports):
    client = socketio.Client(reconnection=False)
    refusals = []
    client.on("connect_error", refusals.append, namespace="/random")
    try:
        client.connect(URL, transports=transports, namespaces=["/random"], wait_timeout=5)
        raise AssertionError("it was let in")
    except socketio.exceptions.ConnectionError:
        equal(refusals, [{"message": "Invalid namespace"}])
    finally:
        client.disconnect()


@with_every_transport
def lives_through_heartbeats(transports):
    with Seen(transports) as seen:
        seen.take(1)
        time.sleep(1.6)
        seen.client.emit("message", "still here")
        equal(seen.take(1), [("message-back", "still here")])


@check
def events_keep_their_order_across_the_upgrade():
    for _ in range(5):
        seen = Seen(["polling"])
        seen.client.disconnect()
        with Seen(["polling", "websocket"]) as seen:
            for number in range(100):
                seen.client.emit("message", number)
            seen.take(1)
            equal(seen.take(100), [("message-back", number) for number in range(100)])


run()

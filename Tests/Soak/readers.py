"""Clients of every dialect, each a program that we did not write, that come back again and again.

A reader notes each record it is given, and what the daemon says of what it missed.
"""

import asyncio
import json
import random
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import httpx
import socketio
from aiosseclient import aiosseclient
from httpx_sse import SSEError, aconnect_sse
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from line import Line

KINDS = {"order_update", "temperature_alert", "data_loss", "sensor_silent", "sensor_returned"}
FAILURES = (
    OSError, WebSocketException, httpx.HTTPError, SSEError, aiohttp.ClientError,
    asyncio.TimeoutError, socketio.exceptions.SocketIOError, EOFError)
# How long a client waits for an answer before it takes its line for dead.
PATIENCE_S = 10


@dataclass(frozen=True)
class Record:
    """What a dialect tells of a record; None where it does not say."""
    kind: str
    status: str | None
    previous: str | None = None
    # Milliseconds since 1970.
    at: int | None = None
    identifier: str | None = None


class Gone(Exception):
    """The daemon has ended the conversation, or says what nobody expects."""


def status_of(data):
    """In lower case, as the journal has it."""
    status = data.get("status") or data.get("state")
    return status.lower() if status else None


def milliseconds(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000) if text else None


class Reader:
    """One client, that is the same person however often it connects."""
    has_alerts = True

    def __init__(self, name, port, token, orders):
        self.name = name
        self.token = token
        self.orders = set(orders)
        self.line = Line(port)
        self.port = None
        self.last = None
        # By order; None where the daemon said that something cannot be told.
        self.records = {order: [] for order in orders}
        self.connections = 0
        self.holes = 0
        self.is_over = False
        self.random = random.Random(name)

    async def run(self):
        self.port = await self.line.open()
        while not self.is_over:
            try:
                await self.converse()
            except (*FAILURES, Gone):
                pass
            await asyncio.sleep(self.random.uniform(0.02, 0.3))

    async def converse(self):
        raise NotImplementedError

    def note(self, order, record):
        if order not in self.orders:
            raise RuntimeError(f"{self.name} was told of {order}: {record}")
        self.records[order].append(record)
        if record.identifier:
            self.last = record.identifier

    def note_hole(self):
        self.holes += 1
        for records in self.records.values():
            records.append(None)

    def newest(self, order):
        return self.records[order][-1] if self.records[order] else None


class SocketReader(Reader):
    """Over a WebSocket, with the package websockets."""
    path = ""

    async def converse(self):
        async with connect(
                f"ws://127.0.0.1:{self.port}{self.path}", ping_interval=None, open_timeout=PATIENCE_S,
                close_timeout=1, max_queue=4,
                additional_headers={"Authorization": f"Bearer {self.token}"}) as client:
            self.connections += 1
            for message in self.greeting():
                await client.send(json.dumps(message))
            async for text in client:
                for answer in self.take(json.loads(text)) or ():
                    await client.send(json.dumps(answer))

    def greeting(self):
        raise NotImplementedError

    def take(self, message):
        raise NotImplementedError


class WIAReader(SocketReader):
    path = "/v1/realtime"

    def __init__(self, *arguments, further=()):
        super().__init__(*arguments)
        # Channels beside those of the orders, that tell the same.
        self.channels = [f"orders.{order}" for order in sorted(self.orders)] + list(further)

    def greeting(self):
        if self.last:
            return [{"type": "reconnect", "id": "r", "payload": {
                "lastMessageId": self.last, "subscriptions": self.channels}}]
        return [{"type": "subscribe", "id": f"s{number}", "payload": {"channel": channel}}
                for number, channel in enumerate(self.channels)]

    def take(self, message):
        kind, payload = message["type"], message.get("payload", {})
        if kind == "reconnect_ack" and payload["status"] != "recovered":
            self.note_hole()
        elif kind == "error":
            raise RuntimeError(f"{self.name}: {message}")
        elif kind == "temperature_update":
            self.last = message["id"]
        elif kind in KINDS:
            self.note(payload["orderId"], Record(
                kind, status_of(payload),
                payload.get("previousStatus", "").lower() or None,
                milliseconds(message["timestamp"]), message["id"]))


class TrackingReader(SocketReader):
    path = "/tracking"

    def greeting(self):
        further = {"lastMessageId": self.last} if self.last else {}
        return [{"action": "subscribe", "orderId": order, **further} for order in self.orders]

    def take(self, message):
        kind, data = message["event"], message.get("data", {})
        if kind == "subscribed" and data.get("recovered") is False:
            self.note_hole()
        elif kind == "error":
            raise RuntimeError(f"{self.name}: {message}")
        elif kind in KINDS:
            self.note(message["orderId"], Record(
                kind, status_of(data), data.get("previousStatus"),
                milliseconds(message["timestamp"]), message["id"]))


class BookingReader(SocketReader):
    path = "/realtime"
    customer = ""

    def greeting(self):
        channel = f"user.{self.customer}.events"
        if self.last:
            return [{"type": "resume", "channels": [channel], "last_message_id": self.last}]
        return [{"type": "subscribe", "channel": channel}]

    def take(self, message):
        kind = message["type"]
        if kind == "resumed" and not message["recovered"]:
            self.note_hole()
        elif kind == "error":
            raise RuntimeError(f"{self.name}: {message}")
        elif kind in ("subscribed", "resumed") and message.get("message_id"):
            self.last = message["message_id"]
        elif kind == "booking_status_changed" or kind in KINDS:
            data = message.get("data", message)
            self.note(message["booking_id"], Record(
                "order_update" if kind == "booking_status_changed" else kind,
                status_of(data), message.get("previous_status"),
                milliseconds(message["timestamp"]), message["message_id"]))


class TableTapReader(SocketReader):
    """A customer, who owes confirmations: what a cut line has not confirmed is told again, under the
    same identifier and as often as the daemon's settings say at most."""
    path = "/v1"
    repeats = 3
    has_alerts = False
    customer = ""
    statuses = {"pending": "created", "completed": "delivered"}
    types = {"order_ready": "ready", "order_completed": "delivered"}

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.sequence = None
        self.told_again = {}

    def greeting(self):
        channels = [f"orders:customer:{self.customer}"]
        if self.last:
            return [{"type": "reconnect", "data": {
                "lastMessageId": self.last, "channels": channels}}]
        return [{"type": "subscribe", "data": {"channels": channels}}]

    def take(self, message):
        kind, data = message["type"], message.get("data", {})
        if kind == "message_replay":
            if not data["recovered"]:
                self.sequence = None
                self.note_hole()
            for told in data.get("messages", []):
                self.take(told)
            return self.confirmation([told["messageId"] for told in data.get("messages", [])])
        if kind == "subscription_confirmed":
            self.last = data.get("lastMessageId")
        elif kind in ("error", "message_error"):
            raise RuntimeError(f"{self.name}: {message}")
        elif "sequence" in message:
            if message["messageId"] in self.told_again:
                self.told_again[message["messageId"]] += 1
                if self.told_again[message["messageId"]] > self.repeats:
                    raise RuntimeError(f"{self.name}: {message} once more")
                return self.confirmation([message["messageId"]])
            self.told_again[message["messageId"]] = 0
            expected = self.sequence + 1 if self.sequence else message["sequence"]
            if message["sequence"] != expected:
                raise RuntimeError(f"{self.name}: {message} after sequence {self.sequence}")
            self.sequence = message["sequence"]
            status = self.types.get(kind) or data.get("currentStatus") or data.get("status")
            previous = data.get("previousStatus")
            self.note(data["orderId"], Record(
                "order_update", self.statuses.get(status, status),
                self.statuses.get(previous, previous), milliseconds(message["timestamp"]),
                message["messageId"]))
            return self.confirmation([message["messageId"]])
        return []

    def confirmation(self, identifiers):
        """In lists: each message of a client counts against its rate."""
        return [{"type": "message_acknowledged", "data": {"messageId": identifiers}}] if identifiers else []


class StreamReader(Reader):
    """Server-sent events."""

    @property
    def url(self):
        channels = ",".join(f"orders.{order}" for order in sorted(self.orders))
        return f"http://127.0.0.1:{self.port}/v1/stream?channels={channels}"

    def take(self, event):
        if event.id:
            self.last = event.id
        if not event.data:
            return
        data = json.loads(event.data)
        if event.event == "reset":
            self.note_hole()
        elif event.event in KINDS:
            self.note(data["orderId"], Record(
                event.event, status_of(data),
                data.get("previousStatus", "").lower() or None, None, event.id))


class HTTPXReader(StreamReader):
    async def converse(self):
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.last:
            headers["Last-Event-ID"] = self.last
        # A comment comes every quarter of a minute.
        async with httpx.AsyncClient(timeout=httpx.Timeout(PATIENCE_S, read=30)) as client:
            async with aconnect_sse(client, "GET", self.url, headers=headers) as source:
                self.connections += 1
                async for event in source.aiter_sse():
                    self.take(event)


class AIOReader(StreamReader):
    async def converse(self):
        self.connections += 1
        async for event in aiosseclient(
                self.url, last_id=self.last, headers={"Authorization": f"Bearer {self.token}"},
                raise_for_status=True):
            self.take(event)


class SocketIOReader(Reader):
    transports = ["websocket"]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.session = None
        self.joined = [f"order_{order}" for order in sorted(self.orders)]

    async def converse(self):
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("*", self.take)
        self.error = None
        auth = {"token": self.token, "rooms": self.joined}
        if self.last:
            auth["offset"] = self.last
        try:
            await self.client.connect(
                f"http://127.0.0.1:{self.port}", auth=auth, transports=self.transports,
                wait_timeout=PATIENCE_S)
            self.connections += 1
            await self.client.wait()
        finally:
            # What is cut off leaves nothing behind that could still be read.
            await self.client.disconnect()
        if self.error:
            raise self.error

    async def take(self, name, *arguments):
        if name == "session:ready":
            if self.last and not arguments[0]["recovered"]:
                self.note_hole()
            if arguments[0]["refused"]:
                self.error = RuntimeError(f"{self.name}: {arguments}")
            return
        if isinstance(arguments[-1], str):
            identifier, data = arguments[-1], arguments[0]
            kind = {"order:status_update": "order_update",
                    "order:temperature_alert": "temperature_alert",
                    "order:data_loss": "data_loss", "sensor:silent": "sensor_silent",
                    "sensor:returned": "sensor_returned"}.get(name)
            if kind:
                self.note(data.get("order_id") or data["orderId"], Record(
                    kind, status_of(data), None,
                    milliseconds(data.get("timestamp")), identifier))


class PollingReader(SocketIOReader):
    transports = ["polling"]

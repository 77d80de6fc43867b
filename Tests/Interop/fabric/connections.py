"""Connections of a vector, by clients that are not ours. What comes waits in order in `inbox`."""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from urllib.parse import urlencode

import httpx
from httpx_sse import EventSource
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

OPEN_SECONDS = 15


class Refused(Exception):
    """The server did not take the connection; `status` is that of HTTP where there was one."""

    def __init__(self, status, detail=None):
        super().__init__(f"refused with {status} {detail or ''}")
        self.status = status
        self.detail = detail


class End:
    """The connection has ended."""

    def __init__(self, code=None, reason=""):
        self.code = code
        self.reason = reason

    def __repr__(self):
        return f"<closed {self.code} {self.reason}>"


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


class SignatureCheck:
    """What a receiver of signed messages does: HMAC-SHA256 over type, identifier, timestamp and the
    bytes of the payload as they came (seed 000, Message Authentication)."""

    def __init__(self, secret, is_table_tap=False):
        self.secret = secret.encode()
        self.names = ("messageId", "data") if is_table_tap else ("id", "payload")

    def holds(self, text):
        """True, too, where there is no signature."""
        message = json.loads(text)
        if "signature" not in message:
            return True
        identifier, payload = self.names
        signed = "".join((
            message["type"], message.get(identifier, ""), message.get("timestamp", ""),
            self.member(text, payload)))
        expected = hmac.new(self.secret, signed.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, message["signature"])

    @staticmethod
    def member(text, wanted):
        """The text of a member of an object, as it stands there."""
        decoder, place = json.JSONDecoder(), 1
        while text[place] != "}":
            place = len(text) - len(text[place:].lstrip(", \n\t"))
            name, place = decoder.raw_decode(text, place)
            place = text.index(":", place) + 1
            _, end = decoder.raw_decode(text, place)
            if name == wanted:
                return text[place:end]
            place = end
        return ""


def tls_context(version):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        exact = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        context.minimum_version = context.maximum_version = exact
    return context


class Connection:
    def __init__(self):
        self.inbox = asyncio.Queue()
        self.reading = None

    def begin_reading(self):
        self.reading = asyncio.create_task(self.read())

    async def close(self):
        if self.reading:
            self.reading.cancel()

    async def send(self, value):
        await self.send_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


class WebSocketConnection(Connection):
    """By the PyPI package `websockets`."""

    @classmethod
    async def open(
        cls, url, headers, protocols=None, deflate=False, tls=None, codec=None, signatures=None
    ):
        self = cls()
        self.codec = codec
        self.signatures = signatures
        try:
            self.socket = await connect(
                url, additional_headers=headers, subprotocols=protocols or None,
                compression="deflate" if deflate else None, open_timeout=OPEN_SECONDS,
                ping_interval=None, max_queue=None, close_timeout=2,
                **({"ssl": tls} if url.startswith("wss") else {}))
        except InvalidStatus as refusal:
            body = refusal.response.body or b""
            raise Refused(refusal.response.status_code, body.decode("utf-8", "replace")) from None
        except (ssl.SSLError, ConnectionResetError) as refusal:
            raise Refused("tls", str(refusal)) from None
        except (InvalidHandshake, OSError) as refusal:
            raise Refused("failed", str(refusal)) from None
        self.begin_reading()
        return self

    @property
    def protocol(self):
        return self.socket.subprotocol

    @property
    def extensions(self):
        return self.socket.response.headers.get("Sec-WebSocket-Extensions")

    async def read(self):
        try:
            while True:
                await self.take(await self.socket.recv())
        except ConnectionClosed as end:
            received = end.rcvd
            self.inbox.put_nowait(
                End(received.code, received.reason) if received else End(1006))

    async def take(self, message):
        if isinstance(message, bytes):
            if self.codec == "msgpack":
                import msgpack

                self.inbox.put_nowait({"binary": msgpack.unpackb(message)})
            else:
                self.inbox.put_nowait({"binary": message.hex()})
        elif self.signatures and not self.signatures.holds(message):
            self.inbox.put_nowait({"its signature does not hold": parsed(message)})
        else:
            self.inbox.put_nowait(parsed(message))

    async def send_text(self, text):
        await self.socket.send(text)

    async def send_binary(self, data):
        await self.socket.send(data)

    async def close(self):
        await self.socket.close()
        await super().close()


class EventStreamConnection(Connection):
    """By the PyPI packages `httpx` and `httpx-sse`."""

    @classmethod
    async def open(cls, url, headers):
        self = cls()
        self.client = httpx.AsyncClient(verify=False, timeout=None)
        request = self.client.build_request("GET", url, headers={
            "Accept": "text/event-stream", **headers})
        self.response = await asyncio.wait_for(
            self.client.send(request, stream=True), OPEN_SECONDS)
        if self.response.status_code != 200:
            body = (await self.response.aread()).decode()
            await self.client.aclose()
            raise Refused(self.response.status_code, body)
        self.begin_reading()
        return self

    async def read(self):
        last = None
        try:
            async for event in EventSource(self.response).aiter_sse():
                told = {}
                if event.data:
                    told = {"event": event.event, "data": parsed(event.data)}
                if event.id and event.id != last:
                    last = told["id"] = event.id
                if event.retry is not None:
                    told["retry"] = event.retry
                if told:
                    self.inbox.put_nowait(told)
            self.inbox.put_nowait(End())
        except httpx.HTTPError:
            self.inbox.put_nowait(End("cut"))

    async def close(self):
        await super().close()
        await self.response.aclose()
        await self.client.aclose()


class SocketIOConnection(Connection):
    """Socket.IO 5 in Engine.IO 4, packet by packet, over `websockets` or by polling over `httpx`.

    Events come as `{event, arguments, ack}`, and so are sent; other packets as `{connect}`,
    `{connectError}`, `{acknowledges, arguments}`, `{disconnect: true}` and, before all, `{open}`.
    """

    EVENT, ACK = "42", "43"

    @classmethod
    async def open(cls, base, transport, query, auth):
        """- transport: `websocket`, `polling`, or `upgrade` from the second to the first."""
        self = cls()
        self.socket = self.client = None
        self.base = base
        self.query = {"EIO": "4", **query}
        if transport == "websocket":
            await self._open_socket()
            self.begin_reading()
        else:
            self.client = httpx.AsyncClient(verify=False, timeout=60)
            answer = await self.client.get(self._address("polling"))
            if answer.status_code != 200:
                await self.client.aclose()
                raise Refused(answer.status_code, parsed(answer.text))
            for packet in answer.text.split("\x1e"):
                await self._take(packet)
            if transport == "upgrade":
                await self._upgrade()
            self.begin_reading()
        if auth is not None:
            await self.send_text("40" + json.dumps(auth, separators=(",", ":")))
        return self

    def _address(self, transport, scheme="http"):
        base = self.base.copy_with(scheme=scheme + ("s" if self.base.scheme == "https" else ""))
        return f"{base}?{urlencode({**self.query, 'transport': transport})}"

    async def _open_socket(self):
        try:
            self.socket = await connect(
                self._address("websocket", "ws"), compression=None, open_timeout=OPEN_SECONDS,
                ping_interval=None, max_queue=None, close_timeout=2)
        except InvalidStatus as refusal:
            body = (refusal.response.body or b"").decode("utf-8", "replace")
            raise Refused(refusal.response.status_code, parsed(body)) from None

    async def _upgrade(self):
        await self._open_socket()
        await self.socket.send("2probe")
        answer = await asyncio.wait_for(self.socket.recv(), OPEN_SECONDS)
        if answer != "3probe":
            raise Refused("failed", f"the probe was answered with {answer}")
        await self.socket.send("5")

    async def read(self):
        try:
            if self.socket:
                while True:
                    await self._take(await self.socket.recv())
            while True:
                answer = await self.client.get(self._address("polling"))
                if answer.status_code != 200:
                    self.inbox.put_nowait(End(answer.status_code, answer.text))
                    return
                for packet in answer.text.split("\x1e"):
                    await self._take(packet)
        except ConnectionClosed as end:
            self.inbox.put_nowait(
                End(end.rcvd.code, end.rcvd.reason) if end.rcvd else End(1006))
        except httpx.HTTPError:
            self.inbox.put_nowait(End("cut"))

    async def _take(self, packet):
        if isinstance(packet, bytes):
            self.inbox.put_nowait({"binary": packet.hex()})
        elif packet.startswith("0"):
            opened = json.loads(packet[1:])
            self.query["sid"] = opened["sid"]
            self.inbox.put_nowait({"open": opened})
        elif packet == "2":
            await self.send_text("3")
        elif packet == "1":
            self.inbox.put_nowait({"close": True})
        elif packet.startswith("b"):
            self.inbox.put_nowait({"binary": base64.b64decode(packet[1:]).hex()})
        elif packet != "6":
            self.inbox.put_nowait(self._told(packet))

    def _told(self, packet):
        kind, rest = packet[:2], packet[2:]
        digits = rest[:len(rest) - len(rest.lstrip("0123456789"))]
        if kind == self.EVENT:
            name, *arguments = json.loads(rest[len(digits):])
            told = {"event": name, "arguments": arguments}
            return told | ({"ack": int(digits)} if digits else {})
        if kind == self.ACK:
            return {"acknowledges": int(digits), "arguments": json.loads(rest[len(digits):])}
        if kind in ("40", "44"):
            name = "connect" if kind == "40" else "connectError"
            if rest.startswith("/"):
                namespace, _, rest = rest.partition(",")
                return {name: json.loads(rest or "null"), "namespace": namespace}
            return {name: json.loads(rest or "null")}
        if kind == "41":
            return {"disconnect": True}
        return {"packet": packet}

    async def send(self, value):
        if "acknowledges" in value:
            text = f"{self.ACK}{value['acknowledges']}{json.dumps(value['arguments'])}"
        else:
            arguments = [value["event"], *value.get("arguments", [])]
            text = f"{self.EVENT}{value.get('ack', '')}{json.dumps(arguments)}"
        await self.send_text(text)

    async def send_text(self, text):
        if self.socket:
            await self.socket.send(text)
        else:
            await self.client.post(self._address("polling"), content=text)

    async def close(self):
        await super().close()
        if self.socket:
            await self.socket.close()
        if self.client:
            await self.client.aclose()

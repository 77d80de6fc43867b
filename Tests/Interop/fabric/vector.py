"""One vector: what is given, and its steps one after the other."""

import asyncio
import hashlib
import hmac
import json
import time

import httpx
import paho.mqtt.client as mqtt
from websockets.exceptions import ConnectionClosed

from .connections import (
    End, EventStreamConnection, Refused, SignatureCheck, SocketIOConnection, WebSocketConnection,
    tls_context)
from .patterns import Memory, WrongVector
from .worlds import PLATFORM, token

MESSAGE_SECONDS = 15
CONDITION_SECONDS = 20


class Failed(Exception):
    """The server did something else than the vector says."""


class Running:
    """A vector under way."""

    def __init__(self, vector, world):
        self.vector = vector
        self.world = world
        self.given = vector.get("given", {})
        self.connections = {}
        self.publisher = self.http_client = None

    async def run(self):
        """- Returns: None where it holds, else what did not."""
        step = "given"
        try:
            await self._prepare()
            for number, step in enumerate(self.vector["steps"]):
                try:
                    await self._do(step)
                except (Failed, Refused) as reason:
                    return f"step {number + 1}: {reason}"
            return None
        except (Failed, Refused) as reason:
            return f"given: {reason}"
        except WrongVector as reason:
            return f"{step}: {reason}"
        finally:
            await asyncio.gather(
                *(connection.close() for connection in self.connections.values()),
                return_exceptions=True)
            if self.http_client:
                await self.http_client.aclose()
            if self.publisher:
                self.publisher.disconnect()
                self.publisher.loop_stop()

    async def _prepare(self):
        tokens = {
            name: claims["text"] if "text" in claims else token(self.world.secret, claims)
            for name, claims in {"platform": PLATFORM, **self.given.get("tokens", {})}.items()}
        self.memory = Memory(int(time.time() * 1000), tokens)
        self.scheme = self.world.scheme
        self.http_client = httpx.AsyncClient(verify=False, timeout=30)
        for order in self.given.get("orders", []):
            order = dict(self.memory.filled(order))
            bags, since = order.pop("bags", []), order.pop("from", None)
            await self._platform("/v1/orders", order)
            for bag in bags:
                body = {"bagId": bag} | ({"from": since} if since else {})
                await self._platform(f"/v1/orders/{order['id']}/bags", body)
        for message in self.given.get("published", []):
            await self._do_publish({"publish": message})

    async def _platform(self, path, body):
        answer = await self._request("POST", path, "platform", body)
        if answer.status_code not in (200, 201):
            raise Failed(f"{path} was answered with {answer.status_code} {answer.text}")

    def _url(self, path, scheme=None, port=None):
        scheme = scheme or self.scheme
        return f"{scheme}://{self.world.host}:{port or self.world.port}{path}"

    async def _request(self, method, path, bearer, body=None, headers=None):
        headers = dict(headers or {})
        if bearer:
            headers["Authorization"] = f"Bearer {self.memory.tokens[bearer]}"
        content = body if isinstance(body, (str, type(None))) else json.dumps(body)
        return await self.http_client.request(
            method, self._url(path), content=content, headers=headers)

    # Steps

    async def _do(self, step):
        for name in (
            "connect", "send", "sendText", "expect", "expectAll", "nothing", "closed", "close",
            "http", "publish", "wait", "restart", "metric", "count", "raw",
        ):
            if name in step:
                return await getattr(self, f"_do_{name}")(step)
        raise WrongVector(f"no such step: {step}")

    def _on(self, step):
        name = step.get("on", "client")
        if name not in self.connections:
            raise WrongVector(f"no connection is called {name}")
        return self.connections[name]

    async def _do_connect(self, step):
        opening = {
            "websocket": self._open_socket, "sse": self._open_stream,
            "socketio": self._open_socketio,
        }[step["connect"]]
        try:
            connection = await opening(step)
        except Refused as refusal:
            if "refused" not in step:
                raise
            self._compare({"status": step["refused"]}, {"status": refusal.status})
            if "body" in step:
                self._compare(step["body"], refusal.detail)
            return
        self.connections[step.get("as", "client")] = connection
        if "refused" in step:
            raise Failed("the connection was not refused")
        for name in ("protocol", "extensions"):
            if name in step:
                self._compare({name: step[name]}, {name: getattr(connection, name)})
        for name, value in step.get("head", {}).items():
            self._compare({name: value}, {name: connection.response.headers.get(name)})

    def _path(self, step, default):
        return self.memory.inside(step.get("path", default))

    def _headers(self, step):
        headers = {k: self.memory.inside(v) for k, v in step.get("headers", {}).items()}
        if "token" in step:
            headers["Authorization"] = f"Bearer {self.memory.tokens[step['token']]}"
        return headers

    async def _open_socket(self, step):
        port = self.world.development_port if step.get("port") == "development" else None
        scheme = "wss" if self.scheme == "https" else "ws"
        protocols = [self.memory.inside(name) for name in step.get("protocols", [])]
        return await WebSocketConnection.open(
            self._url(self._path(step, "/v1/realtime"), scheme, port), self._headers(step),
            protocols, step.get("deflate", False),
            tls_context(step.get("tls")) if scheme == "wss" else None, step.get("codec"),
            self._signature_check(step))

    @staticmethod
    def _signature_check(step):
        if "signedWith" not in step:
            return None
        return SignatureCheck(step["signedWith"], step.get("path") == "/v1")

    async def _open_stream(self, step):
        return await EventStreamConnection.open(
            self._url(self._path(step, "/v1/stream")), self._headers(step))

    async def _open_socketio(self, step):
        query = self.memory.filled(step.get("query", {}))
        auth = self.memory.filled(step["auth"]) if "auth" in step else None
        return await SocketIOConnection.open(
            httpx.URL(self._url("/socket.io/")), step.get("transport", "websocket"), query, auth)

    async def _do_send(self, step):
        connection = self._on(step)
        for number in range(step.get("times", 1)):
            value = self.memory.filled(step["send"])
            if step.get("numbered"):
                value = value | {step["numbered"]: f"{value[step['numbered']]}-{number}"}
            if "signedBy" in step:
                value = self._signed(value, step) | self.memory.filled(step.get("tampered", {}))
            try:
                await self._send(connection, value, step.get("codec"))
            except ConnectionClosed:
                # What comes of it is for the next step to see.
                return

    @staticmethod
    async def _send(connection, value, codec):
        if codec == "msgpack":
            import msgpack

            await connection.send_binary(msgpack.packb(value))
        else:
            await connection.send(value)

    def _signed(self, value, step):
        """By the rule of the seed, over the payload's bytes as they are sent."""
        payload = json.dumps(value["payload"], ensure_ascii=False, separators=(",", ":"))
        text = value["type"] + value["id"] + value["timestamp"] + payload
        secret = self.memory.inside(step["signedBy"]).encode()
        return value | {"signature": hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()}

    async def _do_sendText(self, step):
        await self._on(step).send_text(self.memory.inside(step["sendText"]))

    async def _next(self, step, seconds):
        try:
            return await asyncio.wait_for(self._on(step).inbox.get(), seconds)
        except asyncio.TimeoutError:
            return None

    def _compare(self, expected, came):
        words = self.memory.difference(expected, came)
        if words is not None:
            raise Failed(f"{words}; it was {came!r}"[:2000])

    async def _message(self, step):
        came = await self._next(step, step.get("within", MESSAGE_SECONDS * 1000) / 1000)
        if came is None:
            raise Failed("nothing came")
        if isinstance(came, End):
            raise Failed(f"the connection ended: {came}")
        return came

    async def _do_expect(self, step):
        for _ in range(step.get("times", 1)):
            self._compare(step["expect"], await self._message(step))

    async def _do_expectAll(self, step):
        """All of these, in whatever order."""
        waiting = list(step["expectAll"])
        while waiting:
            came = await self._message(step)
            words = {self.memory.difference(one, came): one for one in waiting}
            if None not in words:
                raise Failed(f"{'; '.join(map(str, words))}; it was {came!r}"[:2000])
            waiting.remove(words[None])

    async def _do_nothing(self, step):
        came = await self._next(step, step["nothing"] / 1000)
        if came is not None:
            raise Failed(f"nothing was expected, but there came {came!r}"[:2000])

    async def _do_closed(self, step):
        came = await self._next(step, step.get("within", MESSAGE_SECONDS * 1000) / 1000)
        if not isinstance(came, End):
            raise Failed(f"the end of the connection was expected, but there came {came!r}"[:2000])
        expected = step["closed"]
        if expected is not True:
            self._compare({"code": expected}, {"code": came.code})

    async def _do_count(self, step):
        """Up to a message that is like `until`, or the end with that code: how many are like `of`."""
        count = 0
        while True:
            came = await self._next(step, MESSAGE_SECONDS)
            if isinstance(came, End) and step["until"] == came.code:
                break
            if came is None or isinstance(came, End):
                raise Failed(f"after {count} messages there came {came}")
            if self.memory.difference(step["until"], came) is None:
                break
            count += self.memory.difference(step["of"], came) is None
        low, high = step["count"]
        if not low <= count <= high:
            raise Failed(f"{count} messages, not {low} to {high}")

    async def _do_close(self, step):
        await self._on({"on": step["close"]}).close()

    async def _do_http(self, step):
        asked = step["http"]
        answers = step.get("answers", {})
        deadline = time.monotonic() + CONDITION_SECONDS
        while True:
            answer = await self._request(
                asked.get("method", "GET"), self.memory.inside(asked["path"]),
                asked.get("token", "platform"), self.memory.filled(asked.get("body")),
                asked.get("headers"))
            try:
                return self._compare_answer(answers, answer)
            except Failed:
                # What follows from a message takes a moment to be seen.
                if not step.get("eventually") or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.05)

    def _compare_answer(self, answers, answer):
        if answer.status_code != answers.get("status", 200):
            raise Failed(f"answered with {answer.status_code}: {answer.text}"[:2000])
        for name, value in answers.get("headers", {}).items():
            self._compare({name: value}, {name: answer.headers.get(name)})
        if "body" in answers:
            try:
                body = answer.json()
            except ValueError:
                raise Failed(f"no JSON: {answer.text}"[:2000]) from None
            self._compare(answers["body"], body)
        for text in answers.get("contains", []):
            if self.memory.inside(text) not in answer.text:
                raise Failed(f"{text} is not in {answer.text}"[:2000])
        for text in answers.get("containsNot", []):
            if self.memory.inside(text) in answer.text:
                raise Failed(f"{text} is in {answer.text}"[:2000])

    async def _do_raw(self, step):
        """Lines of a request as they stand, and lines that the answer's head has to have."""
        reader, writer = await asyncio.open_connection(self.world.host, self.world.port)
        try:
            request = "\r\n".join(map(self.memory.inside, step["raw"])) + "\r\n\r\n"
            writer.write(request.encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), MESSAGE_SECONDS)
        except (asyncio.IncompleteReadError, asyncio.TimeoutError):
            raise Failed("no answer came") from None
        finally:
            writer.close()
        lines = [line.lower() for line in head.decode().split("\r\n")]
        for line in step["answers"]:
            if line.lower() not in lines:
                raise Failed(f"{line} is not in {lines}")

    async def _do_metric(self, step):
        """Waits until a metric is at least so much."""
        deadline = time.monotonic() + CONDITION_SECONDS
        while True:
            answer = await self._request("GET", "/metrics", None)
            value = 0.0
            for line in answer.text.splitlines():
                name, _, number = line.rpartition(" ")
                if name == step["metric"]:
                    value = float(number)
            if value >= step.get("atLeast", 0) and value <= step.get("atMost", float("inf")):
                return
            if time.monotonic() > deadline:
                raise Failed(f"{step['metric']} is {value}")
            await asyncio.sleep(0.05)

    async def _do_publish(self, step):
        asked = step["publish"]
        payload = asked.get("payload", {})
        if not isinstance(payload, str):
            payload = json.dumps(self.memory.filled(payload))
        await asyncio.to_thread(self._publish, self.memory.inside(asked["topic"]), payload)

    def _publish(self, topic, payload):
        if self.publisher is None:
            self.publisher = mqtt.Client(
                mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
            self.publisher.connect(*self.world.broker)
            self.publisher.loop_start()
        self.publisher.publish(topic, payload, qos=1).wait_for_publish(MESSAGE_SECONDS)

    async def _do_wait(self, step):
        await asyncio.sleep(step["wait"] / 1000)

    async def _do_restart(self, step):
        if not self.world.is_own:
            raise WrongVector("a server that is given is not restarted")
        await self.world.stop()
        await self.world.start()

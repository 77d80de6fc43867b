"""A crowd of clients in every dialect that come back by themselves: crowd.py ADDRESS COUNT STAFF CUSTOMER STATUS

The PyPI packages websockets, httpx-sse and python-socketio follow the alarms of the order ORD-1 of
customer anna and cafe c1 at the daemon of ADDRESS (host:port). STAFF and CUSTOMER are tokens. Prints
`ready` when all follow. The file STATUS always says, as JSON, how many alarms each client has at least,
how many follow and how often clients were closed. With the end of standard input it prints one line of
JSON for each client: its dialect, the identifiers of the alarms it was told, in their order, and how it
was closed.
"""

import asyncio
import json
import os
import random
import sys

import httpx
import socketio
from httpx_sse import aconnect_sse
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

ADDRESS, COUNT, STAFF, CUSTOMER, STATUS = sys.argv[1:6]
DIALECTS = ["wia", "tabletap", "tracking", "booking", "sse", "socketio-ws", "socketio-polling"]


class Client:
    def __init__(self, dialect):
        self.dialect = dialect
        self.alarms = []
        self.last = None
        self.closings = []
        self.lost = 0
        self.follows = asyncio.Event()

    def take(self, identifier, is_alarm):
        if identifier:
            self.last = identifier
        if is_alarm:
            self.alarms.append(identifier)

    def closed(self, code, reason):
        self.follows.clear()
        self.closings.append([code, reason])

    async def live(self):
        while True:
            try:
                await getattr(self, self.dialect.split("-")[0])()
            except (OSError, WebSocketException, httpx.HTTPError, socketio.exceptions.SocketIOError):
                self.lost += 1
            self.follows.clear()
            await asyncio.sleep(random.uniform(0.05, 0.3))

    # WebSockets

    async def talk(self, path, token, opening, read):
        async with connect(
                f"ws://{ADDRESS}{path}", ping_interval=None, max_queue=None,
                additional_headers={"Authorization": f"Bearer {token}"}) as socket:
            await socket.send(json.dumps(opening))
            try:
                async for message in socket:
                    read(json.loads(message))
                self.closed(socket.close_code, socket.close_reason)
            except ConnectionClosed as end:
                self.closed(end.rcvd.code if end.rcvd else 1006, end.rcvd.reason if end.rcvd else "")

    async def wia(self):
        payload = {"subscriptions": ["orders.ORD-1"], "lastMessageId": self.last}
        opening = {"type": "reconnect", "id": "r", "payload": payload}
        if not self.last:
            opening = {"type": "subscribe", "id": "r", "payload": {"channel": "orders.ORD-1"}}

        def read(message):
            if message["type"] in ("subscribe_ack", "reconnect_ack"):
                assert message["payload"].get("status") != "reset", message
                self.follows.set()
            self.take(message["id"], message["type"] == "temperature_alert")

        await self.talk("/v1/realtime", STAFF, opening, read)

    async def tabletap(self):
        data = {"channels": ["cafe:c1:alerts"], "lastMessageId": self.last}
        opening = {"type": "reconnect", "data": data}
        if not self.last:
            opening = {"type": "subscribe", "data": {"channels": ["cafe:c1:alerts"]}}

        def read(message):
            if message["type"] == "message_replay":
                assert message["data"]["recovered"], message
                for missed in message["data"]["messages"]:
                    self.take(missed["messageId"], missed["type"] == "alert")
                self.follows.set()
            elif message["type"] == "subscription_confirmed":
                self.last = self.last or message["data"].get("lastMessageId")
                self.follows.set()
            elif message["type"] == "alert":
                self.take(message["messageId"], True)

        await self.talk("/v1", STAFF, opening, read)

    async def tracking(self):
        opening = {"action": "subscribe", "orderId": "ORD-1"}
        if self.last:
            opening["lastMessageId"] = self.last

        def read(message):
            if message["event"] == "subscribed":
                assert message["data"].get("recovered") is not False, message
                self.follows.set()
            self.take(message.get("id"), message["event"] == "temperature_alert")

        await self.talk("/tracking", CUSTOMER, opening, read)

    async def booking(self):
        opening = {"type": "resume", "channels": ["user.anna.events"],
                   "last_message_id": self.last}
        if not self.last:
            opening = {"type": "subscribe", "channel": "user.anna.events"}

        def read(message):
            if message["type"] in ("subscribed", "resumed"):
                assert message.get("recovered") is not False, message
                self.follows.set()
            self.take(message.get("message_id"), message["type"] == "temperature_alert")

        await self.talk("/realtime", CUSTOMER, opening, read)

    # Others

    async def sse(self):
        headers = {"Authorization": f"Bearer {STAFF}"}
        if self.last:
            headers["Last-Event-ID"] = self.last
        retry = None
        url = f"http://{ADDRESS}/v1/stream/orders/ORD-1"
        async with httpx.AsyncClient(timeout=None, verify=False, trust_env=False) as client:
            async with aconnect_sse(client, "GET", url, headers=headers) as source:
                async for event in source.aiter_sse():
                    self.follows.set()
                    retry = event.retry or retry
                    assert event.event != "reset"
                    self.take(event.id, event.event == "temperature_alert")
        self.closed("end", f"retry {retry}")

    async def socketio(self):
        over = asyncio.Event()
        client = socketio.AsyncClient(reconnection=False)

        def note(name, *arguments):
            offset = arguments[-1] if isinstance(arguments[-1], str) else None
            if name == "session:ready":
                assert self.last is None or arguments[0]["recovered"], arguments
                self.follows.set()
            if name == "session:closing":
                self.closed(arguments[0]["code"], f"in {arguments[0].get('retryAfter')} ms")
            self.take(offset, name == "order:temperature_alert")

        client.on("*", note)
        client.on("disconnect", lambda *_: over.set())
        transport = {"ws": "websocket", "polling": "polling"}[self.dialect.split("-")[1]]
        await client.connect(
            f"http://{ADDRESS}", transports=[transport], wait_timeout=10,
            auth={"token": STAFF, "rooms": ["order_ORD-1"], "offset": self.last})
        await over.wait()
        await client.disconnect()
        if client.eio.http and not client.eio.http.closed:
            await client.eio.http.close()


async def report(clients):
    while True:
        with open(STATUS + ".new", "w", encoding="utf-8") as status:
            json.dump({
                "alarms": min(len(client.alarms) for client in clients),
                "following": sum(client.follows.is_set() for client in clients),
                "closings": sum(len(client.closings) for client in clients)}, status)
        os.replace(STATUS + ".new", STATUS)
        await asyncio.sleep(0.1)


async def main():
    clients = [Client(DIALECTS[number % len(DIALECTS)]) for number in range(int(COUNT))]
    tasks = [asyncio.create_task(client.live()) for client in clients]
    for client in clients:
        await asyncio.wait_for(client.follows.wait(), 60)
    print("ready", flush=True)
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    reporting = asyncio.create_task(report(clients))
    await commands.read()
    reporting.cancel()
    for task in tasks:
        if task.done():
            task.result()
        task.cancel()
    for client in clients:
        print(json.dumps({
            "dialect": client.dialect, "alarms": client.alarms, "closings": client.closings,
            "lost": client.lost}), flush=True)
    await asyncio.gather(*tasks, return_exceptions=True)


asyncio.run(main())

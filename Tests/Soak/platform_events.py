"""What the delivery platform and the sensors tell the daemon while the soak runs, and the ledger of it."""

import asyncio
import json
import random
import time

import httpx
import paho.mqtt.client as mqtt

STATUSES = ["created", "confirmed", "preparing", "ready", "picked_up", "in_transit"]
# After this one nothing more happens to an order.
LAST = "delivered"
REQUEST_PATIENCE_S = 5
# More than an outbox and the kernel's buffers hold.
MANY = 2000


class Platform:
    def __init__(self, daemon, broker, token, seed):
        self.daemon = daemon
        self.headers = {"Authorization": f"Bearer {token}"}
        self.random = random.Random(seed)
        # By order, every status that was acknowledged as durable, in its order.
        self.ledger = {}
        self.readings = 0
        self.is_over = False
        self.broker = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="soak-platform")
        self.broker.max_inflight_messages_set(100)
        self.broker.connect("127.0.0.1", broker.port)
        self.broker.loop_start()

    def end(self):
        self.broker.loop_stop()
        self.broker.disconnect()

    async def request(self, method, path, body):
        """Tries until it is acknowledged: the same request again changes nothing."""
        while True:
            try:
                async with httpx.AsyncClient(
                        base_url=f"http://127.0.0.1:{self.daemon.port}", headers=self.headers,
                        timeout=REQUEST_PATIENCE_S) as client:
                    response = await client.request(method, path, json=body)
                if response.status_code in (200, 201):
                    return
                if response.status_code != 503:
                    raise RuntimeError(f"{method} {path} {body}: {response.text}")
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.05)

    async def create(self, order, customer, bag):
        self.ledger[order] = ["created"]
        await self.request("POST", "/v1/orders", {
            "id": order, "foodClass": "cold", "customerId": customer})
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
        await self.request("POST", f"/v1/orders/{order}/bags", {"bagId": bag, "from": since})

    def next_status(self, order):
        return self.random.choice([status for status in STATUSES if status != self.ledger[order][-1]])

    async def change_by_request(self, order, pause):
        """Now and then many at once, so that outboxes fill."""
        while not self.is_over:
            for _ in range(60 if self.random.random() < 0.02 else 1):
                await self.set_status(order, self.next_status(order))
            await asyncio.sleep(self.random.expovariate(1 / pause))

    async def set_status(self, order, status):
        await self.request("PATCH", f"/v1/orders/{order}", {"status": status})
        self.ledger[order].append(status)

    async def change_by_message(self, order, pause):
        """Now and then more at once than waits for a reader that reads nothing."""
        while not self.is_over:
            count = MANY if self.random.random() < 0.01 else 1
            statuses = []
            for _ in range(count):
                statuses.append(self.next_status(order))
                # The broker keeps it until the daemon has acknowledged it.
                self.ledger[order].append(statuses[-1])
            acknowledgements = [self.broker.publish(
                f"orders/{order}/events", json.dumps({"event": "order.updated", "data": {"status": status}}),
                qos=1)
                for status in statuses]
            while not all(message.is_published() for message in acknowledgements):
                await asyncio.sleep(0.01)
            await asyncio.sleep(self.random.expovariate(1 / pause))

    async def measure(self, bags, pause):
        """Each bag is too warm for a while, and then is not."""
        while not self.is_over:
            for bag in bags:
                is_warm = (self.readings // len(bags)) % 6 >= 3
                celsius = (9 if is_warm else 4) + round(self.random.random(), 2)
                self.broker.publish(f"bags/{bag}/readings", json.dumps({
                    "t": round(time.time() * 1000), "temperature": celsius, "humidity": 50,
                    "battery": 90, "seq": self.readings}), qos=1)
                self.readings += 1
            await asyncio.sleep(pause)

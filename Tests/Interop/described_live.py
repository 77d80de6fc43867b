"""Holds what a running daemon says live against Documentation/asyncapi.yaml.

described_live.py PROGRAM

Starts a broker and the daemon, connects a client of each dialect, has everything happen that is in
the catalogue of messages, and validates each message that comes, over WebSockets, Socket.IO,
server-sent events and MQTT, against what is described. Everything that is described must have come,
but for what is named here. Prints a line for each check, and ends with 1 where one failed.

asyncapi-3.0.0.json is the schema that the AsyncAPI Initiative publishes, of its repository
asyncapi/spec-json-schemas at 7dd3990, under the Apache License 2.0.
"""

import json
import sys
import threading
import time

import httpx
import paho.mqtt.client as mqtt
import socketio
import yaml
from httpx_sse import connect_sse
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT7
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import make_asyncapi
from checks import check, equal, once
from world import World, eventually, instant, token

PROGRAM = sys.argv[1]
SCHEMA = make_asyncapi.HERE / "asyncapi-3.0.0.json"
HEAD_TOPIC = "freshwire/log/head"
CONFIGURATION = """
mqtt:
  brokers:
    - name: local
      host: 127.0.0.1
      port: {broker}
store:
  directory: {folder}/store
proof:
  head_interval: 1s
  head_topic: freshwire/log/head
server:
  connections_per_user: 100
  location_interval: 0s
silence:
  after: 2s
  first_repeat: 1h
  start_pause: 0s
confirmation:
  first_repeat: 1s
  repeats: 1
"""
NOT_SEEN = {
    # What is told at the very end, of a token or of the daemon.
    "sse.token_expired", "socketio.session_closing",
}
STAFF = token("staff", "otto")
ADMIN = token("admin", "ada")
IDENTIFIERS = {
    "orderId": "ORD-1", "customerId": "CUST-1", "cafeId": "CAFE-1", "counterId": "C-1",
    "employeeId": "E-1", "driverId": "DRV-1", "merchantId": "REST-1", "userId": "CUST-1",
}


class Live:
    """The document, and what was seen of it."""

    def __init__(self):
        self.tree = yaml.safe_load(make_asyncapi.DOCUMENT.read_text(encoding="utf-8"))
        self.registry = Registry().with_resource(
            "urn:document", DRAFT7.create_resource(self.tree))
        self.messages = self.tree["components"]["messages"]
        self.by_name = {
            (identifier.split(".")[0], message["name"]): identifier
            for identifier, message in self.messages.items() if not identifier.endswith(".asked")}
        self.validators = {}
        self.seen = set()
        self.faults = []

    def validate(self, identifier, message):
        if identifier not in self.validators:
            self.validators[identifier] = Draft7Validator(
                {"$ref": f"urn:document#/components/messages/{identifier}/payload"},
                registry=self.registry, format_checker=FormatChecker())
        for error in self.validators[identifier].iter_errors(message):
            place = "/".join(map(str, error.absolute_path))
            return f"{identifier} {place}: {error.message[:400]} in {json.dumps(message)[:600]}"
        self.seen.add(identifier)
        return None

    def take(self, dialect, name, message):
        identifier = self.by_name.get((dialect, name))
        fault = (self.validate(identifier, message) if identifier
                 else f"{dialect} {name} is not described: {json.dumps(message)[:600]}")
        if fault and fault not in self.faults:
            self.faults.append(fault)


live = Live()
catalogue = make_asyncapi.load(make_asyncapi.ROOT / "Catalogue" / "messages.yaml")["messages"]


class Socket:
    """A WebSocket client of a dialect."""

    def __init__(self, dialect, bearer, path=None):
        self.dialect = dialect
        self.came = []
        described = live.tree["channels"][dialect]["address"]
        self.socket = connect(
            f"ws://127.0.0.1:{world.port}{path or described}",
            subprotocols=["wia-ind-009-v1"] if dialect == "wia" else None,
            additional_headers={"Authorization": f"Bearer {bearer}"})
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for text in self.socket:
                message = json.loads(text)
                live.take(self.dialect, message.get("type") or message.get("event"), message)
                self.came.append(message)
        except ConnectionClosed:
            pass

    def send(self, message):
        self.socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    def ask(self, message):
        """Sends what is described as a client's."""
        name = message.get("type") or message.get("action")
        fault = live.validate(f"{self.dialect}.{make_asyncapi.key(name)}.asked", message)
        equal(fault, None)
        self.send(message)

    def wait(self, name, condition=lambda message: True):
        return eventually(
            lambda: [message for message in self.came
                     if name in (message.get("type"), message.get("event")) and condition(message)],
            f"{self.dialect} {name} in {json.dumps(self.came)[:3000]}")[-1]


class Rooms:
    """A Socket.IO client."""

    def __init__(self, bearer):
        self.client = socketio.Client(reconnection=False)
        self.client.on("*", self.take)
        self.client.connect(world.url, auth={"token": bearer}, transports=["websocket"])

    def take(self, name, *arguments):
        live.take("socketio", name, list(arguments))

    def call(self, name, argument):
        live.take("socketio", "acknowledgement", [self.client.call(name, argument)])


class Stream:
    def __init__(self, channels, last=None, bearer=ADMIN):
        self.channels, self.last, self.bearer = channels, last, bearer
        self.is_open = threading.Event()
        threading.Thread(target=self.read, daemon=True).start()
        equal(self.is_open.wait(30), True)

    def read(self):
        headers = {"Authorization": f"Bearer {self.bearer}"}
        if self.last:
            headers["Last-Event-ID"] = self.last
        try:
            with httpx.Client(timeout=None) as client, connect_sse(
                    client, "GET", f"{world.url}/v1/stream", headers=headers,
                    params={"channels": ",".join(self.channels)}) as source:
                for event in source.iter_sse():
                    self.is_open.set()
                    if event.data:
                        live.take("sse", event.event, json.loads(event.data))
        except httpx.TransportError:
            pass


def rest(method, path, body=None, bearer=STAFF):
    answer = world.client.request(
        method, path, json=body, headers={"Authorization": f"Bearer {bearer}"})
    if answer.status_code >= 300:
        raise AssertionError(f"{method} {path} {body}: {answer.status_code} {answer.text}")
    return answer.json()


def sample(message, accepted=False):
    """Something of what a message may say."""
    fields = {}
    for name, field in message["fields"].items():
        kind = field["kind"]
        if accepted and "filled" in field:
            continue
        fields[name] = {
            "identifier": IDENTIFIERS.get(name, "X-1"), "string": "words", "boolean": True,
            "number": max(float(field.get("minimum", 0)), 1) if kind == "number" else None,
            "integer": field.get("minimum", 1), "instant": instant(), "array": ["one"],
            "object": {"aMember": 1}, "enum": field.get("values", [None])[-1],
        }[kind]
    return fields


@check
def the_document_is_what_is_made_of_the_catalogue():
    equal(make_asyncapi.DOCUMENT.read_text(encoding="utf-8") == make_asyncapi.text(), True)


@check
def the_document_is_valid_AsyncAPI_3_0():
    with open(SCHEMA, encoding="utf-8") as file:
        errors = [error.message[:500] for error in
                  Draft7Validator(json.load(file)).iter_errors(live.tree)]
    equal(errors, [])


@check
def every_reference_leads_to_something():
    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    used = set(references(live.tree))
    for reference in used:
        node = live.tree
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/")]
    for kind in ["messages", "schemas"]:
        for name in live.tree["components"][kind]:
            equal((name, f"#/components/{kind}/{name}" in used), (name, True))


@check
def what_Freshwire_tells_by_itself_says_what_the_catalogue_says():
    maker = make_asyncapi.Maker(make_asyncapi.ROOT / "Catalogue" / "messages.yaml")
    own = {name: message for name, message in catalogue.items() if message.get("effect") == "own"}
    equal(set(maker.source["own"]) - set(own), set())
    for name, message in own.items():
        if name not in maker.source["own"]:
            continue
        schema = maker.resolved(maker.taken(maker.source["own"][name]))
        missing = set(message["fields"]) - set(schema["properties"])
        required = {field for field, described in message["fields"].items()
                    if described.get("required")}
        equal((name, missing, required - set(schema["required"])), (name, set(), set()))


@check
@once
def everything_that_comes_is_described():
    rest("POST", "/v1/orders", {
        "id": "ORD-1", "foodClass": "hot", "customerId": "CUST-1", "driverId": "DRV-1",
        "vehicleId": "VAN-1", "restaurantId": "REST-1", "cafeId": "CAFE-1",
        "deliveryLocation": {"latitude": 40.7589, "longitude": -73.9851}})
    subjects = {
        "orders": "ORD-1", "bags": "BAG-1", "drivers": "DRV-1", "vehicles": "VAN-1",
        "customers": "CUST-1", "merchants": "REST-1", "sites": "CAFE-1", "alerts": "all",
        "counters": "C-1", "counter_status": "C-1", "employees": "E-1", "cafes": "CAFE-1",
        "cafe_staff": "CAFE-1", "cafe_metrics": "CAFE-1", "tracking": "ORD-1", "chat": "ORD-1",
        "users": "CUST-1", "system": "maintenance"}
    channels = [f"{family}.{subject}" for family, subject in subjects.items()] + ["users.otto"]
    wia = Socket("wia", ADMIN)
    for number, channel in enumerate(channels):
        wia.ask({"type": "subscribe", "id": f"s{number}", "timestamp": instant(),
                 "payload": {"channel": channel}})
    wia.ask({"type": "subscribe", "id": "s", "payload": {
        "channel": "orders", "filter": {"orderId": "ORD-2"}}})
    tables = Socket("tabletap", ADMIN)
    tables.ask({"type": "subscribe", "data": {"channels": [
        "orders:customer:CUST-1", "orders:employee:E-1", "counter:C-1:orders",
        "counter:C-1:status", "cafe:CAFE-1:general", "cafe:CAFE-1:staff", "cafe:CAFE-1:metrics",
        "cafe:CAFE-1:alerts", "system:maintenance", "nothing:1"]}, "messageId": "m-1"})
    tracking = Socket("tracking", ADMIN)
    tracking.ask({"action": "subscribe", "orderId": "ORD-1", "userId": "ada"})
    booking = Socket("booking", ADMIN)
    for channel in ["booking.ORD-1.tracking", "booking.ORD-1.chat", "user.CUST-1.events",
                    "user.DRV-1.events", "user.otto.events"]:
        booking.ask({"type": "subscribe", "channel": channel})
    rooms = [Rooms(bearer) for bearer in [
        ADMIN, token("driver", "DRV-1"), token("customer", "CUST-1"),
        token("merchant", "mo", site="REST-1")]]
    rooms[0].call("join", "order_ORD-1")
    rooms[0].call("join", {"room": "nothing_1"})
    rooms[0].client.emit("join", "nothing_1")
    Stream(channels)
    Stream(channels[:2], last="not-of-this-log")
    wia.wait("subscribe_ack")
    booking.wait("subscribed")
    changes = Socket("wia", ADMIN)
    changes.ask({"type": "subscribe", "id": "d", "payload": {
        "channel": "orders.ORD-1", "delta": True}})
    gathered = Socket("wia", ADMIN)
    gathered.ask({"type": "subscribe", "id": "g", "payload": {
        "channel": "orders.ORD-1", "aggregate": {"intervalMs": 100}}})
    what_happens(wia)
    changes.wait("temperature_update", lambda message: "delta" in message["payload"])
    wia.ask({"type": "sync_request", "id": "y", "payload": {
        "orders": {"ORD-1": {"status": "CREATED", "version": 1}, "ORD-404": {}}}})
    wia.wait("sync_response")
    what_is_published()
    what_clients_ask(wia, tables, tracking, booking, rooms)
    what_is_offered(wia)
    what_is_not_confirmed(wia)
    what_is_told_of_tokens()
    what_is_told_of_rights()

    def unseen():
        return sorted(set(live.by_name.values()) - live.seen - NOT_SEEN
                      - {name for name in live.messages if name.startswith("mqtt.")})

    try:
        eventually(lambda: not unseen(), "everything that is described", patience=20)
    except AssertionError:
        pass
    equal(live.faults, [])
    equal(unseen(), [])


def what_happens(wia):
    """What Freshwire tells by itself."""
    rest("POST", "/v1/orders/ORD-1/bags", {"bagId": "BAG-1", "from": instant(3000)})
    rest("PATCH", "/v1/orders/ORD-1", {"status": "picked_up", "pickedUpAt": instant(2900)})
    wia.wait("sensor_silent")
    for minute in range(12):
        world.publish("bags/BAG-1/readings", {
            "t": int((time.time() - 2400 + 60 * minute) * 1000), "humidity": 70,
            "temperature": 58 - minute, "seq": minute})
    world.publish("vehicles/VAN-1/location", {
        "t": int(time.time() * 1000), "lat": 40.7128, "lon": -74.006, "speed": 25, "heading": 45,
        "accuracy": 5})
    wia.wait("data_loss")
    world.publish("bags/BAG-1/readings", {"temperature": 61, "seq": 50})
    wia.wait("sensor_returned")
    number = rest("GET", "/v1/alerts?kind=excursion")["alerts"][0]["alert"]["number"]
    rest("POST", f"/v1/alerts/{number}/comment", {
        "revision": rest("GET", f"/v1/alerts/{number}")["alert"]["revision"], "text": "seen"})


def what_is_published():
    """What others tell: half of it by REST, half of it by MQTT."""
    for place, (name, message) in enumerate(catalogue.items()):
        if message.get("effect", "relay") != "relay":
            continue
        event = {"id": f"e-{place}", "type": name, "timestamp": instant(),
                 "data": sample(message)}
        equal(live.validate("mqtt.published", event), None)
        channel = message["channels"][0]
        for field, value in IDENTIFIERS.items():
            channel = channel.replace("{%s}" % field, value)
        if place % 2 and "{" not in channel:
            world.publish(f"fabric/{channel}", event)
        else:
            answer = rest("POST", "/v1/events", event)
            equal(answer["status"], "accepted")
    letters = rest("GET", "/v1/dead-letters")["deadLetters"]
    equal([letter for letter in letters if letter["topic"].startswith("fabric/")], [])


def what_clients_ask(wia, tables, tracking, booking, rooms):
    wia.ask({"type": "ping", "id": "p"})
    wia.ask({"type": "unsubscribe", "id": "u", "payload": {"channel": "orders.ORD-2"}})
    wia.send("no JSON")
    wia.send(b"bytes")
    wia.ask({"type": "status_change", "id": "c", "payload": {
        "orderId": "ORD-1", "status": "in_transit", "estimatedPreparation": instant(),
        "estimatedTime": 4, "message": "It is on its way"}})
    wia.ask({"type": "location_update", "id": "l", "timestamp": instant(), "payload": {
        "driverId": "DRV-1", "orderId": "ORD-1", "latitude": 40.72, "longitude": -74.0}})
    chat = {"orderId": "ORD-1", "content": "on my way"}
    wia.ask({"type": "chat_message", "id": "m", "payload": chat})
    wia.ask({"type": "heartbeat", "id": "h", "payload": {"driverId": "DRV-1"}})
    wia.ask({"type": "bulk_update", "id": "b", "payload": {"messages": [
        {"type": "chat_message", "id": "m", "payload": chat}, {"type": "nothing", "id": "n"}]}})
    wia.wait("error")
    wia.wait("bulk_update_ack")
    wia.ask({"type": "reconnect", "id": "r", "payload": {
        "lastMessageId": None, "subscriptions": ["orders.ORD-1"]}})
    tables.ask({"type": "ping", "timestamp": instant()})
    tables.ask({"type": "unsubscribe", "data": {"channels": ["orders:employee:E-1"]}})
    tables.send({"type": "nothing"})
    tables.send({"type": "nothing", "messageId": "m-2"})
    tables.ask({"type": "reconnect", "data": {
        "lastMessageId": "of another log", "channels": ["cafe:CAFE-1:alerts"]}})
    tracking.ask({"action": "ping"})
    tracking.ask({"action": "unsubscribe", "orderId": "ORD-1"})
    tracking.send({"action": "nothing"})
    booking.ask({"type": "ping"})
    booking.ask({"type": "heartbeat", "driver_id": "DRV-1", "availability": "available"})
    booking.ask({"type": "chat_message", "message_id": "b-1", "booking_id": "ORD-1",
                 "content": "at the door"})
    booking.send({"type": "nothing"})
    booking.ask({"type": "resume", "channels": ["booking.ORD-1.tracking"]})
    booking.wait("resumed")
    booking.ask({"type": "unsubscribe", "channel": "booking.ORD-1.tracking"})
    rooms[1].call("driver:status", {"status": "available"})
    rooms[1].call("driver:heartbeat", {"availability": "available"})
    rooms[0].call("leave", "order_ORD-1")


def what_is_offered(wia):
    """Each offer is of an order of its own; who follows every channel learns its name."""
    merchant = Socket("wia", token("merchant", "mo", site="REST-1"))
    driver = Socket("wia", token("driver", "DRV-2"))
    assigned = Socket("booking", token("driver", "DRV-1"))
    place = {"lat": 40.72, "lng": -74.0}
    for subject in ["DRV-1", "DRV-2"]:
        rooms = Rooms(token("driver", subject))
        rooms.call("driver:status", {"status": "available"})
        rooms.call("driver:location_update", place)

    def offer(number, kind, **further):
        order = f"ORD-2{number}"
        rest("POST", "/v1/orders", {"id": order, "foodClass": "cold", "restaurantId": "REST-1"})
        answer = rest("POST", "/v1/events", {
            "id": f"o-{number}", "type": kind, "data": {"orderId": order, **further}})
        equal(answer["status"], "accepted")
        told = wia.wait(
            kind.partition(":")[2], lambda message: message["payload"]["orderId"] == order)
        return told["payload"]["offerId"]

    def answer(client, name, offered):
        client.ask({"type": name, "id": name, "payload": {"offerId": offered}})
        client.wait(f"{name}_ack")

    meal = {"merchantId": "REST-1", "items": [{"name": "Dosa"}], "timer": 60}
    answer(merchant, "decline_order", offer(0, "merchant:new_order", **meal))
    answer(merchant, "accept_order", offer(1, "merchant:new_order", **meal))
    way = {"pickup": place, "drop": {"lat": 40.73, "lng": -74.0}, "fare": 50}
    # To both who are near.
    request = offer(2, "delivery:new_request", **way)
    answer(driver, "decline_request", request)
    assigned.ask({"type": "assignment_accept", "message_id": "k", "offer_id": request})
    assigned.wait("published")
    answer(driver, "accept_request", offer(3, "delivery:new_request", **way))
    offer(4, "delivery:new_request", driverId="DRV-1", timer=1, **way)
    wia.wait("offer_expired")


def what_is_not_confirmed(wia):
    """Somebody confirms what is critical, and then does not."""
    careless = Socket("wia", token("support", "sue"))
    careless.ask({"type": "subscribe", "id": "c", "payload": {
        "channel": "customers.CUST-9", "confirm": True}})
    careless.wait("subscribe_ack")
    rest("POST", "/v1/events", {
        "id": "c-1", "type": "order_created", "data": {"orderId": "ORD-9", "customerId": "CUST-9"}})
    told = wia.wait("delivery_unconfirmed")["payload"]
    equal((told["type"], told["recipient"], told["told"]), ("order_created", "sue", 2))
    identifiers = {message["id"] for message in careless.came if message["type"] == "order_created"}
    equal(identifiers, {told["messageId"]})


def what_is_told_of_tokens():
    """A token ends soon, and another takes its place."""
    def short():
        return token("staff", "otto", exp=int(time.time()) + 40)

    wia, tables, tracking, booking = [
        Socket(dialect, short()) for dialect in ["wia", "tabletap", "tracking", "booking"]]
    for client in [wia, tables, tracking, booking]:
        client.wait("token_expiring")
    wia.ask({"type": "authenticate", "id": "a", "payload": {"token": STAFF}})
    tables.ask({"type": "authenticate", "data": {"token": STAFF}})
    tracking.ask({"action": "authenticate", "token": STAFF})
    booking.ask({"type": "authenticate", "token": STAFF})
    rooms = Rooms(short())
    eventually(lambda: "socketio.token_expiring" in live.seen, "a warning")
    rooms.call("authenticate", {"token": STAFF})


def what_is_told_of_rights():
    """An order is another driver's now."""
    rest("POST", "/v1/orders", {"id": "ORD-8", "foodClass": "cold", "driverId": "DRV-8"})
    bearer = token("driver", "DRV-8")
    rooms = Rooms(bearer)
    rooms.call("join", "order_ORD-8")
    Stream(["orders.ORD-8", "drivers.DRV-8"], bearer=bearer)
    rest("PATCH", "/v1/orders/ORD-8", {"driverId": "DRV-9"})


@check
@once
def what_is_heard_by_MQTT_is_described():
    """What stands there as an example is taken by the daemon as it is."""
    names = {"bag": "BAG-2", "vehicle": "VAN-2", "order": "ORD-2", "channel": "customers.CUST-1"}
    for name, topic in make_asyncapi.load(make_asyncapi.HERE / "fabric.yaml")["topics"].items():
        for example in topic.get("examples", []):
            equal(live.validate(f"mqtt.{name}", example), None)
            world.publish(topic["address"].format(**names), example)
    world.publish("bags/BAG-2/readings", "this is none")
    letters = eventually(
        lambda: rest("GET", "/v1/dead-letters")["deadLetters"], "what cannot be read")
    equal([(letter["payload"], letter["detail"]) for letter in letters[:-1]], [])
    equal(letters[-1]["payload"], "this is none")


@check
@once
def what_is_told_by_MQTT_is_described():
    came = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = lambda _client, _data, message: came.append(message)
    client.connect("127.0.0.1", world.broker)
    client.loop_start()
    client.subscribe("#", qos=1)
    eventually(lambda: came, "the head of the log")
    client.loop_stop()
    # Nothing else is kept: what devices and tests publish is not retained.
    equal({(message.topic, message.qos) for message in came if message.retain}, {(HEAD_TOPIC, 1)})
    equal(live.validate("mqtt.head", json.loads(came[0].payload)), None)


if __name__ == "__main__":
    from checks import run

    with World(PROGRAM, CONFIGURATION) as world:
        run()

"""Holds a running daemon against Documentation/openapi.yaml.

described.py PROGRAM [ROUTES]

PROGRAM is freshwire; ROUTES is a file of JSON, `[{"path":…,"methods":[…]}]`, with what the program
itself says that it serves. Starts a broker, a webhook receiver and the daemon, lets bags and people
do things, and asks for everything that is described: each operation with each example, each status.
What comes must be what the description says, member by member, and everything that is described
must have come, but for what is named here. Prints a line for each check, and ends with 1 where one
failed.
"""

import json
import math
import socket
import sqlite3
import sys
import time

from httpx_sse import EventSource
from openapi_spec_validator import OpenAPIV31SpecValidator
from websockets.sync.client import connect

from checks import check, equal, once
from description import DOCUMENTATION, METHODS, Description
from world import World, eventually, instant, token

PROGRAM = sys.argv[1]
ROUTES = sys.argv[2] if len(sys.argv) > 2 else None
BODY_BYTES = 65_536
CONFIGURATION = """
mqtt:
  brokers:
    - name: local
      host: 127.0.0.1
      port: {broker}
store:
  directory: {folder}/store
server:
  body_bytes: 64KiB
  allowed_origins: [https://app.example.com]
proof:
  head_interval: 1s
  head_event_interval: 1s
  verify_interval: 1s
publishing:
  positions_per_hour: 3
haccp:
  plan_file: {folder}/plan.yaml
silence:
  after: 2s
  first_repeat: 1h
  start_pause: 0s
presence:
  heartbeat_interval: 1s
confirmation:
  first_repeat: 1s
  repeats: 1
webhooks:
  retry_delays: [1s, 1s]
  endpoints:
    - name: kitchen
      url: "http://127.0.0.1:{receiver}/ok"
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
      allow_private_addresses: true
      events: [order.temperature_alert, order.data_loss, order.delivered, sensor.silent,
        sensor.returned, alert.updated, log.head, log.altered, offer.accepted, offer.declined,
        offer.expired, delivery.unconfirmed, driver.offline, driver.online]
"""
STAFF = token("staff", "otto")
MARIA = token("food_safety", "maria", name="Maria Ruiz")
# Another one, whose name is the same.
ZOE = token("food_safety", "zoe", name="Maria Ruiz")
ADMIN = token("admin", "ada")
# These ask more in a minute than such users may.
MANY = {"tier": "enterprise"}
ALL_ROLES = {
    "customer": token("customer", "CUST-1", **MANY), "driver": token("driver", "DRV-1", **MANY),
    "merchant": token("merchant", "mo", site="REST-1", **MANY),
    "support": token("support", "sue"), "admin": ADMIN, "staff": STAFF, "food_safety": MARIA,
    "employee": token("employee", "emil", site="CAFE-1", counters=["C-1"], **MANY),
    "manager": token("manager", "mia", site="CAFE-1", **MANY),
}

# What is described and cannot be had from a daemon that is well: answers by operation, and members.
NOT_PROVOKED = {
    "live": {"503"}, "liveHead": {"503"}, "ready": {"503"}, "readyHead": {"503"},
    # Only where a payload was longer than what is kept of one.
    "replayDeadLetter": {"409"},
}
# What every operation may answer; 429 is asked of one for all.
OVERLOAD = {"429", "503"}
NOT_SEEN = {
    "/paths//v1/dead-letters/{letter}/replay/post/responses/409/content/application/json/schema"
    "/error",
    "/paths//v1/dead-letters/{letter}/replay/post/responses/409/content/application/json/schema"
    "/properties/error/code",
    "/components/schemas/Readiness/properties/brokers/items/trouble",
    # Without the key that places were sealed with.
    "/components/schemas/OrderWithSilences/deliveryLocationProblem",
    "/components/schemas/SubjectRecords/properties/records/items/properties/order"
    "/deliveryLocationProblem",
    # More than 100,000 readings.
    "/components/schemas/TemperatureLog/notEvaluated",
    # Alerts that are days old, or that late readings do not bear out.
    "/components/schemas/Alert/reviewOverdue",
    "/components/schemas/Evidence/corrected",
    # What depends on when exactly the broker was there.
    "/components/schemas/Silence/cause",
    "/components/schemas/SilenceData/cause",
    "/components/schemas/Freshness/properties/sensors/items/notEvaluated",
    # Devices that nobody sends for here.
    "/components/schemas/UnknownFrames/properties/unknown/items/sampleHex",
    "/components/schemas/Decoding/device",
    "/components/schemas/DecodedSample/deviceClass",
    "/components/schemas/Decoding/foreignFrames",
    # Of a vehicle whose driver nobody knows.
    "/components/schemas/ActiveOrders/properties/orders/items/properties/location/vehicleId",
    # Only while the newest reading of an open order is a corrected one, which depends on the moment.
    "/components/schemas/ActiveOrders/properties/orders/items/properties/temperatures/items"
    "/rawTemperature",
    "/components/schemas/ActiveOrders/properties/orders/items/properties/temperatures/items"
    "/calibration",
    # Only where more are open than tests make.
    "/components/schemas/ConnectionList/next",
    "/components/schemas/DecodedSample/properties/position/satellites",
}

api = Description()


def ask(operation, body=None, bearer=STAFF, status=None, headers=None, **parameters):
    """Makes a request, and holds the answer against the description."""
    operation = api[operation]
    fields = dict(headers or {})
    if bearer and operation.needs_token:
        fields["Authorization"] = f"Bearer {bearer}"
    content = None
    if isinstance(body, (bytes, str)):
        content = body
    elif body is not None:
        content = json.dumps(body)
        if status is None or status < 300:
            operation.check_body(body)
    with world.client.stream(
            operation.method.upper(), operation.target(**parameters), content=content,
            headers=fields) as answer:
        if answer.headers.get("content-type") == "text/event-stream":
            text = next(answer.iter_text())
        else:
            text = answer.read().decode()
        value = operation.check_answer(answer.status_code, answer.headers, text)
        if status is not None:
            what = f"{operation.id} with {str(content)[:200]}"
            equal((what, answer.status_code), (what, status))
        return value


def example(operation, name, **changes):
    return api[operation].examples[name] | changes


def ask_example(operation, name, status, bearer=STAFF, changes=None, **parameters):
    """The request of an example; what depends on the time is put in place of the example's."""
    return ask(
        operation, example(operation, name, **(changes or {})), bearer, status, **parameters)


# MARK: What is asked


@check
def the_document_is_valid_OpenAPI_3_1():
    errors = [error.message for error in OpenAPIV31SpecValidator(api.tree).iter_errors()]
    equal(errors, [])


@check
def every_example_is_what_its_schema_says():
    api.check_examples()


@check
def what_the_program_serves_is_what_is_described():
    if not ROUTES:
        return
    with open(ROUTES, encoding="utf-8") as file:
        served = {route["path"]: set(route["methods"]) for route in json.load(file)}
    equal(served, {path: api.methods(path) for path in api.tree["paths"]})


@check
@once
def orders_are_as_described():
    promised = {"promisedAt": instant(-1800)}
    ask_example("createOrder", "hot", 201, changes=promised)
    ask_example("createOrder", "hot", 201, changes=promised)
    ask_example("createOrder", "cold", 201)
    ask("createOrder", {"id": "ORD-1", "foodClass": "cold"}, status=409)
    ask_example("bindBag", "earlier", 201, changes={"from": instant(3600)})
    ask_example("bindBag", "now", 201, orderId="ORD-2", changes={"from": instant(3600)})
    ask("createOrder", {"id": "ORD-6", "foodClass": "hot", "customerId": "CUST-6"})
    ask("bindBag", {"bagId": "BAG-10", "from": instant(3000)}, orderId="ORD-6")
    ask_example("amendOrder", "pickedUp", 200, changes={"pickedUpAt": instant(3500)})
    ask_example("amendOrder", "underWay", 200)
    ask("createOrder", {"id": "ORD-3", "foodClass": "frozen", "customerId": "CUST-3",
                        "driverId": "DRV-3", "vehicleId": "VAN-3"})
    ask("bindBag", {"bagId": "BAG-3"}, orderId="ORD-3")
    world.publish("vehicles/VAN-3/location", {
        "t": int(time.time() * 1000), "lat": 40.7, "lon": -74.0, "speed": 25, "heading": 45,
        "accuracy": 5, "battery": 80, "seq": 1})
    eventually(
        lambda: 'freshwire_fixes_total 1' in ask("metrics"), "the position to be recorded")
    ask("recordCheckpoint", {"kind": "delivery"}, orderId="ORD-3")
    delivered = {"status": "delivered", "deliveredAt": instant()}
    ask("amendOrder", delivered, orderId="ORD-3")
    ask("amendOrder", {"status": "ready"}, orderId="ORD-3", status=409)
    ask("bindBag", {"bagId": "BAG-4"}, orderId="ORD-3", status=409)
    for operation, body in [("amendOrder", {"status": "ready"}), ("bindBag", {"bagId": "B"}),
                            ("recordCheckpoint", {"kind": "pickup"}), ("getOrder", None)]:
        ask(operation, body, orderId="ORD-404", status=404)


@check
@once
def what_sensors_send_becomes_what_is_described():
    start = time.time() - 3000
    temperatures = [62, 61.5, 61, 60.5, 60, 59, 58, 57.5, 56.5, 55.5, 54.5, 53.9, 53, 52, 51.5, 51]
    world.publish("bags/BAG-1/readings", [
        {"t": int((start + 60 * minute) * 1000), "temperature": value, "humidity": 70,
         "battery": 88, "seq": minute} for minute, value in enumerate(temperatures)])
    # Cold food that gets warmer, as a bag does: the limit is ahead.
    world.publish("bags/BAG-2/readings", [
        {"t": int((time.time() - 1800 + 30 * step) * 1000), "seq": step,
         "temperature": round(8 - 7 * math.exp(-0.0127 * step) + (0.01 if step % 3 else 0), 2)}
        for step in range(60)])
    for bag in ["BAG-6", "BAG-9"]:
        world.publish(f"bags/{bag}/readings", "not json")
    world.publish("bags/BAG-8/readings", b"\xff\xfe\x00")
    world.publish("bags/BAG-7/readings", {"temperature": "abc"})
    eventually(lambda: ask("listAlerts", kind="excursion")["alerts"], "an alert")
    eventually(
        lambda: any("probe" in silence for silence in ask("getOrder")["silences"]), "a silence")
    eventually(lambda: len(ask("listDeadLetters")["deadLetters"]) == 4, "dead letters")


@check
def what_can_be_asked_of_an_order_is_as_described():
    first = ask_example("recordCheckpoint", "pickup", 201)
    ask_example("recordCheckpoint", "delivery", 201, changes={"at": instant(5)})
    ask("getOrder")
    for order in ["ORD-1", "ORD-2", "ORD-3"]:
        page = ask("getTemperature", orderId=order, limit=7)
        while "next" in page:
            page = ask("getTemperature", orderId=order, after=page["next"], limit=2000)
        for operation in ["getTemperature", "getFreshness", "getFlags", "getCheckpoints"]:
            ask(operation, orderId=order)
            ask(operation, orderId=order, asOf=instant(), status=200)
            ask(operation, orderId=order, asOf="2999-01-01T00:00:00Z", status=400)
    equal(first["orderId"], "ORD-1")
    for operation in ["getTemperature", "getFreshness", "getFlags", "getCheckpoints"]:
        ask(operation, orderId="ORD-404", status=404)


@check
@once
def alerts_are_as_described():
    number = ask("listAlerts", kind="excursion")["alerts"][0]["alert"]["number"]

    def do(operation, name, status=200, bearer=MARIA):
        body = example(operation, name)
        body["revision"] = ask("getAlert", number=number)["alert"]["revision"]
        return ask(operation, body, bearer, status, number=number)

    do("closeAlert", "resolved", 409)
    do("releaseFood", "measured", 409)
    do("acknowledgeAlert", "seen")
    do("acknowledgeAlert", "seen", 409, ADMIN)
    do("assignAlert", "somebody")
    do("assignAlert", "nobody")
    do("commentAlert", "words")
    do("signAlert", "reviewed", 403, STAFF)
    do("closeAlert", "resolved", 403, STAFF)
    do("releaseFood", "measured", 403, STAFF)
    do("actOnAlert", "kept")
    do("closeAlert", "resolved", 409)
    world.publish("bags/BAG-1/readings", [
        {"t": int((time.time() - 2080 + 60 * minute) * 1000),
         "temperature": min(51.9 + minute, 63), "seq": 20 + minute} for minute in range(34)])
    eventually(lambda: not ask("getAlert", number=number)["alert"]["standing"], "warm food")
    do("releaseFood", "measured")
    do("closeAlert", "resolved")
    do("closeAlert", "resolved", 409)
    do("signAlert", "reviewed")
    for operation in api.operations.values():
        if operation.path.startswith("/v1/alerts/{number}/"):
            body = next(iter(operation.examples.values())) | {"revision": 1}
            for alert, status in [(number, 409), (999, 404), ("none", 404)]:
                ask(operation.id, body, ZOE, status, number=alert)
    ask("getAlert", number=999, status=404)
    page = ask("listAlerts", limit=1)
    ask("listAlerts", limit=1, after=page["next"])


@check
@once
def devices_are_as_described():
    page = ask("listDevices", limit=1)
    ask("listDevices", after=page["next"])
    ask_example("registerDevice", "probe", 201)
    ask_example("registerDevice", "probe", 201)
    ask("registerDevice", {"id": "A840412B81874509", "kind": "vehicle"}, status=409)
    ask("listUnknownFrames")
    ask_example("adoptDevice", "probe", 201)
    ask("adoptDevice", {"topic": "bags/BAG-404/readings", "id": "BAG-404"}, status=404)
    taken = {"topic": "bags/BAG-6/readings", "id": "A840412B81874509", "kind": "vehicle"}
    ask("adoptDevice", taken, status=409)
    for alias in ["", "NamedUnknown", "NamedAdopt"]:
        parameters = {} if alias else {"deviceId": "A840412B81874509"}
        if alias:
            ask("registerDevice", {"id": alias.removeprefix("Named").lower(), "kind": "bag"})
        for name in api["changeDevice"].examples:
            ask_example(f"changeDevice{alias}", name, 200, **parameters)
        if alias != "NamedUnknown":
            ask(f"getDevice{alias}", status=200, **parameters)
        ask(f"removeDevice{alias}", status=204, **parameters)
        ask(f"removeDevice{alias}", status=204, **parameters)
        ask(f"changeDevice{alias}", {"site": "S"}, status=404, **parameters)
        if alias != "NamedUnknown":
            ask(f"getDevice{alias}", status=404, **parameters)


@check
@once
def calibrations_are_as_described():
    entered = ask_example("enterCalibration", "bath", 201, changes={
        "madeAt": "2026-01-01T00:00:00Z", "dueAt": instant(-86400)})
    ask("listCalibrations")
    world.publish("bags/BAG-1/readings", {"temperature": 64.2, "seq": 90})
    world.publish("bags/BAG-1/readings", {"temperature": None, "seq": 91, "humidity": 60})
    eventually(
        lambda: [reading for reading in ask("getTemperature")["readings"] if "rawValue" in reading],
        "a corrected reading")
    ask("exportReadings", format="json")
    ask_example("enterCalibration", "takenBack", 201, changes={"supersedes": entered["number"]})
    ask("listCalibrations")
    ask_example("enterCalibration", "bath", 404, deviceId="NOBODY")
    ask("listCalibrations", deviceId="NOBODY", status=404)


def uplink(payload):
    """An uplink of The Things Stack."""
    return {
        "end_device_ids": {"device_id": "probe-1", "dev_eui": "A840412B81874511"},
        "received_at": instant(),
        "uplink_message": {"f_port": 2, "f_cnt": 7, "frm_payload": payload}}


@check
@once
def messages_are_as_described():
    page = ask("listDeadLetters", limit=1)
    ask("decode", {"topic": "v3/bags/devices/A840412B81874511/up", "model": "dragino/lht65",
                   "payload": json.dumps(uplink("y8YAggDyAX//f/8="))}, status=200)
    ask("decode", {"topic": "owntracks/anna/phone", "payload": '{"_type":"lwt","tst":1798761590}'})
    ask("listDeadLetters", after=page["next"])
    ask("replayDeadLetter", letter=page["deadLetters"][0]["number"], status=422)
    ask("replayDeadLetter", letter=999, status=404)
    for name in api["decode"].examples:
        ask_example("decode", name, 200)
    world.publish("v3/bags/devices/A840412B81874511/up", uplink("y/YLDQN2AQrdf/8="))
    number = eventually(
        lambda: [letter["number"] for letter in ask("listDeadLetters")["deadLetters"]
                 if letter["topic"].startswith("v3/")], "a frame of a device nobody knows")[0]
    ask("listUnknownFrames")
    ask("registerDevice", {"id": "A840412B81874511", "profile": "dragino/lht65", "kind": "bag"})
    ask("replayDeadLetter", letter=number, status=200)
    ask("createOrder", {"id": "ORD-7", "foodClass": "hot"})
    ask("bindBag", {"bagId": "A840412B81874511"}, orderId="ORD-7")
    world.publish("v3/bags/devices/A840412B81874511/up", uplink("y8YAggDyAX//f/8="))
    eventually(
        lambda: [reading for reading in ask("getTemperature", orderId="ORD-7")["readings"]
                 if "marker" in reading], "a probe that is not there")
    ask("exportOrder", orderId="ORD-7", format="json")
    ask("getFreshness", orderId="ORD-7")
    ask("listDeadLetters")
    ask("getDevice", deviceId="A840412B81874511")
    ask("decode", {"topic": "nowhere", "payload": "x"}, status=404)


@check
def exports_are_as_described():
    for name in ["csv", "json", "epcis"]:
        ask("exportReadings", format=name, status=200)
        ask("exportOrder", format=name, status=200)
    for name in ["csv", "json"]:
        ask("exportAlerts", format=name, status=200)
    ask("exportOrder", orderId="ORD-404", status=404)
    for operation in ["exportReadings", "exportAlerts", "exportOrder"]:
        ask(operation, format="pdf", status=400)
        old(operation)


def old(operation):
    """By HTTP/1.0."""
    operation = api[operation]
    with socket.create_connection(("127.0.0.1", world.port)) as connection:
        connection.sendall(
            f"GET {operation.target()} HTTP/1.0\r\nAuthorization: Bearer {STAFF}\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    head, _, body = answer.decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in
               (line.partition(":") for line in lines[1:])}
    status = int(lines[0].split()[1])
    operation.check_answer(status, headers, body)
    equal(status, 505)


@check
@once
def holds_are_as_described():
    hold = ask_example("placeHold", "order", 201, MARIA)
    ask_example("placeHold", "everything", 201, MARIA)
    page = ask("listHolds", limit=1)
    ask("listHolds", after=page["next"])
    ask("releaseHold", bearer=MARIA, status=200, hold=hold["number"])
    ask("releaseHold", bearer=MARIA, status=404, hold=999)
    ask("listHolds")


@check
def the_plan_is_as_described():
    ask("getPlan", status=200)


@check
def health_is_as_described():
    for operation in ["live", "liveHead", "ready", "readyHead", "metrics", "metricsHead"]:
        ask(operation, status=200)


@check
def streams_are_as_described():
    page = {"Origin": "https://app.example.com"}
    ask("streamOrder", status=200)
    ask("streamOrder", status=200, headers=page)
    ask("streamOrder", status=404, orderId="ORD-404")
    ask("streamChannels", status=200, channels="orders.ORD-1,bags.BAG-1")
    ask("streamChannels", status=404, channels="nothing.1")
    ask("streamChannels", status=404)
    for operation in ["streamPermission", "streamOrderPermission"]:
        ask(operation, status=204, headers=page)
        ask(operation, status=403, headers={"Origin": "https://elsewhere.example.com"})
    many = ",".join(f"bags.B{number}" for number in range(200))
    ask("streamChannels", status=400, channels=many)
    ask("streamOrder", status=400, orderId="x" * 2000)


@check
@once
def persons_are_as_described():
    page = ask("exportSubject", bearer=ADMIN, status=200)
    ask("exportSubject", bearer=ADMIN, status=200, kind="drivers", person="DRV-3")
    equal(len(page["records"]), 1)
    ask("exportSubject", bearer=ADMIN, status=404, kind="dogs")
    ask("eraseSubject", bearer=ADMIN, status=404, kind="dogs")
    ask("eraseSubject", bearer=ADMIN, status=409)
    ask("eraseSubject", bearer=ADMIN, status=200, person="CUST-404")


@check
@once
def published_events_are_as_described():
    ask_example("publishEvents", "one", 200)
    equal(ask_example("publishEvents", "one", 200)["status"], "duplicate")
    fates = ask_example("publishEvents", "several", 200)["events"]
    equal([fate["status"] for fate in fates], ["accepted", "rejected"])
    status = {"type": "order_status_update", "data": {"orderId": "ORD-1", "status": "created"}}
    ask("publishEvents", status | {"id": "e-4"}, ALL_ROLES["driver"], 409)
    ask("publishEvents", status | {"id": "e-5"}, ALL_ROLES["customer"], 403)
    ask("publishEvents", {"events": []}, status=400)
    position = {"driverId": "DRV-1", "orderId": "ORD-1", "latitude": 40.7, "longitude": -74}
    for number in range(4):
        ask("publishEvents", {"id": f"p-{number}", "type": "driver_location", "data": position},
            ALL_ROLES["driver"], 200 if number < 3 else 429)


def offered(channel, bearer, event):
    """Publishes an offer, and answers its name, which is told to whom it is made to."""
    path = f"/v1/stream?channels={channel}&access_token={bearer}"
    with world.client.stream("GET", path) as stream:
        told = EventSource(stream).iter_sse()
        next(told)
        equal(ask("publishEvents", event, status=200)["status"], "accepted")
        return next(
            message["offerId"] for message in
            (json.loads(message.data) for message in told if message.data)
            if message.get("orderId") == event["data"]["orderId"])


@check
@once
def offers_are_as_described():
    near, far = {"lat": 12.97, "lng": 77.59}, {"lat": -33.9, "lng": 151.2}
    drivers = {name: token("driver", name, **MANY) for name in ["DRV-20", "DRV-21", "DRV-22"]}
    for name, bearer in drivers.items():
        ask("publishEvents", {"id": f"at-{name}", "type": "driver_location", "data": {
            "driverId": name, "latitude": near["lat"], "longitude": near["lng"]}}, bearer, 200)
    for number in [20, 21]:
        ask("createOrder", {"id": f"ORD-{number}", "foodClass": "cold", "restaurantId": "REST-1"})

    def request(identifier, pickup):
        return {"id": identifier, "type": "delivery:new_request", "data": {
            "orderId": "ORD-20", "pickup": pickup, "drop": near, "fare": 50}}

    first, second, third = drivers.values()
    offer = offered("drivers.DRV-20", first, request("o-1", near))
    for status, operation, bearer in [
            (200, "declineOffer", first), (200, "declineOffer", first), (409, "acceptOffer", first),
            (200, "acceptOffer", second), (200, "acceptOffer", second),
            (409, "declineOffer", second), (409, "acceptOffer", third),
            (404, "acceptOffer", ALL_ROLES["driver"]), (404, "declineOffer", ALL_ROLES["merchant"]),
    ]:
        ask(operation, None, bearer, status, offerId=offer)
    late = {"id": "o-2", "type": "delivery:accept", "data": {"offerId": offer}}
    ask("publishEvents", late, third, 409)
    ask("publishEvents", late, ALL_ROLES["driver"], 404)
    ask("publishEvents", request("o-3", far), status=409)
    merchant = ALL_ROLES["merchant"]
    offer = offered("merchants.REST-1", merchant, {
        "id": "o-4", "type": "merchant:new_order", "data": {
            "merchantId": "REST-1", "orderId": "ORD-21", "items": [{"name": "Dosa"}], "timer": 1}})
    time.sleep(1.5)
    for operation in ["acceptOffer", "declineOffer"]:
        ask(operation, None, merchant, 409, offerId=offer)
        ask(operation, None, merchant, 404, offerId="offer-404")
        ask(operation, " " * (BODY_BYTES + 1), merchant, 413, offerId=offer)
    taken = {"id": "o-5", "type": "merchant:accept_order", "data": {"orderId": "ORD-21"}}
    ask("publishEvents", taken, merchant, 409)


@check
@once
def the_fabric_is_as_described():
    world.publish("bags/BAG-1/readings", {"temperature": 62, "humidity": 60, "seq": 99})
    world.publish("vehicles/VAN-1/location", {
        "lat": 40.7, "lon": -74.0, "speed": 25, "heading": 45, "accuracy": 5})
    eventually(
        lambda: [order for order in ask("listActiveOrders")["orders"] if order["location"]
                 and "speed" in order["location"]["location"]], "where an order is")
    path = f"/v1/stream?channels=orders.ORD-1&access_token={ALL_ROLES['driver']}"
    for operation, further in [("endConnection", {}), ("closeConnection", {"reconnect": "true"})]:
        with world.client.stream("GET", path) as stream:
            # The stream ends with whoever reads it.
            reader = stream.iter_text()
            next(reader)
            for active in ["listActiveOrders", "listActiveOrdersWithoutVersion"]:
                page = ask(active, status=200, limit=1)
                ask(active, status=200, after=page["next"])
            ask("listActiveOrders", bearer=ALL_ROLES["customer"], status=200)
            page = ask("listChannels", bearer=ADMIN, limit=1)
            ask("listChannels", bearer=ADMIN, after=page["next"])
            ask("listConnections", bearer=ADMIN, limit=1)
            number = ask("listConnections", bearer=ADMIN, user="DRV-1")["connections"][0]["id"]
            ask(operation, bearer=ADMIN, status=400, connection=number, reconnect="perhaps")
            ask(operation, bearer=ADMIN, status=204, connection=number, **further)
        ask(operation, bearer=ADMIN, status=404, connection="999999")
    with world.client.stream("GET", path) as stream:
        reader = stream.iter_text()
        next(reader)
        equal(ask("closeUser", bearer=ADMIN, user="DRV-1")["closed"], 1)
    ask("closeUser", bearer=ADMIN, status=400, reconnect="perhaps")


@check
def tokens_are_refreshed_as_described():
    fresh = ask("refreshToken", status=200)
    ask("getPlan", bearer=fresh["token"], status=200)
    ask("refreshToken", bearer=token("staff", "otto", auth_time=1), status=403)


@check
def the_audit_is_as_described():
    ask("getOrder", bearer=ALL_ROLES["support"])
    page = eventually(
        lambda: ask("listAccesses", bearer=ADMIN, subject="sue")["accesses"], "a look")
    equal(page[0]["resource"], "/v1/orders/ORD-1")
    page = ask("listAccesses", bearer=ADMIN, limit=1)
    ask("listAccesses", bearer=ADMIN, limit=1, after=page["next"])


@check
@once
def too_many_requests_are_refused_as_described():
    eager = token("customer", "eager")
    for _ in range(100):
        ask("getOrder", bearer=eager)
    equal("429" in api["getOrder"].seen, True)


# MARK: What holds of every operation


@check
def every_parameter_of_a_query_is_understood_and_its_example_accepted():
    for operation in api.operations.values():
        if operation.method != "get":
            continue
        bearer = ADMIN
        for name, value in operation.query_examples():
            ask(operation.id, bearer=bearer, status=200, **{name: value})
            if name in ["limit", "from", "until", "state", "standing", "acknowledged", "kind",
                        "review", "format"]:
                ask(operation.id, bearer=bearer, status=400, **{name: "wrong"})
        for name in ["after"]:
            if any(parameter["name"] == name and "pattern" in parameter["schema"]
                   for parameter in operation.parameters):
                ask(operation.id, bearer=bearer, status=400, **{name: "wrong"})
    ask("listUnknownFrames", limit=0, status=400)
    ask("listDevices", limit=0, status=400)


@check
def without_a_token_the_answer_is_401_and_with_the_wrong_role_403():
    # The first alert of all may be that the broker was not there, which is for staff only.
    alerts = ask("listAlerts", order="ORD-1")["alerts"]
    own = {"number": alerts[0]["alert"]["number"]}
    for operation in api.operations.values():
        if not operation.needs_token:
            continue
        body = next(iter(operation.examples.values()), None)
        for bearer in [None, "no.token", token("staff") + "x"]:
            ask(operation.id, body, bearer, 401)
        if operation.path.startswith("/v1/stream"):
            continue
        place = own if "{number}" in operation.path else {}
        for role, bearer in ALL_ROLES.items():
            if role not in operation.roles:
                hidden = operation.node.get("x-hidden-from-others")
                ask(operation.id, body, bearer, 404 if hidden else 403, **place)
            elif operation.method == "get" and "Named" not in operation.id:
                ask(operation.id, body, bearer, 200, **place)
    ask("streamOrder", bearer=ALL_ROLES["employee"], status=403)
    ask("streamOrder", bearer=token("customer", "somebody else"), status=403)
    ask("streamChannels", bearer=ALL_ROLES["customer"], status=403, channels="bags.BAG-77")


@check
def a_body_that_is_wrong_is_answered_as_described():
    for operation in api.operations.values():
        if not operation.examples and "requestBody" not in operation.node:
            continue
        good = next(iter(operation.examples.values()))
        for body in ["{", "[]", json.dumps(good | {"noSuchMember": 1})]:
            ask(operation.id, body, MARIA, 400)
        ask(operation.id, json.dumps(good) + " " * BODY_BYTES, MARIA, 413)


@check
def a_request_that_the_description_refuses_is_refused_by_the_daemon():
    """One member less of those that are required, each in turn."""
    for operation in api.operations.values():
        schema = operation.node.get("requestBody", {}).get("content", {}).get(
            "application/json", {}).get("schema")
        if not schema:
            continue
        good = next(iter(operation.examples.values()))
        for name in api.resolved(schema).get("required", []):
            rest = {member: value for member, value in good.items() if member != name}
            ask(operation.id, rest, token("food_safety", "zoe"), 400)


@check
def a_method_that_is_not_described_is_not_served():
    for path in api.tree["paths"]:
        described = api.methods(path)
        operation = next(iter(api[identifier] for identifier in api.operations
                              if api[identifier].path == path))
        for method in METHODS:
            if method.upper() in described:
                continue
            answer = world.client.request(
                method, operation.target(), headers={"Authorization": f"Bearer {ADMIN}"})
            what = f"{method} {path}"
            equal((what, answer.status_code), (what, 405))
            allowed = {name.strip() for name in answer.headers["allow"].split(",")}
            equal((what, allowed), (what, described))
            if method != "head":
                equal(answer.json()["error"]["code"], "method_not_allowed")
        for method in ["PUT", "TRACE"]:
            equal(world.client.request(method, operation.target()).status_code, 405)
    for path in ["/v1/nothing", "/nothing", "/v1/orders/ORD-1/nothing", "/v1/alerts/1/nothing"]:
        answer = world.client.get(path, headers={"Authorization": f"Bearer {ADMIN}"})
        equal((path, answer.status_code), (path, 404))


# MARK: What is told


def never_confirmed():
    """Somebody confirms what is critical, and then goes without."""
    with connect(
            f"ws://127.0.0.1:{world.port}/v1/realtime", subprotocols=["wia-ind-009-v1"],
            additional_headers={"Authorization": f"Bearer {ADMIN}"}) as client:
        client.send(json.dumps({"type": "subscribe", "id": "s", "payload": {
            "channel": "customers.CUST-9", "confirm": True}}))
        equal(json.loads(client.recv(10))["type"], "subscribe_ack")
        ask("publishEvents", {"id": "u-1", "type": "order_created", "data": {
            "orderId": "ORD-9", "customerId": "CUST-9"}}, status=200)
        equal(json.loads(client.recv(10))["type"], "order_created")


def missed_and_heard_again():
    def is_told(event):
        return any((body["event"], body["data"].get("driverId")) == (event, "DRV-30")
                   for body in (json.loads(hook["body"]) for hook in world.webhooks()))

    driver = token("driver", "DRV-30", **MANY)
    ask("createOrder", {"id": "ORD-30", "foodClass": "cold", "driverId": "DRV-30",
                        "status": "in_transit"})
    for number, event in enumerate(["driver.offline", "driver.online"]):
        ask("publishEvents", {"id": f"b-{number}", "type": "driver_heartbeat", "data": {
            "availability": "available"}}, driver, 200)
        eventually(lambda: is_told(event), f"the webhook {event}")


@check
@once
def webhooks_are_as_described():
    ask("createOrder", {"id": "ORD-5", "foodClass": "cold", "customerId": "CUST-5"})
    ask("bindBag", {"bagId": "BAG-5", "from": instant(3000)}, orderId="ORD-5")
    eventually(lambda: ask("getOrder", orderId="ORD-5")["silences"], "the bag to be called silent")
    world.publish("bags/BAG-5/readings", [
        {"t": int((time.time() - 2400 + 60 * minute) * 1000),
         "temperature": 9 + minute / 10, "seq": minute} for minute in range(12)])
    ask("createOrder", {"id": "ORD-6", "foodClass": "cold"})
    ask("publishEvents", {"id": "w-6", "type": "order_status_update", "data": {
        "orderId": "ORD-6", "status": "delivered", "estimatedPreparation": instant(),
        "estimatedTime": 1, "message": "It is on the table"}}, status=200)
    events = {"temperatureAlert", "dataLoss", "delivered", "sensorSilent", "sensorReturned",
              "alertUpdated", "logHead", "offerAccepted", "offerDeclined", "offerExpired",
              "deliveryUnconfirmed", "driverOffline", "driverOnline"}

    def told():
        return {api.check_webhook(hook["headers"], hook["body"]) for hook in world.webhooks()}

    eventually(lambda: "dataLoss" in told(), "a loss of data")
    world.publish("bags/BAG-5/readings", {"temperature": 4, "seq": 99})
    never_confirmed()
    missed_and_heard_again()
    eventually(lambda: events <= told(), f"all of {sorted(events)}, not {sorted(told())}")
    with sqlite3.connect(world.folder / "store" / "freshwire.sqlite", timeout=20) as store:
        triggers = store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'readings'")
        for (name,) in triggers.fetchall():
            store.execute(f"DROP TRIGGER {name}")
        store.execute("UPDATE readings SET value = value + 1 WHERE id = 3")
    eventually(lambda: "logAltered" in told(), "an alteration to be found")
    equal(told(), set(api.tree["webhooks"]))
    for hook in world.webhooks():
        equal((hook["headersHold"], hook["bodyHolds"]), (True, True))
    ask("ready")
    ask("exportSubject", bearer=ADMIN, person="CUST-5")
    ask("exportSubject", bearer=ADMIN, limit=1)


@check
def every_status_that_is_described_was_seen():
    unseen = {
        operation.id: sorted(
            operation.answers - operation.seen - NOT_PROVOKED.get(operation.id, set())
            - OVERLOAD)
        for operation in api.operations.values()}
    equal({name: statuses for name, statuses in unseen.items() if statuses}, {})


@check
def every_member_that_is_described_was_seen():
    equal(set(api.unseen_members(api.tree)) - NOT_SEEN, set())


if __name__ == "__main__":
    from checks import run

    plan = (DOCUMENTATION.parent / "HACCP" / "insulated-bag-delivery.yaml").read_text("utf-8")
    approval = 'approved_by: {name: A. Kim, role: food safety, on: "2026-11-22"}\n'
    with World(PROGRAM, CONFIGURATION, {"plan.yaml": plan + approval}) as world:
        run()

"""Publishes numbered readings at QoS 1, by the PyPI package paho-mqtt, and notes which of them the
broker has acknowledged.

publisher.py PORT RECORD RATE BAGS timed|untimed

Prints `ready` when it is connected. Reading n is of bag LOAD-(n % BAGS), has sequence n, and, when
timed, was measured n milliseconds after the start; each bag is cold for five readings and warm for
five. What is acknowledged is a line `n t` of RECORD, written when the acknowledgement comes. Loses
the connection and goes on as a sensor would. When standard input ends it publishes no more, waits
until all is acknowledged, and ends with 0; with 1 where that does not come.
"""

import json
import select
import sys
import time

import paho.mqtt.client as mqtt

PORT, RECORD, RATE, BAGS, KIND = sys.argv[1:6]
RATE, BAGS = float(RATE), int(BAGS)
START = int(time.time() * 1000) - 3_600_000
PATIENCE = 60

record = open(RECORD, "a", buffering=1, encoding="utf-8")
waiting = {}


def acknowledged(_client, _userdata, identifier, *_):
    n = waiting.pop(identifier, None)
    if n is not None:
        record.write(f"{n} {START + n}\n")


def payload(n):
    temperature = 3.5 if (n // BAGS) % 10 < 5 else 9.5
    reading = {"temperature": temperature, "seq": n}
    return json.dumps({"t": START + n, **reading} if KIND == "timed" else reading)


def turn(client, seconds):
    """Reads and writes; connects again where the connection is gone."""
    if client.loop(seconds) == mqtt.MQTT_ERR_SUCCESS:
        return
    try:
        client.reconnect()
    except OSError:
        time.sleep(0.05)


def connect():
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id=f"load-{PORT}-{KIND}", protocol=mqtt.MQTTv311,
        clean_session=False)
    client.max_inflight_messages_set(100)
    client.on_publish = acknowledged
    client.connect("127.0.0.1", int(PORT), keepalive=60)
    while not client.is_connected():
        turn(client, 0.05)
    return client


client = connect()
print("ready", flush=True)
began = time.monotonic()
n = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    due = (time.monotonic() - began) * RATE
    while n < due and len(waiting) < 1000:
        waiting[client.publish(f"bags/LOAD-{n % BAGS}/readings", payload(n), qos=1).mid] = n
        n += 1
    turn(client, 0.005)
end = time.monotonic() + PATIENCE
while waiting and time.monotonic() < end:
    turn(client, 0.05)
sys.exit(1 if waiting else 0)

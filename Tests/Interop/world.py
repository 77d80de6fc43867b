"""A broker, a webhook receiver and a Freshwire daemon, as processes of their own in a folder of
their own, for programs that look at what the daemon says.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

import httpx
import jwt
import paho.mqtt.client as mqtt

HERE = Path(__file__).resolve().parent
SECRET = "a secret of the tests, of more than 32 bytes"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATIENCE = 30


def eventually(condition, what, patience=PATIENCE):
    """The first true answer of `condition`, asked again and again."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited {patience} s in vain for {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def instant(seconds_ago=0):
    """An instant as the API writes it."""
    then = datetime.fromtimestamp(time.time() - seconds_ago, timezone.utc)
    return then.strftime("%Y-%m-%dT%H:%M:%S.") + f"{then.microsecond // 1000:03d}Z"


def token(role="staff", subject=None, **claims):
    now = int(time.time())
    return jwt.encode(
        {"sub": subject or role, "role": role, "iat": now, "exp": now + 3000, **claims}, SECRET,
        algorithm="HS256")


class World:
    """`with World(program, configuration) as world`: started on entry, ended on exit.

    `configuration` is text with the broker's port as {broker}, the receiver's as {receiver}, and
    the folder as {folder}; `files` are further ones in the folder.
    """

    def __init__(self, program, configuration, files=None):
        self.program = program
        self.configuration = configuration
        self.files = files or {}
        self.processes = []

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="freshwire-described-"))
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.broker = free_port()
        self.write("mosquitto.conf", f"""
            per_listener_settings false
            allow_anonymous true
            {"user root" if os.getuid() == 0 else ""}
            persistence false
            listener {self.broker} 127.0.0.1
            """)
        mosquitto = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        self.run([mosquitto, "-c", self.folder / "mosquitto.conf"], "mosquitto.log")
        eventually(lambda: accepts(self.broker), "the broker")
        receiver = subprocess.Popen(
            [sys.executable, HERE / "receiver.py", self.folder / "webhooks", WEBHOOK_SECRET],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(receiver)
        self.receiver = int(receiver.stdout.readline())
        for name, text in self.files.items():
            self.write(name, text)
        self.write("freshwire.yaml", self.configuration.format(
            broker=self.broker, receiver=self.receiver, folder=self.folder))
        self.port = free_port()
        environment = os.environ | {
            "FRESHWIRE_AUTH_HS256_SECRET": SECRET, "FRESHWIRE_SERVER_PORT": str(self.port)}
        self.run(
            [self.program, "serve", "--config", self.folder / "freshwire.yaml"], "daemon.log",
            environment)
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=30)
        eventually(self.is_ready, "the daemon")
        self.publisher = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.publisher.connect("127.0.0.1", self.broker)
        self.publisher.loop_start()

    def is_ready(self):
        if self.processes[-1].poll() is not None:
            raise AssertionError(f"the daemon ended: {self.log}")
        try:
            return self.client.get("/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def run(self, command, log, environment=None):
        with open(self.folder / log, "wb") as output:
            self.processes.append(
                subprocess.Popen(command, stdout=output, stderr=output, env=environment))

    def write(self, name, text):
        lines = [line.strip() if name.endswith(".conf") else line for line in text.splitlines()]
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def log(self):
        return (self.folder / "daemon.log").read_text(errors="replace")

    def publish(self, topic, payload):
        """Until the broker has it."""
        if not isinstance(payload, (str, bytes)):
            payload = json.dumps(payload)
        self.publisher.publish(topic, payload, qos=1).wait_for_publish(PATIENCE)

    def webhooks(self):
        """What the receiver was sent so far."""
        try:
            text = (self.folder / "webhooks").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

"""The daemon and its broker, as processes of the soak's own."""

import asyncio
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

START_PATIENCE_S = 60
STOP_PATIENCE_S = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Broker:
    def __init__(self, folder):
        self.port = free_port()
        configuration = folder / "mosquitto.conf"
        configuration.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\n"
            "persistence false\nmax_queued_messages 0\nlog_type error\n")
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen(
            [program, "-c", configuration], stderr=(folder / "mosquitto.log").open("w"))
        deadline = time.monotonic() + 10
        while not accepts(self.port):
            if time.monotonic() > deadline:
                raise RuntimeError("mosquitto does not listen")
            time.sleep(0.05)

    def end(self):
        self.process.terminate()
        self.process.wait(10)


class Daemon:
    """`freshwire serve`, always on the same port and store."""

    def __init__(self, program, folder, broker_port):
        self.program = pathlib.Path(program).resolve()
        self.folder = folder
        self.port = free_port()
        self.process = None
        self.starts = 0
        self.store = folder / "store/freshwire.sqlite"
        self.configuration = folder / "freshwire.yaml"
        self.configuration.write_text(f"""\
mqtt:
  brokers:
    - {{name: soak, host: 127.0.0.1, port: {broker_port}, client_id: freshwire-soak,
       reconnect_initial: 100ms, reconnect_maximum: 1s}}
server:
  port: {self.port}
  connections_per_user: 1000
  outbox_bytes: 32KiB
  stream_lease: 30s
  stream_retry: 100ms
  table_tap: {{connections_per_user: 100, messages_per_minute: 100000, message_burst: 10000}}
store: {{directory: {folder / "store"}}}
excursions: {{grace: 0s, hysteresis_kelvin: 0, clear_delay: 0s}}
quality: {{checks: gross_range}}
log: {{level: warning}}
""")

    async def start(self):
        self.starts += 1
        self.process = subprocess.Popen(
            [self.program, "serve", "--config", self.configuration],
            stderr=(self.folder / "daemon.log").open("a"), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_PATIENCE_S
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the daemon does not start: see {self.folder}/daemon.log")
            await asyncio.sleep(0.05)

    def _is_ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    async def end(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        deadline = time.monotonic() + STOP_PATIENCE_S
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"the daemon does not end after {by.name}")
            await asyncio.sleep(0.02)
        expected = -by if by == signal.SIGKILL else 0
        if self.process.returncode != expected:
            raise RuntimeError(f"the daemon ended with {self.process.returncode} after {by.name}")

    def token(self, role, subject):
        return subprocess.run(
            [self.program, "token", "--role", role, "--subject", subject, "--hours", "24",
             "--config", self.configuration],
            check=True, stdout=subprocess.PIPE, text=True, env=os.environ).stdout.strip()

    def resident_kibibytes(self):
        """0 while it does not run."""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in status.splitlines()
                     if line.startswith("VmRSS:")), 0)

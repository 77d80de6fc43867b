"""The programs that take part: built, started, watched and ended."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
BENCHMARKS = ROOT / "Tests/Benchmarks"
# Not /tmp, which may be memory: a commit must wait for a disk.
SCRATCH = ROOT / ".build/benchmarks"
PATIENCE_S = 120
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

C_PROGRAMS = {
    "noop_subscriber": ("EndToEnd/noop_subscriber.c", ["-lmosquitto"]),
    "publisher": ("EndToEnd/publisher.c", []),
    "subscribers": ("EndToEnd/subscribers.c", []),
    "fanout_floor": ("FanOut/fanout_floor.c", []),
    "race_clients": ("Race/race_clients.c", ["-lpthread"]),
}


_configuration = "release"


def built(product):
    return ROOT / ".build" / _configuration / product


def configuration():
    """What `build` was last asked for."""
    return _configuration


def build(products, configuration="release"):
    """A debug build says nothing of speed, but a test run has made it already."""
    global _configuration
    _configuration = configuration
    SCRATCH.mkdir(parents=True, exist_ok=True)
    for product in products:
        subprocess.run(
            ["swift", "build", "-c", configuration, "--product", product],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for name, (source, libraries) in C_PROGRAMS.items():
        subprocess.run(
            ["cc", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", SCRATCH / name,
             BENCHMARKS / source, *libraries],
            check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_done, what, seconds=PATIENCE_S, interval=0.02):
    """The moment at which `is_done` was first true, by the monotonic clock."""
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(interval)
    return time.monotonic()


class Program:
    """A process of ours; ended with the `with` block."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def line(self):
        """The next line it says, in words."""
        words = self.process.stdout.readline().split()
        if not words:
            raise RuntimeError(f"{self.process.args[0]} ended early")
        return words

    def expect(self, word):
        words = self.line()
        if words[0] != word:
            raise RuntimeError(f"{self.process.args[0]} said {words} instead of {word}")
        return words

    def end_input(self):
        self.process.stdin.close()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def thread_cpu_seconds(self, name):
        """By the scheduler's own count, which is in nanoseconds."""
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == name:
                return int((task / "schedstat").read_text().split()[0]) / 1e9
        raise RuntimeError(f"no thread {name}")

    def proportional_bytes(self):
        return proportional_bytes(self.process.pid)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(process):
    """Of all threads of a process, those that have ended too."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def proportional_bytes(process):
    """Resident memory, with pages that are shared divided among their users."""
    with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("Pss:"))


@contextlib.contextmanager
def directory():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    path = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def broker():
    """A mosquitto of our own; the block gets its port and its process."""
    with directory() as path:
        port = free_port()
        configuration = path / "mosquitto.conf"
        configuration.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence false\n"
            "max_queued_messages 0\nset_tcp_nodelay true\nlog_type error\nlog_dest stderr\n")
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        with Program([program, "-c", configuration]) as process:
            wait_until(lambda: accepts(port), "mosquitto does not listen", 10)
            yield port, process


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Daemon(Program):
    """`freshwire serve` on a store of its own."""

    def __init__(self, path, broker_port, patience=30, pinned=(), server=""):
        self.port = free_port()
        self.store = path / "store"
        self.configuration = path / "freshwire.yaml"
        self.configuration.write_text(f"""\
mqtt:
  brokers:
    - {{name: bench, host: 127.0.0.1, port: {broker_port}, client_id: freshwire-{self.port}}}
server:
  port: {self.port}
  connections_maximum: 15000
  connections_per_user: 100000
  heartbeat_interval: 600s
  ping_interval: 600s
  {server}
store: {{directory: {self.store}}}
log: {{level: warning}}
""")
        super().__init__(
            [*pinned, built("freshwire"), "serve", "--config", self.configuration])
        self.log = None
        wait_until(self._is_ready, "the daemon is not ready", patience)
        self.log = sqlite3.connect(
            f"file:{self.store}/freshwire.sqlite?mode=ro", uri=True, isolation_level=None)

    def __exit__(self, *ended):
        if self.log:
            self.log.close()
        super().__exit__(*ended)

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("the daemon ended")
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    def metric(self, name):
        """The value of a metric that has no labels."""
        url = f"http://127.0.0.1:{self.port}/metrics"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
        raise KeyError(name)

    def committed_readings(self):
        """How many readings are in the log: their ids have no holes."""
        return self.log.execute("SELECT coalesce(max(id), 0) FROM readings").fetchone()[0]

    def token_file(self):
        path = self.configuration.with_name("token")
        path.write_bytes(subprocess.run(
            [built("freshwire"), "token", "--hours", "24", "--config", self.configuration],
            check=True, stdout=subprocess.PIPE).stdout)
        return path

    def make_orders(self, broker_port, count):
        """Orders ORD-n for cold food, each in the bag n."""
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
        before = self.log.execute("SELECT count(*) FROM custody").fetchone()[0]
        for number in range(count):
            topic = f"orders/ORD-{number}/events"
            publish(broker_port, [
                (topic, '{"event":"order.created","data":{"foodClass":"cold"}}'),
                (topic, '{"event":"order.bag_bound","data":{"bagId":"bag-%06d","from":"%s"}}'
                 % (number, since)),
            ])
        wait_until(
            lambda: self.log.execute("SELECT count(*) FROM custody").fetchone()[0]
            >= before + count, "orders are not in the log")


_publishers = {}


def publish(port, messages):
    """Publishes at QoS 1 in the fewest bytes of MQTT 3.1.1, and waits for the acknowledgements."""
    connection = _publishers.get(port)
    if not connection:
        connection = _publishers[port] = socket.create_connection(("127.0.0.1", port), 10)
        connection.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05order")
        connection.recv(4, socket.MSG_WAITALL)
    for topic, payload in messages:
        rest = len(topic).to_bytes(2, "big") + topic.encode() + b"\x00\x01" + payload.encode()
        length = bytes([len(rest)]) if len(rest) < 128 else bytes(
            [len(rest) % 128 | 128, len(rest) // 128])
        connection.sendall(b"\x32" + length + rest)
        connection.recv(4, socket.MSG_WAITALL)

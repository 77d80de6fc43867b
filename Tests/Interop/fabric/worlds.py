"""Where a vector takes place: a broker and a daemon of its own, or a server that is given."""

import asyncio
import json
import os
import pathlib
import shutil
import signal
import socket
import tempfile
import time

import httpx
import jwt

PROGRAM = pathlib.Path(__file__).resolve().parents[3] / ".build" / "debug" / "freshwire"
SECRET = "the secret that tokens of these vectors are signed with"
PLATFORM = {"sub": "the-platform", "role": "staff"}
START_SECONDS = 30
STOP_SECONDS = 30


class NotStarted(Exception):
    pass


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def token(secret, claims):
    """A JWT; `expiresIn` is its lifetime in seconds, `signedWith` another secret."""
    claims = dict(claims)
    secret = claims.pop("signedWith", secret)
    now = int(time.time())
    claims = {"iat": now, "exp": now + claims.pop("expiresIn", 3600), **claims}
    return jwt.encode(claims, secret, algorithm="HS256")


class GivenWorld:
    """A server that somebody else runs, with its broker and the secret of its tokens."""

    is_own = False
    development_port = None

    def __init__(self, url, broker, secret):
        self.url = httpx.URL(url)
        self.broker = broker
        self.secret = secret

    @property
    def port(self):
        return self.url.port or (443 if self.url.scheme == "https" else 80)

    @property
    def host(self):
        return self.url.host

    @property
    def scheme(self):
        return self.url.scheme

    async def begin(self):
        pass

    async def end(self):
        pass


class OwnWorld:
    """mosquitto and the daemon, on free ports of the loopback, with a store that goes with them."""

    is_own = True
    host = "127.0.0.1"
    secret = SECRET

    def __init__(self, settings, program=PROGRAM):
        self.settings = settings
        self.scheme = "https" if settings.get("tls") else "http"
        self.program = str(program)
        self.processes = []
        self.port = self.development_port = None
        self.starts = 0

    async def begin(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fabric-vector-"))
        self.broker = ("127.0.0.1", free_port())
        (self.folder / "mosquitto.conf").write_text(
            f"listener {self.broker[1]} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            + ("user root\n" if os.getuid() == 0 else ""))
        broker = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        await self._spawn("mosquitto.log", broker, "-c", self.folder / "mosquitto.conf")
        await self._until(lambda: self._accepts(self.broker[1]), "mosquitto")
        self._write_configuration()
        await self.start()

    async def start(self):
        self.starts += 1
        log = f"daemon-{self.starts}.log"
        self.daemon = await self._spawn(
            log, self.program, "serve", "--config", self.folder / "freshwire.yaml")

        def listens():
            for line in (self.folder / log).read_text().splitlines():
                if "msg=listening" in line and line.split("port=")[-1].isdigit():
                    self.port = int(line.split("port=")[-1])
            return self.port

        self.port = None
        await self._until(listens, "the daemon")
        async with httpx.AsyncClient(verify=False) as client:
            url = f"{self.scheme}://127.0.0.1:{self.port}/health/ready"
            deadline = time.monotonic() + START_SECONDS
            while (await client.get(url)).status_code != 200:
                if time.monotonic() > deadline:
                    raise NotStarted("the daemon is not ready")
                await asyncio.sleep(0.05)

    async def stop(self):
        """As an operator does."""
        self.daemon.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.daemon.wait(), STOP_SECONDS)

    async def end(self):
        for process in self.processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _spawn(self, log, *command):
        with open(self.folder / log, "w", encoding="utf-8") as output:
            process = await asyncio.create_subprocess_exec(
                *map(str, command), stdout=output, stderr=output)
        self.processes.append(process)
        return process

    async def _until(self, holds, name):
        deadline = time.monotonic() + START_SECONDS
        while not holds():
            if self.processes[-1].returncode is not None or time.monotonic() > deadline:
                logs = "".join(path.read_text() for path in self.folder.glob("*.log"))
                raise NotStarted(f"{name} does not start: {logs}")
            await asyncio.sleep(0.02)

    @staticmethod
    def _accepts(port):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    def _write_configuration(self):
        server = {"port": 0}
        if self.settings.get("tls"):
            certificate, key = certificates(self.folder)
            server["tls"] = {"certificate_file": certificate, "key_file": key}
        if self.settings.get("developmentPort"):
            self.development_port = free_port()
            server["table_tap"] = {"development_port": self.development_port}
        for name, text in self.settings.get("files", {}).items():
            (self.folder / name).write_text(text if isinstance(text, str) else json.dumps(text))
            (self.folder / name).chmod(0o600)
        configuration = {
            "mqtt": {"brokers": [{
                "name": "local", "host": "127.0.0.1", "port": self.broker[1]}]},
            "store": {"directory": self.folder / "store"},
            "server": server,
            "auth": {"hs256_secret": f'"{SECRET}"', "clock_leeway": "0s"},
            # A single reading outside is an alarm, a single one inside ends it.
            "excursions": {"grace": "0s", "hysteresis_kelvin": 0, "clear_delay": "0s"},
            # Temperatures jump here as no sensor's do.
            "quality": {"checks": "gross_range"},
            # Nothing is told again unless a vector asks for it.
            "confirmation": {"first_repeat": "60s"},
        }
        merge(configuration, self.settings.get("configuration", {}))
        text = "\n".join(yaml(configuration)).replace("{folder}", str(self.folder))
        (self.folder / "freshwire.yaml").write_text(text + "\n")


def merge(configuration, changes):
    for name, value in changes.items():
        if isinstance(value, dict):
            merge(configuration.setdefault(name, {}), value)
        else:
            configuration[name] = value


def yaml(value, indent=""):
    """The lines of sections with keys; a list has sections."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield f"{indent}{name}:"
            yield from yaml(inner, indent + "  ")
        elif isinstance(inner, list):
            yield f"{indent}{name}:"
            for element in inner:
                yield f"{indent}  -"
                yield from yaml(element, indent + "    ")
        else:
            yield f"{indent}{name}: {inner}"


def certificates(folder):
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(hours=1),
        not_valid_after=now + datetime.timedelta(days=1),
    ).add_extension(
        x509.SubjectAlternativeName([
            x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
        critical=False,
    ).sign(key, hashes.SHA256())
    paths = folder / "server.crt", folder / "server.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    paths[1].chmod(0o600)
    return paths

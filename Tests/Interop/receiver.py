"""A webhook receiver that behaves, or misbehaves, as the path of a request says.

receiver.py RECORD SECRET [TLS_FOLDER] [--port=N]

Listens on one port of 127.0.0.1 and ::1, a free one unless told, prints it, and serves until its
standard input ends.
Each request becomes a line of JSON in the file RECORD, with what the signature checks said, and each
connection a line in RECORD.connections. With TLS_FOLDER it speaks TLS as `localhost`, by an authority of its own kept in TLS_FOLDER/ca.pem.

/ok              200
/status/N        N; ?retry-after=V adds that header
/failing/N       500 to the first N requests of this path, then 200
/redirect        302 to /ok
/hang            no answer
/drip-head       a status line, then a header line that never ends
/drip-body       a whole head with 200, then a body that never ends
/huge            200 and a body of 64 MiB
/huge-head       200 and 1 MiB of header lines
/early           the connection is closed without an answer
/early-body      200 and a body that breaks off
/interim         103 and nothing after it
/garbage         what is not HTTP
"""

import base64
import hashlib
import hmac
import json
import os
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PORTS = [int(word[len("--port="):]) for word in sys.argv if word.startswith("--port=")]
RECORD, SECRET, *FOLDERS = [word for word in sys.argv[1:] if not word.startswith("--")]
TLS_FOLDER = FOLDERS[0] if FOLDERS else None
ENDLESS = 600
lock = threading.Lock()
under_way = {}
counts = {}
record = open(RECORD, "a", buffering=1, encoding="utf-8")
connections = open(RECORD + ".connections", "a", buffering=1, encoding="utf-8")


def headers_hold(headers, body):
    try:
        Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
        return True
    except WebhookVerificationError:
        return False


def body_holds(body):
    """What the documentation of the signature in the body tells a receiver to do."""
    unsigned, stated = body[:-80] + b"}", body[-66:-2]
    if body[-80:-66] != b',"signature":"' or body[-2:] != b'"}':
        return False
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    return hmac.compare_digest(hmac.new(key, unsigned, hashlib.sha256).hexdigest().encode(), stated)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer leaves as one segment; in two, the second would wait for the first to be confirmed.
    wbufsize = 65536

    def setup(self):
        super().setup()
        connections.write(f"{self.client_address[1]}\n")

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.take(b"")

    def do_POST(self):
        self.take(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def take(self, body):
        url = urlsplit(self.path)
        with lock:
            under_way[url.path] = under_way.get(url.path, 0) + 1
            counts[url.path] = counts.get(url.path, 0) + 1
            number = counts[url.path]
            record.write(json.dumps({
                "method": self.command,
                "path": url.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode("utf-8", "replace"),
                "connection": self.client_address[1],
                "underWay": under_way[url.path],
                "headersHold": headers_hold(self.headers, body),
                "bodyHolds": body_holds(body),
            }) + "\n")
        try:
            self.answer(url, number)
        except OSError:
            self.close_connection = True
        finally:
            with lock:
                under_way[url.path] -= 1

    def answer(self, url, number):
        mode = url.path.split("/")[1]
        if mode == "ok":
            self.reply(200)
        elif mode == "status":
            query = parse_qs(url.query)
            extra = {"Retry-After": unquote(v) for v in query.get("retry-after", [])}
            self.reply(int(url.path.split("/")[2]), extra)
        elif mode == "failing":
            self.reply(500 if number <= int(url.path.split("/")[2]) else 200)
        elif mode == "redirect":
            self.reply(302, {"Location": "/ok"})
        else:
            self.close_connection = True
            self.misbehave(mode)

    def reply(self, status, extra={}):
        text = json.dumps({"status": status, "filler": "x" * 2000}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def write_now(self, piece):
        self.wfile.write(piece)
        self.wfile.flush()

    def until_closed(self, piece, interval):
        for _ in range(int(ENDLESS / interval)):
            self.write_now(piece)
            time.sleep(interval)

    def wait_for_the_end(self):
        """Until the peer closes the connection."""
        self.connection.settimeout(ENDLESS)
        self.connection.recv(1)

    def misbehave(self, mode):
        write = self.write_now
        if mode == "hang":
            self.wait_for_the_end()
        elif mode == "drip-head":
            write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            self.until_closed(b"x", 0.05)
        elif mode == "drip-body":
            write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            self.until_closed(b"x", 0.05)
        elif mode == "huge":
            write(b"HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n")
            for _ in range(1024):
                write(b"x" * 65536)
        elif mode == "huge-head":
            write(b"HTTP/1.1 200 OK\r\n")
            for number in range(1024):
                write(b"X-%d: " % number + b"x" * 1000 + b"\r\n")
            write(b"Content-Length: 0\r\n\r\n")
        elif mode == "early-body":
            write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabcde")
        elif mode == "interim":
            write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        elif mode == "garbage":
            write(b"220 smtp.example ESMTP\r\n")
        # early: nothing at all


class Server6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


def certificates(folder):
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def certificate(subject, key, issuer, issuer_key, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder(
            issuer_name=name(issuer), subject_name=name(subject), public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - datetime.timedelta(hours=1),
            not_valid_after=now + datetime.timedelta(days=1))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(issuer_key, hashes.SHA256())

    def pem(thing):
        return thing.public_bytes(serialization.Encoding.PEM)

    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    authority = certificate(
        "authority", authority_key, "authority", authority_key,
        [x509.BasicConstraints(ca=True, path_length=0)])
    own = certificate(
        "receiver", key, "authority", authority_key,
        [x509.SubjectAlternativeName([x509.DNSName("localhost")])])
    with open(os.path.join(folder, "ca.pem"), "wb") as file:
        file.write(pem(authority))
    path = os.path.join(folder, "receiver.pem")
    with open(path, "wb") as file:
        file.write(pem(own) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
    return path


def servers():
    """One for IPv4 and one for IPv6, on the same port."""
    while True:
        first = ThreadingHTTPServer(("127.0.0.1", PORTS[0] if PORTS else 0), Receiver)
        try:
            return [first, Server6(("::1", first.server_port), Receiver)]
        except OSError:
            first.server_close()
            if PORTS:
                raise


listeners = servers()
if TLS_FOLDER:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates(TLS_FOLDER))
for listener in listeners:
    if TLS_FOLDER:
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
print(listeners[0].server_port, flush=True)
sys.stdin.read()
os._exit(0)

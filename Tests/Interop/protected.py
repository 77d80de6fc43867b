"""A WebSocket client of foreign parts: websockets, msgpack, hmac and jwcrypto.

protected.py URL TOKEN RECORD [--msgpack] [--subprotocol NAME] [--secret TEXT] [--sign-with TEXT]
             [--jwk FILE] [--deflate]

Prints `open SUBPROTOCOL EXTENSIONS` or `refused STATUS`. Each line of standard input is a message as
JSON, which is sent in MessagePack where that is asked for, and signed where there is a secret; `raw`
and hexadecimal digits send these bytes as a binary message; `close` ends. Each message that comes is
a line of RECORD as JSON, with what was found of it: `kind` (text or binary), `bytes` (of the message
itself), `compressed`, `signed` (whether the signature holds, null where there is none) and `opened`
(what the sealed member says to the holder of the key).
"""

import asyncio
import hashlib
import hmac
import json
import sys

import msgpack
from jwcrypto import jwe, jwk
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.extensions.permessage_deflate import PerMessageDeflate

URL, TOKEN, RECORD = sys.argv[1:4]


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


IS_PACKED = "--msgpack" in sys.argv
SECRET = option("--secret")
SIGN_WITH = option("--sign-with") or SECRET
KEY = jwk.JWK.from_json(open(option("--jwk")).read()) if option("--jwk") else None


# Whether the messages came compressed, in their order.
COMPRESSED = []
decode = PerMessageDeflate.decode


def noting(self, frame, **options):
    if frame.opcode in (1, 2):
        COMPRESSED.append(frame.rsv1)
    return decode(self, frame, **options)


PerMessageDeflate.decode = noting


def signature(secret, message, payload):
    signed = "".join(message.get(name, "") for name in ("type", "id", "timestamp")).encode()
    return hmac.new(secret.encode(), signed + payload, hashlib.sha256).hexdigest()


def payload_text(text):
    """The payload of a message as it stands in its text, found by a decoder that tells where."""
    decoder, place = json.JSONDecoder(), text.index("{") + 1
    while True:
        name, place = decoder.raw_decode(text, place)
        start = place + 1
        _, end = decoder.raw_decode(text, start)
        if name == "payload":
            return text[start:end].encode()
        place = end + 1


def packed_payload(data):
    unpacker = msgpack.Unpacker(raw=False)
    unpacker.feed(data)
    for _ in range(unpacker.read_map_header()):
        name = unpacker.unpack()
        start = unpacker.tell()
        unpacker.skip()
        if name == "payload":
            return data[start:unpacker.tell()]


def outgoing(line):
    message = json.loads(line)
    if SIGN_WITH:
        # Not as the server would write it: with blanks, and in another order.
        payload = message.pop("payload", None)
        text = b"" if payload is None else (
            msgpack.packb(payload) if IS_PACKED else json.dumps(payload, indent=1).encode())
        message["signature"] = signature(SIGN_WITH, message, text)
        if payload is not None and not IS_PACKED:
            head = json.dumps(message)[:-1]
            return f'{head}, "payload" : {text.decode()} }}'
        if payload is not None:
            message["payload"] = payload
    return msgpack.packb(message) if IS_PACKED else json.dumps(message)


def found(data):
    is_binary = isinstance(data, bytes)
    message = msgpack.unpackb(data) if is_binary else json.loads(data)
    signed = None
    if SECRET and "signature" in message:
        payload = packed_payload(data) if is_binary else payload_text(data)
        signed = hmac.compare_digest(message["signature"], signature(SECRET, message, payload))
    opened = None
    payload = message.get("payload") or {}
    if KEY and isinstance(payload, dict) and "sealed" in payload:
        sealed = jwe.JWE()
        sealed.deserialize(payload["sealed"], KEY)
        opened = json.loads(sealed.payload)
    return {"kind": "binary" if is_binary else "text", "bytes": len(data), "signed": signed,
            "compressed": COMPRESSED.pop(0) if COMPRESSED else False, "opened": opened,
            "message": message}


async def main():
    headers = {"Authorization": f"Bearer {TOKEN}"}
    name = option("--subprotocol")
    try:
        client = await connect(
            URL, additional_headers=headers, subprotocols=[name] if name else None,
            compression="deflate" if "--deflate" in sys.argv else None)
    except InvalidStatus as refusal:
        print("refused", refusal.response.status_code, flush=True)
        return
    extensions = client.response.headers.get("Sec-WebSocket-Extensions", "none")
    print("open", client.subprotocol, extensions.split(";")[0], flush=True)

    async def read():
        with open(RECORD, "w") as record:
            try:
                while True:
                    record.write(json.dumps(found(await client.recv())) + "\n")
                    record.flush()
            except ConnectionClosed as end:
                record.write(f"closed {end.rcvd.code if end.rcvd else 1006}\n")

    reading = asyncio.create_task(read())
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().rstrip("\n"):
        if line == "close":
            await client.close()
        elif line.startswith("raw "):
            await client.send(bytes.fromhex(line[4:]))
        else:
            await client.send(outgoing(line))
    await client.close()
    await reading


asyncio.run(main())

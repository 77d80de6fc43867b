"""Keys of recipients, and what they open, by jwcrypto.

recipients.py make             Prints a set of public keys, and the private one of each, as JSON.
recipients.py open KEY TEXT…   Prints the header of each compact JWE and what the key opens.
"""

import json
import sys

from jwcrypto import jwe, jwk
from jwcrypto.common import JWException

KINDS = {
    "user:oct": {"kty": "oct", "size": 256},
    "user:rsa": {"kty": "RSA", "size": 2048},
    "user:p256": {"kty": "EC", "crv": "P-256"},
    "user:p384": {"kty": "EC", "crv": "P-384"},
    "user:p521": {"kty": "EC", "crv": "P-521"},
}


def make():
    private = {name: jwk.JWK.generate(kid=name, use="enc", **kind) for name, kind in KINDS.items()}
    public = [
        json.loads(key.export() if key["kty"] == "oct" else key.export_public())
        for key in private.values()
    ]
    return {"set": json.dumps({"keys": public}),
            "private": {name: key.export() for name, key in private.items()}}


def opened(key, text):
    sealed = jwe.JWE()
    try:
        sealed.deserialize(text, key)
    except JWException as error:
        return {"header": {}, "text": None, "error": str(error)}
    return {"header": sealed.jose_header, "text": sealed.payload.decode(), "error": None}


if sys.argv[1] == "make":
    print(json.dumps(make()))
else:
    holder = jwk.JWK.from_json(sys.argv[2])
    print(json.dumps([opened(holder, text) for text in sys.argv[3:]]))

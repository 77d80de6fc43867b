"""Makes keys and tokens with PyJWT for a daemon that knows them by a key set only.

access_clients.py NOW

Prints JSON: `set` and `otherSet`, two key sets that exchange the RSA key, and `tokens` by name.
"""

import base64
import hashlib
import hmac
import json
import sys

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

NOW = int(sys.argv[1])


def public(algorithm, key, **members):
    made = json.loads(algorithm.to_jwk(key.public_key()))
    made.pop("key_ops", None)
    return {**made, **members}


rsa_key = rsa.generate_private_key(65537, 2048)
new_rsa_key = rsa.generate_private_key(65537, 2048)
ec_key = ec.generate_private_key(ec.SECP256R1())
ed_key = ed25519.Ed25519PrivateKey.generate()
GOOD = {"sub": "anna", "role": "customer", "iss": "https://login.example", "aud": "freshwire",
        "iat": NOW, "nbf": NOW - 5, "exp": NOW + 900, "jti": "anna-1"}


def token(key, algorithm, kid, drop=(), **changes):
    claims = {k: v for k, v in {**GOOD, **changes}.items() if k not in drop}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def keyed_with(text):
    """By hand, because PyJWT does not do it: a public key in the place of a secret."""
    parts = [b64(b'{"alg":"HS256","kid":"rsa"}'), b64(json.dumps(GOOD).encode())]
    made = hmac.new(text.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, b64(made)])


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


others = [public(ECAlgorithm, ec_key, kid="ec"), public(OKPAlgorithm, ed_key, kid="ed"),
          {"kty": "odd", "kid": "odd"}]
print(json.dumps({
    "set": json.dumps({"keys": [public(RSAAlgorithm, rsa_key, kid="rsa"), *others]}),
    "otherSet": json.dumps({"keys": [public(RSAAlgorithm, new_rsa_key, kid="rsa"), *others]}),
    "privateSet": json.dumps({"keys": [json.loads(RSAAlgorithm.to_jwk(rsa_key))]}),
    "tokens": {
        "RS256": token(rsa_key, "RS256", "rsa"),
        "ES256": token(ec_key, "ES256", "ec"),
        "EdDSA": token(ed_key, "EdDSA", "ed"),
        "nameless": token(ed_key, "EdDSA", None),
        "new RS256": token(new_rsa_key, "RS256", "rsa"),
        "another jti": token(ec_key, "ES256", "ec", jti="anna-2"),
        "none": jwt.encode(GOOD, None, algorithm="none"),
        "PS256": token(rsa_key, "PS256", "rsa"),
        "HS256": keyed_with(json.dumps(public(RSAAlgorithm, rsa_key, kid="rsa"))),
        "wrong kid": token(rsa_key, "RS256", "ec"),
        "expired": token(ec_key, "ES256", "ec", exp=NOW - 60),
        "not yet": token(ec_key, "ES256", "ec", nbf=NOW + 300),
        "other issuer": token(ec_key, "ES256", "ec", iss="https://evil.example"),
        "no issuer": token(ec_key, "ES256", "ec", drop=["iss"]),
        "other audience": token(ec_key, "ES256", "ec", aud="elsewhere"),
        "no audience": token(ec_key, "ES256", "ec", drop=["aud"]),
        "no end": token(ec_key, "ES256", "ec", drop=["exp"]),
    },
}))

"""Prints tokens made by PyJWT and by hand, and the public keys that belong to them, as JSON.

The argument is the instant they are made for, in seconds since 1970.
"""

import base64
import hashlib
import hmac
import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

NOW = int(sys.argv[1])
SECRET = "interop secret of more than 32 bytes"
OTHER_SECRET = "another secret of more than 32 bytes"
GOOD = {
    "sub": "driver-7",
    "role": "driver",
    "scopes": ["orders:read", "location:write"],
    "site": "cafe-3",
    "iss": "https://issuer.example",
    "aud": ["freshwire", "other"],
    "iat": NOW,
    "nbf": NOW - 5,
    "exp": NOW + 600,
}


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def private_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header, claims, key=SECRET.encode(), signature=None):
    """A token from the very texts given, signed by HMAC-SHA256 unless told otherwise."""
    signed = url64(header.encode()) + "." + url64(claims.encode())
    if signature is None:
        signature = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return signed + "." + url64(signature)


def with_last_letter_of_other_spelling(token):
    """The same bytes spelled differently: bits behind the last byte of the signature are set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) | 1]


rsa_key = rsa.generate_private_key(65537, 2048)
other_rsa_key = rsa.generate_private_key(65537, 2048)
weak_rsa_key = rsa.generate_private_key(65537, 1024)
ec_key = ec.generate_private_key(ec.SECP256R1())
p384_key = ec.generate_private_key(ec.SECP384R1())
k1_key = ec.generate_private_key(ec.SECP256K1())
ed_key = ed25519.Ed25519PrivateKey.generate()
other_ed_key = ed25519.Ed25519PrivateKey.generate()
ed448_key = ed448.Ed448PrivateKey.generate()


def web_key(key, **members):
    """A public key as a JSON Web Key; a member that is None is left out."""
    made = {rsa.RSAPrivateKey: RSAAlgorithm, ec.EllipticCurvePrivateKey: ECAlgorithm}
    algorithm = next((made[kind] for kind in made if isinstance(key, kind)), OKPAlgorithm)
    text = json.loads(algorithm.to_jwk(key.public_key()))
    text.pop("key_ops", None)
    return {k: v for k, v in {**text, **members}.items() if v is not None}


def key_set(*keys):
    return json.dumps({"keys": keys})


PUBLIC_SET = [
    web_key(rsa_key, kid="rsa-1", use="sig", alg="RS256"),
    web_key(ec_key, kid="ec-1", use="sig"),
    web_key(ed_key, kid="ed-1", alg="EdDSA"),
    web_key(other_rsa_key, kid="ps-1", alg="PS256"),
]

HS = '{"alg":"HS256","typ":"JWT"}'
good_claims = json.dumps(GOOD)


def hs(changes=None, headers=None, key=SECRET, drop=()):
    claims = {k: v for k, v in {**GOOD, **(changes or {})}.items() if k not in drop}
    return jwt.encode(claims, key, algorithm="HS256", headers=headers)


good = hs()
tokens = {
    "hs256": good,
    "hs256 kid main": hs(headers={"kid": "main"}),
    "hs256 kid traversal": hs(headers={"kid": "../../../../dev/null"}),
    "hs256 kid sql": hs(headers={"kid": "x' UNION SELECT 'key"}),
    "kid not text": by_hand('{"alg":"HS256","kid":["main"]}', good_claims),
    "rs256": jwt.encode(GOOD, rsa_key, algorithm="RS256"),
    "es256": jwt.encode(GOOD, ec_key, algorithm="ES256"),
    "eddsa": jwt.encode(GOOD, ed_key, algorithm="EdDSA"),
    "eddsa called by its curve": None,
    "eddsa by another key": jwt.encode(GOOD, other_ed_key, algorithm="EdDSA"),
    "eddsa cut short": None,
    "ps256 kid ps-1": jwt.encode(
        GOOD, other_rsa_key, algorithm="PS256", headers={"kid": "ps-1"}),
    "rs256 kid ps-1": jwt.encode(
        GOOD, other_rsa_key, algorithm="RS256", headers={"kid": "ps-1"}),
    "ps256 kid rsa-1": jwt.encode(
        GOOD, rsa_key, algorithm="PS256", headers={"kid": "rsa-1"}),
    "rs256 kid rsa-1": jwt.encode(
        GOOD, rsa_key, algorithm="RS256", headers={"kid": "rsa-1"}),
    "rs256 kid ec-1": jwt.encode(
        GOOD, rsa_key, algorithm="RS256", headers={"kid": "ec-1"}),
    "rs256 kid unknown": jwt.encode(
        GOOD, rsa_key, algorithm="RS256", headers={"kid": "rsa-2"}),
    "es256 kid ec-1": jwt.encode(GOOD, ec_key, algorithm="ES256", headers={"kid": "ec-1"}),
    "eddsa kid ed-1": jwt.encode(GOOD, ed_key, algorithm="EdDSA", headers={"kid": "ed-1"}),
    "hs256 keyed with the set": by_hand(
        '{"alg":"HS256","kid":"rsa-1"}', good_claims,
        key=json.dumps(PUBLIC_SET[0]).encode()),
    "rs256 by another key": jwt.encode(GOOD, other_rsa_key, algorithm="RS256"),
    "es384": jwt.encode(GOOD, p384_key, algorithm="ES384"),
    "hs384": jwt.encode(GOOD, SECRET * 2, algorithm="HS384"),
    "ps256": jwt.encode(GOOD, rsa_key, algorithm="PS256"),
    "hs256 by another secret": hs(key=OTHER_SECRET),
    "hs256 keyed with the rsa public key": by_hand(
        HS, good_claims, key=public_pem(rsa_key).encode()
    ),
    "none": jwt.encode(GOOD, None, algorithm="none"),
    "NoNe": by_hand('{"alg":"NoNe"}', good_claims, signature=b""),
    "none with a good signature": by_hand('{"alg":"none"}', good_claims),
    "hs256 without signature": by_hand(HS, good_claims, signature=b""),
    "hs256 lower case": by_hand('{"alg":"hs256"}', good_claims),
    "alg twice": by_hand('{"alg":"none","alg":"HS256"}', good_claims),
    "alg not text": by_hand('{"alg":1}', good_claims),
    "no alg": by_hand('{"typ":"JWT"}', good_claims),
    "jwk": jwt.encode(
        GOOD,
        other_rsa_key,
        algorithm="RS256",
        headers={"jwk": json.loads(RSAAlgorithm.to_jwk(other_rsa_key.public_key()))},
    ),
    "jku": hs(headers={"jku": "https://attacker.example/keys"}),
    "x5u": hs(headers={"x5u": "https://attacker.example/cert"}),
    "crit": hs(headers={"crit": ["exp"], "exp": NOW}),
    "other typ": hs(headers={"typ": "refresh+jwt"}),
    "at+jwt": hs(headers={"typ": "at+JWT"}),
    "expired": hs({"exp": NOW - 31}),
    "expired within leeway": hs({"exp": NOW - 29}),
    "nbf in the future": hs({"nbf": NOW + 31}),
    "nbf within leeway": hs({"nbf": NOW + 29}),
    "iat in the future": hs({"iat": NOW + 31}),
    "exp far away": hs({"exp": NOW + 3600 + 31}),
    "exp too big for 64 bits": by_hand(
        HS, good_claims.replace(str(NOW + 600), "9" * 30)
    ),
    "exp huge": by_hand(HS, good_claims.replace(str(NOW + 600), "1e300")),
    "exp text": by_hand(HS, good_claims.replace(str(NOW + 600), '"never"')),
    "exp negative": by_hand(HS, good_claims.replace(str(NOW + 600), "-1")),
    "exp with a fraction": by_hand(HS, good_claims.replace(str(NOW + 600), f"{NOW + 600}.5")),
    "exp twice": by_hand(HS, good_claims[:-1] + f', "exp": {NOW + 999999}}}'),
    "no exp": hs(drop=["exp"]),
    "no sub": hs(drop=["sub"]),
    "no role": hs(drop=["role"]),
    "no iss": hs(drop=["iss"]),
    "no aud": hs(drop=["aud"]),
    "no site": hs(drop=["site"]),
    "no scopes": hs(drop=["scopes"]),
    "sub empty": hs({"sub": ""}),
    "role a list": hs({"role": ["admin"]}),
    "site a number": hs({"site": 3}),
    "scopes in words": hs({"scopes": "orders:read location:write"}),
    "scope in words": hs({"scope": "orders:read location:write"}, drop=["scopes"]),
    "scope and scopes": hs({"scope": "admin"}),
    "scopes of numbers": hs({"scopes": [1]}),
    "scopes of none": hs({"scopes": []}),
    "scopes an object": hs({"scopes": {"orders": "*"}}),
    "scopes null": hs({"scopes": None}),
    "scope a list": hs({"scope": ["orders.*"]}, drop=["scopes"]),
    "scopes at their limit": hs({"scopes": ["x" * 8] * 256}),
    "scopes too many": hs({"scopes": ["x"] * 257}),
    "scopes too long": hs({"scopes": ["x" * 257]}),
    "other iss": hs({"iss": "https://attacker.example"}),
    "iss a list": by_hand(
        HS, good_claims.replace('"https://issuer.example"', '["https://issuer.example"]')
    ),
    "other aud": hs({"aud": "other"}),
    "aud alone": hs({"aud": "freshwire"}),
    "claims a list": by_hand(HS, "[1]"),
    "claims no json": by_hand(HS, good_claims[:-1]),
    "claims nested deep": by_hand(
        HS, good_claims[:-1] + ', "deep": ' + "[" * 1000 + "]" * 1000 + "}"
    ),
    "claims not utf-8": None,
    "signature spelled differently": with_last_letter_of_other_spelling(good),
    "padded": good + "=",
    "standard alphabet": good.replace("-", "+").replace("_", "/") + "+",
    "white space": good + "\n",
    "one part": "abc",
    "two parts": good.rsplit(".", 1)[0],
    "four parts": good + ".",
    "five parts": good + ".e30.e30",
    "empty": "",
    "dots": "..",
    "too long": hs({"filler": "x" * 8192}),
    "claims changed": ".".join(
        [good.split(".")[0], url64(good_claims.replace("driver", "admin_").encode()),
         good.split(".")[2]]
    ),
}
curve_input = url64(b'{"alg":"Ed25519"}') + "." + url64(good_claims.encode())
tokens["eddsa called by its curve"] = curve_input + "." + url64(
    ed_key.sign(curve_input.encode()))
tokens["eddsa cut short"] = curve_input + "." + url64(
    ed_key.sign(curve_input.encode())[:-1])
signed = url64(HS.encode()) + "." + url64(good_claims.encode().replace(b"cafe-3", b"caf\xff-3"))
tokens["claims not utf-8"] = signed + "." + url64(
    hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
)

print(json.dumps({
    "secret": SECRET,
    "keys": {
        "rsa": public_pem(rsa_key),
        "rsa jwk": RSAAlgorithm.to_jwk(rsa_key.public_key()),
        "rsa private jwk": RSAAlgorithm.to_jwk(rsa_key),
        "rsa private": private_pem(rsa_key),
        "rsa weak": public_pem(weak_rsa_key),
        "ec": public_pem(ec_key),
        "ec jwk": ECAlgorithm.to_jwk(ec_key.public_key()),
        "ec private jwk": ECAlgorithm.to_jwk(ec_key),
        "p-384": public_pem(p384_key),
        "secp256k1": public_pem(k1_key),
        "ed": public_pem(ed_key),
        "ed jwk": OKPAlgorithm.to_jwk(ed_key.public_key()),
        "ed private jwk": OKPAlgorithm.to_jwk(ed_key),
        "ed448": public_pem(ed448_key),
    },
    "sets": {
        "good": key_set(*PUBLIC_SET),
        "without names": key_set(
            web_key(other_rsa_key), web_key(rsa_key), web_key(other_ed_key), web_key(ed_key),
            web_key(ec_key)),
        "with others": key_set(
            web_key(rsa_key, kid="rsa-1"), web_key(ec_key, kid="enc", use="enc"),
            {"kty": "oct2", "kid": "odd"}, web_key(p384_key, kid="p384"),
            web_key(ed448_key, kid="ed448"), web_key(weak_rsa_key, kid="weak"),
            web_key(rsa_key, kid="alg", alg="RS512"), web_key(ec_key, kid="crossed", alg="RS256"),
            web_key(ec_key, kid="ops", key_ops=["sign"]), "no key",
            {"kty": "EC", "crv": "P-256", "kid": "off", "x": "AAAA", "y": "AAAA"}),
        "names twice": key_set(
            web_key(rsa_key, kid="one"), web_key(ec_key, kid="one")),
        "private rsa": key_set(json.loads(RSAAlgorithm.to_jwk(rsa_key))),
        "private ec": key_set(json.loads(ECAlgorithm.to_jwk(ec_key))),
        "private ed": key_set(json.loads(OKPAlgorithm.to_jwk(ed_key))),
        "private but for encryption": key_set(
            {**json.loads(RSAAlgorithm.to_jwk(rsa_key)), "use": "enc"}, web_key(ec_key)),
        "shared": key_set({"kty": "oct", "k": url64(SECRET.encode())}),
        "weak alone": key_set(web_key(weak_rsa_key)),
        "empty": key_set(),
        "too many": key_set(*[web_key(ec_key, kid=str(n)) for n in range(33)]),
        "no set": json.dumps(web_key(rsa_key)),
        "no json": "{",
        "member twice": '{"keys":[],"keys":[]}',
    },
    "tokens": tokens,
}))

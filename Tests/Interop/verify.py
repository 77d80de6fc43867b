"""Checks what we signed with foreign libraries; ends with status 1 where they refuse it.

verify.py token SECRET AUDIENCE ISSUER TOKEN    prints header and claims as JSON (PyJWT)
verify.py webhook SECRET ID TIMESTAMP SIGNATURE BODY    (standardwebhooks)
"""

import json
import sys

import jwt
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

if sys.argv[1] == "token":
    secret, audience, issuer, token = sys.argv[2:]
    claims = jwt.decode(token, secret, algorithms=["HS256"], audience=audience, issuer=issuer)
    print(json.dumps({"header": jwt.get_unverified_header(token), "claims": claims}))
else:
    secret, identifier, timestamp, signature, body = sys.argv[2:]
    headers = {
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        sys.exit(1)

"""user_secret.py SECRET USER: prints the secret that a user signs messages with."""

import hashlib
import hmac
import sys

SECRET, USER = (text.encode() for text in sys.argv[1:3])
print(hmac.new(SECRET, USER, hashlib.sha256).hexdigest())

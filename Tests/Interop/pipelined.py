"""Sends requests on one connection without waiting for answers, and prints what comes.

    pipelined.py PORT TOKEN REQUESTS

The requests are a JSON list of [method, path, body]; each answer is a line of JSON.

An answer is read as http.client reads it: status and body, in the order in which they came.
"""

import http.client
import io
import json
import socket
import sys


def main():
    port, token, requests = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"".join(encoded(*request, token) for request in requests))
        stream = connection.makefile("rb", buffering=1 << 16)
        for method, _, _ in requests:
            status, body = read(stream, method)
            print(json.dumps({"status": status, "body": body}), flush=True)


def encoded(method, path, body, token):
    body = b"" if body is None else json.dumps(body).encode()
    return (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode() + body


def read(stream, method):
    response = http.client.HTTPResponse(Kept(stream), method=method)
    response.begin()
    return response.status, response.read().decode()


class Kept:
    """A socket as http.client wants it, whose stream outlives one answer."""

    def __init__(self, stream):
        self.stream = stream

    def makefile(self, _mode):
        return NotClosed(self.stream)


class NotClosed(io.BufferedIOBase):
    def __init__(self, stream):
        self.stream = stream

    def readable(self):
        return True

    def readline(self, limit=-1):
        return self.stream.readline(limit)

    def read(self, count=-1):
        return self.stream.read(count)

    def read1(self, count=-1):
        return self.stream.read1(count)

    def readinto(self, buffer):
        return self.stream.readinto(buffer)


main()

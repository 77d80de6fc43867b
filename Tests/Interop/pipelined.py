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
        stream = Kept(socket.SocketIO(connection, "r"))
        for method, _, _ in requests:
            status, body = read(stream, method)
            print(json.dumps({"status": status, "body": body}), flush=True)


def encoded(method, path, body, token):
    body = b"" if body is None else json.dumps(body).encode()
    return (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode() + body


def read(stream, method):
    response = http.client.HTTPResponse(stream, method=method)
    response.begin()
    return response.status, response.read().decode()


class Kept(io.BufferedReader):
    """The bytes of a connection, as http.client wants a socket; they outlive each answer."""

    def makefile(self, _mode):
        return self

    def close(self):
        pass


main()

"""Webhooks that a sandbox has sent, judged by the `standardwebhooks` that is published for Python.

SANDBOX_URL   http://127.0.0.1:8081, of `remit sandbox`
"""

import json
import os
import queue
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import Request, urlopen

from standardwebhooks import WebhookVerificationError
from verify import verify

SANDBOX_URL = os.environ["SANDBOX_URL"].rstrip("/")
info = json.load(urlopen(f"{SANDBOX_URL}/sandbox/info"))
received = queue.Queue()


def call(method, path, body=None):
    headers = {"authorization": f"Bearer {info['shop']['key']}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(info["service_url"] + path, data, headers, method=method)) as answer:
        text = answer.read()
    return json.loads(text) if text else None


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        received.put((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def refused(secret, headers, body):
    try:
        verify(secret, headers, body)
    except WebhookVerificationError:
        return True
    return False


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/hooks"
endpoint = call("POST", "/v1/webhook_endpoints", {"url": url, "types": ["invoice.created"]})
try:
    invoice = call("POST", "/v1/invoices", {"amount": "1.5", "asset": "GRAM", "description": "Кофе"})
    headers, body = received.get(timeout=30)
    event = verify(endpoint["secret"], headers, body)
    assert event["type"] == "invoice.created" and event["data"]["id"] == invoice["id"], event
    assert refused(endpoint["secret"], headers, body.replace(b"1.5", b"9.5"))
    fresh = call("POST", f"/v1/webhook_endpoints/{endpoint['id']}/rotate_secret", {"overlap": 600})
    assert refused(fresh["secret"], headers, body), "it was signed before there was this secret"
    call("POST", f"/v1/webhook_endpoints/{endpoint['id']}/test")
    headers, body = received.get(timeout=30)
    for secret in (endpoint["secret"], fresh["secret"]):
        assert verify(secret, headers, body)["type"] == "webhook.ping"
finally:
    call("DELETE", f"/v1/webhook_endpoints/{endpoint['id']}")
print("Python's standardwebhooks believes what the sandbox has signed, and nothing else.")

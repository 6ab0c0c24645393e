#!/usr/bin/env python3
"""Sends a message and shows the reply as it comes, with nothing but the standard library."""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ.get("LLMQ_URL", "http://localhost:8080")
KEY = os.environ.get("LLMQ_KEY")
TRIES = 5


def call(method, path, body=None, headers=None, timeout=60):
    """An open response; what may succeed later is tried again, when the server says."""
    headers = {"content-type": "application/json", **(headers or {})}
    if KEY:
        headers["authorization"] = f"Bearer {KEY}"
    data = None if body is None else json.dumps(body).encode()
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(URL + path, data, headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            retry_after = error.headers.get("retry-after")
            if retry_after is None or attempt == TRIES:
                raise SystemExit(error.read().decode()) from error
            time.sleep(float(retry_after))
        except (urllib.error.URLError, ConnectionError):
            if attempt == TRIES:
                raise
            time.sleep(2**attempt / 4)


def send(content):
    """Under a key of its own, so that sending it again does nothing twice."""
    body = {"user_id": "example", "content": content, "priority": "high"}
    with call("POST", "/api/v1/messages", body, {"idempotency-key": str(uuid.uuid4())}) as response:
        return json.load(response)


def events(message_id):
    """Each event of the reply once, to its end, through as many connections as it takes."""
    last = 0
    while True:
        headers = {"last-event-id": str(last)} if last else {}
        try:
            with call("GET", f"/api/v1/messages/{message_id}/stream", headers=headers) as response:
                if response.status == 204:
                    return
                event = "message"
                for line in response:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name == "event":
                        event = value
                    if name == "data":
                        data = json.loads(value)
                        last = data["seq"]
                        yield event, data
                        if event == "end":
                            return
        except (ConnectionError, TimeoutError, http.client.HTTPException):
            pass
        time.sleep(0.5)


def main():
    message = send(sys.argv[1] if len(sys.argv) > 1 else "Hello!")
    print(f"{message['id']} waits", file=sys.stderr)
    for event, data in events(message["id"]):
        if event == "delta":
            print(data["text"], end="", flush=True)
        if event == "reset":
            print("\n(it begins again)")
        if event == "end" and "error" in data:
            raise SystemExit(data["error"]["message"])
    print()


if __name__ == "__main__":
    main()

"""What a story has the front do with requests, one rule after the other.

A rule is a JSON object. Which requests it is about:
  method, path and payload (regular expressions; the payload is that of the JWS, as JSON), port; skip (so many that match are let pass first), times (so many
  are met, 1 unless said; 0 means all).
What becomes of them, in this order:
  delay       seconds before anything else
  hang        true: never answered, until the client goes
  reset       "before" or "after" Pebble has done it: the connection is reset instead of an answer
  bytes       these bytes instead of HTTP, then the connection is closed
  status, problem, detail, body
              an answer of the front's own; with `problem` a problem document of that type
  members     put into the JSON object that Pebble answers; null takes one out
  headers     put over those of the answer; null takes one out
  truncate    only so many bytes of the body are sent, then the connection is closed
"""
import dataclasses
import http
import json
import re
import threading
import typing

from pebble import Response

PROBLEM = "urn:ietf:params:acme:error:"


@dataclasses.dataclass
class Rule:
    method: str = ""
    path: str = ""
    payload: str = ""
    port: int = 0
    skip: int = 0
    times: int = 1
    delay: float = 0
    hang: bool = False
    reset: str = ""
    bytes: str = ""
    status: int = 0
    problem: str = ""
    detail: str = ""
    body: typing.Optional[str] = None
    members: dict = dataclasses.field(default_factory=dict)
    headers: dict = dataclasses.field(default_factory=dict)
    truncate: int = -1

    def __post_init__(self):
        self.pattern = re.compile(self.path)
        if self.reset not in ("", "before", "after"):
            raise ValueError(f"reset is before or after, not {self.reset}")

    def is_about(self, request):
        return (
            self.port in (0, request.port)
            and self.method in ("", request.method)
            and self.pattern.search(request.target) is not None
            and (not self.payload or re.search(self.payload, json.dumps(request.payload)) is not None)
        )

    def own_answer(self, request):
        """The answer that Pebble is not asked for, or None."""
        if not self.status and not self.problem:
            return None
        status, body, kind = self.status or 400, self.body or "", "text/html"
        if self.problem:
            kind = "application/problem+json"
            body = json.dumps({"type": PROBLEM + self.problem, "detail": self.detail, "status": status})
        reason = http.client.responses.get(status, "Unknown")
        headers = [("Content-Type", kind)]
        # The nonce has not been used up by this.
        if self.problem and request.nonce:
            headers.append(("Replay-Nonce", request.nonce))
        return Response(status, reason, headers, body.encode())

    def change(self, response):
        members = response.json() if self.members else None
        if members is not None:
            members.update(self.members)
            response.set_json({name: value for name, value in members.items() if value is not None})
        elif self.body is not None:
            response.body = self.body.encode()
        for name, value in self.headers.items():
            response.set_header(name, value)


class Rules:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []

    def add(self, members):
        rule = Rule(**members)
        with self.lock:
            self.rules.append(rule)

    def forget(self, port):
        """Those about one port, or all."""
        with self.lock:
            self.rules = [rule for rule in self.rules if port not in (0, rule.port)]

    def take(self, request):
        """The rule that this request meets, which is counted, or None."""
        with self.lock:
            for rule in self.rules:
                if not rule.is_about(request):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                if rule.times != 0:
                    rule.times -= 1
                    if rule.times == 0:
                        self.rules.remove(rule)
                return rule
        return None

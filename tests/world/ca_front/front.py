"""What becomes of a request: the story's rules first, then the front's own revocations, then Pebble."""
import dataclasses
import datetime
import email.utils
import json
import os
import threading
import time

import certificates
from passage import Passage, from_base64url
from pebble import Response
from rules import PROBLEM, Rules


@dataclasses.dataclass
class Request:
    port: int
    method: str
    target: str
    headers: list
    body: bytes

    def __post_init__(self):
        self.payload, self.nonce = None, ""
        try:
            jws = json.loads(self.body)
            self.nonce = json.loads(from_base64url(jws["protected"])).get("nonce", "")
            self.payload = json.loads(from_base64url(jws["payload"]) or b"null")
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # no JWS


class Front:
    def __init__(self, directory, log, pebble, issued):
        self.time_file = directory + "/time"
        self.log = open(log, "a", buffering=1, encoding="utf-8")
        self.log_lock = threading.Lock()
        self.pebble = pebble
        self.certificates = issued
        self.endpoints = {}  # port -> serving.Endpoint
        self.rules = Rules()
        self.renewal_info = {}  # serial -> what is answered
        self.passage = Passage(self)
        self.is_woken = False

    def wake(self):
        self.is_woken = True

    def is_awake(self):
        """Once a story has said something, for good."""
        if not self.is_woken and os.path.exists(self.time_file):
            self.wake()
        return self.is_woken

    def offset(self):
        """How many seconds the CA is ahead, which `at_time` and `ca_time` of the stories write."""
        try:
            with open(self.time_file, encoding="ascii") as file:
                return int(file.read() or 0)
        except FileNotFoundError:
            return 0

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.offset())

    def date(self):
        return email.utils.formatdate(time.time() + self.offset(), usegmt=True)

    def answer(self, request, rule, upstream):
        self.passage.note_request(request)
        response = rule.own_answer(request) if rule is not None else None
        if response is None:
            response = self.revocation(request)
        if response is None:
            response = upstream.ask(request)
            self.passage.change(request, response)
        response.set_header("Date", self.date())
        if rule is not None:
            rule.change(response)
        return response

    def revocation(self, request):
        """Pebble does not know what the front has signed. Who asks is not looked at."""
        if request.method != "POST" or "/revoke-cert" not in request.target or not isinstance(request.payload, dict):
            return None
        try:
            serial = certificates.serial_of_der(from_base64url(request.payload["certificate"]))
        except (ValueError, KeyError):
            return None
        if serial in self.certificates.revoked:
            problem = {"type": PROBLEM + "alreadyRevoked", "detail": "the certificate is revoked", "status": 400}
            headers = [("Content-Type", "application/problem+json"), ("Replay-Nonce", request.nonce)]
            return Response(400, "Bad Request", headers, json.dumps(problem).encode())
        if not self.certificates.is_ours(serial):
            return None
        self.certificates.revoke(serial, request.payload.get("reason", 0), self.now())
        return Response(200, "OK", [("Replay-Nonce", request.nonce)], b"")

    def write_log(self, request, answered):
        agent = next((value for name, value in request.headers if name.lower() == "user-agent"), "")
        line = {"time": self.now().strftime("%Y-%m-%dT%H:%M:%SZ"), "port": request.port, "method": request.method,
                "path": request.target, "answered": answered, "payload": request.payload, "agent": agent}
        with self.log_lock:
            self.log.write(json.dumps(line) + "\n")

"""Requests to Pebble, which listens on this machine only."""
import dataclasses
import http.client
import json
import ssl


@dataclasses.dataclass
class Response:
    status: int
    reason: str
    headers: list  # of (name, value), in their order
    body: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set_header(self, name, value):
        """One header of that name, or none where there is no value."""
        self.headers = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def json(self):
        """The object that it carries, or None."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None

    def set_json(self, members):
        self.body = json.dumps(members).encode()


class Pebble:
    def __init__(self, port, management_port, ca_file):
        self.port = port
        self.management_port = management_port
        self.tls = ssl.create_default_context(cafile=ca_file)

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls)

    def managed(self, path):
        """What the management port answers."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.management_port, context=self.tls)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()


class Upstream:
    """One connection to Pebble, for one of a client's; opened when it is needed."""

    # What belongs to a connection and not to an answer, and what the front writes itself.
    OF_THE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "content-length", "date")

    def __init__(self, pebble):
        self.pebble = pebble
        self.connection = None

    def ask(self, request):
        if self.connection is not None:
            try:
                return self.exchange(request)
            except (http.client.RemoteDisconnected, ConnectionError):
                self.close()  # Pebble has closed it meanwhile
        self.connection = self.pebble.connect()
        return self.exchange(request)

    def exchange(self, request):
        self.connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding", "expect"):
                self.connection.putheader(name, value)
        if request.body or request.method == "POST":
            self.connection.putheader("Content-Length", str(len(request.body)))
        self.connection.endheaders(request.body or None)
        answer = self.connection.getresponse()
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in self.OF_THE_CONNECTION]
        return Response(answer.status, answer.reason, headers, answer.read())

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

"""What the stories say to the front, over a socket beside its file `time`.

A request's path is the order, its body a JSON object:
  /rule            a rule (rules.py)
  /forget          {port}: the rules of that port are over; of all without
  /open, /close    {port}: the port is listened on, or refuses connections; all without
  /revoke          {serial, reason}: revoked elsewhere, without the product's knowledge
  /renewal-info    {serial, answer}: what is answered about that certificate, as text; null for the usual
  /wake            nothing else
"""
import http.server
import json
import os
import socketserver


class Order(http.server.BaseHTTPRequestHandler):
    front = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        try:
            members = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.obey(self.path, members)
            status, said = 200, "ok"
        except (ValueError, KeyError, TypeError) as error:
            status, said = 400, f"{self.path}: {error!r}"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(said.encode() + b"\n")

    def obey(self, order, members):
        front = self.front
        if order == "/rule":
            front.rules.add(members)
        elif order == "/forget":
            front.rules.forget(members.get("port", 0))
        elif order in ("/open", "/close"):
            for port, endpoint in front.endpoints.items():
                if members.get("port", 0) in (0, port):
                    getattr(endpoint, order[1:])()
        elif order == "/revoke":
            front.certificates.revoke(int(members["serial"], 16), members.get("reason", 0), front.now())
        elif order == "/renewal-info":
            front.renewal_info[int(members["serial"], 16)] = members["answer"]
        elif order != "/wake":
            raise ValueError("no such order")
        front.wake()


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def serve(front, path):
    """Does not return."""
    if os.path.exists(path):
        os.remove(path)
    Order.front = front
    Server(path, Order).serve_forever()

"""Connections: those of the ACME ports and those that fetch revocation lists, a thread for each."""
import http.server
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time

from front import Request
from pebble import Upstream


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def shutdown_request(self, request):
        # Without the goodbye of the base class, so that a reset can be one.
        self.close_request(request)

    def handle_error(self, request, client_address):
        # A client that went away, or does not trust us, is none of ours.
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


class Endpoint:
    """One port, which can be closed and opened again."""

    def __init__(self, front, port, tls):
        self.front, self.port, self.tls = front, port, tls
        self.server = None
        self.connections = set()

    def open(self):
        if self.server is not None:
            return
        self.server = Server(("0.0.0.0", self.port), lambda *arguments: self.serve(arguments[0]))
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        if self.server is None:
            return
        self.server.shutdown()
        self.server.server_close()
        self.server = None
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve(self, connection):
        self.connections.add(connection)
        try:
            if not self.front.is_awake():
                relay(connection, self.front.pebble.port)
                return
            with self.tls.wrap_socket(connection, server_side=True) as secured:
                self.connections.add(secured)
                try:
                    Exchange(secured, self)
                finally:
                    self.connections.discard(secured)
        finally:
            self.connections.discard(connection)


def relay(client, port):
    """The connection as it is, both ways, until both have ended."""
    with socket.create_connection(("127.0.0.1", port)) as pebble:
        back = threading.Thread(target=copy, args=(pebble, client), daemon=True)
        back.start()
        copy(client, pebble)
        back.join()


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Exchange(http.server.BaseHTTPRequestHandler):
    """The requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, connection, endpoint):
        self.endpoint = endpoint
        self.front = endpoint.front
        self.upstream = Upstream(self.front.pebble)
        try:
            super().__init__(connection, None, endpoint.server)
        finally:
            self.upstream.close()

    def log_message(self, *_):
        pass

    def do_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.endpoint.port, self.command, self.path, self.headers.items(), body)
        rule = self.front.rules.take(request)
        if rule is not None and rule.delay:
            time.sleep(rule.delay)
        if rule is not None and (rule.hang or rule.reset == "before" or rule.bytes):
            self.front.write_log(request, "hang" if rule.hang else "reset" if rule.reset else "bytes")
            self.fail_to_answer(rule)
            return
        response = self.front.answer(request, rule, self.upstream)
        if rule is not None and rule.reset == "after":
            self.front.write_log(request, "reset")
            self.reset()
            return
        self.front.write_log(request, response.status)
        self.write(request, response, rule.truncate if rule is not None else -1)

    do_GET = do_HEAD = do_POST = do_request

    def fail_to_answer(self, rule):
        self.close_connection = True
        if rule.hang:
            self.rfile.read(1)
        elif rule.reset:
            self.reset()
        else:
            self.wfile.write(rule.bytes.encode())

    def reset(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def write(self, request, response, truncate):
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        if response.status != 204 and request.method != "HEAD":
            lines.append(f"Content-Length: {len(response.body)}")
        body = b"" if request.method == "HEAD" else response.body
        if truncate >= 0:
            self.close_connection = True
            body = body[:truncate]
        self.wfile.write("\r\n".join(lines + ["", ""]).encode() + body)


class RevocationList(http.server.BaseHTTPRequestHandler):
    front = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = self.front.certificates.revocation_list(self.front.now())
        self.send_response(200)
        self.send_header("Content-Type", "application/pkix-crl")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve_lists(front, address):
    host, port = address.split(":")
    RevocationList.front = front
    server = Server((host, int(port)), RevocationList)
    threading.Thread(target=server.serve_forever, daemon=True).start()

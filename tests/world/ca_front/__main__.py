"""The CA of a test world as the product meets it: a front before Pebble.

It can be told to answer otherwise than Pebble (rules.py) and to live at another time (passage.py);
tests/world/README.md describes what stories can say. Until a story says anything the front is
asleep: it hands connections to Pebble as they are, TLS and HTTP/2 included.
"""
import argparse
import ssl

import control
import serving
from certificates import Certificates
from front import Front
from pebble import Pebble


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pebble", type=int, required=True, help="port of Pebble on 127.0.0.1")
    parser.add_argument("--management", type=int, required=True, help="port of Pebble's management")
    parser.add_argument("--listen", type=int, action="append", required=True)
    parser.add_argument("--lists", required=True, help="ADDRESS:PORT that revocation lists are at")
    parser.add_argument("--tls", required=True, help="folder of ca.pem, server.pem and server.key")
    parser.add_argument("--directory", required=True, help="folder of the files `time` and `control`")
    parser.add_argument("--log", required=True, help="one line for each request")
    options = parser.parse_args()

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(options.tls + "/server.pem", options.tls + "/server.key")
    pebble = Pebble(options.pebble, options.management, options.tls + "/ca.pem")
    front = Front(options.directory, options.log, pebble, Certificates(pebble, options.lists))
    for port in options.listen:
        front.endpoints[port] = serving.Endpoint(front, port, tls)
        front.endpoints[port].open()
    serving.serve_lists(front, options.lists)
    control.serve(front, options.directory + "/control")


main()

"""What changes in Pebble's answers on their way, because the CA lives at another time than Pebble."""
import base64
import binascii
import datetime
import re

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z")


def moved(text, seconds):
    """An RFC 3339 time so many seconds later; Pebble writes them in UTC."""
    found = RFC3339.fullmatch(text)
    if found is None:
        return text
    time = datetime.datetime.fromisoformat(found.group(1)) + datetime.timedelta(seconds=seconds)
    return time.strftime(FORMAT)


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def serial_of_certificate_id(target):
    """RFC 9773 section 4.1: the key identifier and the serial, each in base64url."""
    _, _, serial = target.rsplit("/", 1)[-1].partition(".")
    try:
        return int.from_bytes(from_base64url(serial), "big")
    except (ValueError, binascii.Error):
        return 0


class Passage:
    def __init__(self, front):
        self.front = front
        self.finalized = {}  # order id -> the CA's time when it was finalized, as an offset
        self.certified = {}  # certificate id -> order id

    def note_request(self, request):
        if request.method == "POST" and "/finalize-order/" in request.target:
            self.finalized.setdefault(request.target.rsplit("/", 1)[-1], self.front.offset())

    def change(self, request, response):
        if request.method == "GET" and "renewal" in request.target.lower():
            self.change_renewal_info(request, response)
        elif "/certZ/" in request.target and response.status == 200:
            self.change_chain(request, response)
        else:
            self.change_expiry(response)

    def change_expiry(self, response):
        members = response.json()
        if members is None:
            return
        if "finalize" in members and "certificate" in members:
            order, certificate = (members[name].rsplit("/", 1)[-1] for name in ("finalize", "certificate"))
            self.certified[certificate] = order
        if isinstance(members.get("expires"), str):
            members["expires"] = moved(members["expires"], self.front.offset())
            response.set_json(members)

    def change_chain(self, request, response):
        # Also of an alternate chain: /certZ/ID/alternate/1
        certificate = request.target.split("/certZ/", 1)[1].split("/", 1)[0]
        seconds = self.finalized.get(self.certified.get(certificate), self.front.offset())
        response.body = self.front.certificates.reissue(response.body, seconds)

    def change_renewal_info(self, request, response):
        serial = serial_of_certificate_id(request.target)
        said = self.front.renewal_info.get(serial)
        window = (response.json() or {}).get("suggestedWindow")
        if said is not None:
            response.body = said.encode()
        elif serial in self.front.certificates.revoked:
            now = self.front.now()
            response.set_json({"suggestedWindow": {
                "start": (now - datetime.timedelta(days=1)).strftime(FORMAT),
                "end": (now - datetime.timedelta(hours=1)).strftime(FORMAT),
            }})
        elif window is not None:
            # The window of a certificate stays where it is while time goes on.
            seconds = self.front.certificates.moved_seconds(serial)
            response.set_json({"suggestedWindow": {name: moved(time, seconds) for name, time in window.items()}})

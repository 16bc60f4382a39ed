"""What the CA has issued and revoked, signed with the keys of Pebble's own intermediate.

A leaf that passes is signed again: everything stays, key identifiers and serial included, but its dates,
which are moved to the CA's time, and that it says where the revocation list is. So it ends at Pebble's
root, and what is asked about it by serial (renewal information, `replaces`) is for Pebble to answer.
Pebble's intermediate may not sign lists; the one that goes with a leaf may, and is the same otherwise.
"""
import datetime
import re
import threading
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)
# RFC 5280 section 5.3.1; the numbers that RFC 8555 lets a client name.
REASONS = {
    1: x509.ReasonFlags.key_compromise,
    3: x509.ReasonFlags.affiliation_changed,
    4: x509.ReasonFlags.superseded,
    5: x509.ReasonFlags.cessation_of_operation,
    9: x509.ReasonFlags.privilege_withdrawn,
}

SIGNS_LISTS_TOO = x509.KeyUsage(
    digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
    data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
)

# Newer versions want other names for the dates, which older ones do not have.
warnings.filterwarnings("ignore", message=".*not_valid_.*")


class Certificates:
    def __init__(self, pebble, lists_address):
        self.pebble = pebble
        self.list_url = f"http://{lists_address}/list.crl"
        self.lock = threading.Lock()
        self.issuer = self.key = None
        self.root_keys = {}  # subject -> key
        self.leaves = {}  # serial -> (PEM, seconds that its dates were moved)
        self.revoked = {}  # serial -> (when, reason)

    def load_keys(self):
        if self.issuer is not None:
            return
        self.key = serialization.load_pem_private_key(self.pebble.managed("/intermediate-keys/0"), None)
        number = 0
        while root := self.pebble.managed(f"/roots/{number}"):
            key = serialization.load_pem_private_key(self.pebble.managed(f"/root-keys/{number}"), None)
            self.root_keys[x509.load_pem_x509_certificate(root).subject] = key
            number += 1
        self.issuer = x509.load_pem_x509_certificate(self.pebble.managed("/intermediates/0"))

    def reissue(self, chain, seconds):
        """The chain, signed again; a leaf that was seen before stays what it was."""
        leaf, *issuers = (x509.load_pem_x509_certificate(pem) for pem in CERTIFICATE.findall(chain))
        with self.lock:
            self.load_keys()
            if leaf.serial_number not in self.leaves:
                self.leaves[leaf.serial_number] = (to_pem(self.sign_leaf(leaf, seconds)), seconds)
            pem = self.leaves[leaf.serial_number][0]
            return pem + b"".join(to_pem(self.sign_issuer(issuer)) for issuer in issuers)

    def sign_leaf(self, leaf, seconds):
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(self.list_url)], None, None, None)
        extensions = [(extension.value, extension.critical) for extension in leaf.extensions]
        extensions.append((x509.CRLDistributionPoints([point]), False))
        return copy_of(leaf, extensions, seconds).sign(self.key, hashes.SHA256())

    def sign_issuer(self, issuer):
        key = self.root_keys.get(issuer.issuer)
        if key is None:
            return issuer  # one of several on the way to the root
        extensions = [
            (SIGNS_LISTS_TOO if isinstance(extension.value, x509.KeyUsage) else extension.value, extension.critical)
            for extension in issuer.extensions
        ]
        return copy_of(issuer, extensions, 0).sign(key, hashes.SHA256())

    def is_ours(self, serial):
        return serial in self.leaves

    def moved_seconds(self, serial):
        return self.leaves[serial][1] if serial in self.leaves else 0

    def revoke(self, serial, reason, now):
        with self.lock:
            self.revoked[serial] = (now, reason)

    def revocation_list(self, now):
        with self.lock:
            self.load_keys()
            revoked = list(self.revoked.items())
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.issuer.subject)
            .last_update(now)
            .next_update(now + datetime.timedelta(days=7))
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        for serial, (when, reason) in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
            if reason in REASONS:
                entry = entry.add_extension(x509.CRLReason(REASONS[reason]), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def copy_of(certificate, extensions, seconds):
    """To be signed: the certificate with these extensions, its dates so many seconds later."""
    moved = datetime.timedelta(seconds=seconds)
    builder = (
        x509.CertificateBuilder()
        .subject_name(certificate.subject)
        .issuer_name(certificate.issuer)
        .public_key(certificate.public_key())
        .serial_number(certificate.serial_number)
        .not_valid_before(certificate.not_valid_before + moved)
        .not_valid_after(certificate.not_valid_after + moved)
    )
    for value, is_critical in extensions:
        builder = builder.add_extension(value, is_critical)
    return builder


def to_pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def serial_of_der(der):
    return x509.load_der_x509_certificate(der).serial_number

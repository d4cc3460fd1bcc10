"""Sealing a value: authenticated encryption in an envelope that names its key and algorithm.

envelope = version (1 byte) · algorithm (1 byte) · length of key id (1 byte) · key id · nonce (12) · ciphertext and tag.
The context (what the value is and whose) is authenticated with it, so that a sealed value cannot be moved to another
row. AES-256-GCM by default (NIST SP 800-38D); SM4-GCM (GB/T 32907, RFC 8998) by the ring's setting.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from taizhang.errors import SystemFault
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.keyring import KeyRing

VERSION = 1
ALGORITHMS = {"aes-256-gcm": 1, "sm4-gcm": 2}
NONCE = 12
SM4_KEY = 16
TAG_BYTES = 16


class SealBroken(SystemFault):
    """A sealed value was changed, moved to another row, or sealed under another key."""

    code = "E-SEAL"


def seal(value: str, context: str, ring: KeyRing | None = None) -> bytes:
    """Seal a text for its context, such as `person:17:core18`."""
    ring = ring or key_ring()
    key_id = ring.current.encode()
    head = bytes([VERSION, ALGORITHMS[ring.algorithm], len(key_id)]) + key_id
    nonce = os.urandom(NONCE)
    aad = head + context.encode()
    key = ring.key(ring.current)
    if ring.algorithm == "aes-256-gcm":
        return head + nonce + AESGCM(key).encrypt(nonce, value.encode(), aad)
    encryptor = Cipher(SM4(key[:SM4_KEY]), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    body = encryptor.update(value.encode()) + encryptor.finalize()
    return head + nonce + body + encryptor.tag


def unseal(envelope: bytes | memoryview, context: str, ring: KeyRing | None = None) -> str:
    """The text that was sealed for this context. Raises SealBroken, KeyRingUnusable."""
    ring = ring or key_ring()
    sealed = bytes(envelope)
    length = sealed[2]
    head, rest = sealed[: 3 + length], sealed[3 + length :]
    nonce, body = rest[:NONCE], rest[NONCE:]
    key = ring.key(head[3:].decode())
    aad = head + context.encode()
    try:
        if head[1] == ALGORITHMS["aes-256-gcm"]:
            return AESGCM(key).decrypt(nonce, body, aad).decode()
        decryptor = Cipher(SM4(key[:SM4_KEY]), GCM(nonce, body[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(aad)
        return (decryptor.update(body[:-TAG_BYTES]) + decryptor.finalize()).decode()
    except InvalidTag:
        raise SealBroken("a sealed value does not fit its row") from None


def key_id_of(envelope: bytes | memoryview) -> str:
    """The id of the key a value was sealed under."""
    sealed = bytes(envelope)
    return sealed[3 : 3 + sealed[2]].decode()

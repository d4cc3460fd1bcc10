"""The key ring as it stands now: a rotation replaces the file while pages and workers run, and all of them must see it."""

from django.conf import settings

from taizhang.office.crypto.keyring import KeyRing

_held: list[tuple[tuple[int, int], KeyRing]] = []


def key_ring() -> KeyRing:
    """The ring of the installation, read again when its file was replaced; the one held where the file is gone.

    Raises KeyRingUnusable for a file that cannot be read.
    """
    path = settings.INSTALLATION.keys
    try:
        found = path.stat()
    except OSError:
        ring: KeyRing = _held[0][1] if _held else settings.KEY_RING
        return ring
    stamp = (found.st_ino, found.st_mtime_ns)
    if not _held or _held[0][0] != stamp:
        _held[:] = [(stamp, KeyRing.load(path))]
    return _held[0][1]

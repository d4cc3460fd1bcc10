"""Members of a zip archive: written new, or taken over from another archive as they are compressed there."""

import zipfile

_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the same input gives the same bytes
_LOCAL_HEADER = 30  # bytes before the name (PKWARE APPNOTE 4.3.7)
_ENCRYPTED = 0x1


def write_member(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a member, compressed lightly: most of the time of a returned workbook goes here."""
    target.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED, 1)


def copy_member(source: zipfile.ZipFile, name: str, target: zipfile.ZipFile) -> None:
    """Add a member of `source` to `target` without unpacking it, so without looking at its checksum either.

    Raises KeyError when there is no such member, zipfile.BadZipFile when it is not whole or is encrypted.
    """
    member = source.getinfo(name)
    content = _compressed(source, member)
    copied = zipfile.ZipInfo(name, _NO_TIME)
    copied.compress_type, copied.CRC = member.compress_type, member.CRC
    copied.compress_size, copied.file_size = member.compress_size, member.file_size
    stream = target.fp
    if stream is None:
        message = "The archive is closed."
        raise ValueError(message)
    # What ZipFile.writestr does, but for the compressing; it goes on from `start_dir`.
    stream.seek(target.start_dir)
    copied.header_offset = stream.tell()
    stream.write(copied.FileHeader())
    stream.write(content)
    target.start_dir = stream.tell()
    target.filelist.append(copied)
    target.NameToInfo[name] = copied


def _compressed(source: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member as they lie in its archive; the lengths before them are those of its own header."""
    stream = source.fp
    if stream is None:
        message = "The archive is closed."
        raise ValueError(message)
    stream.seek(member.header_offset)
    header = stream.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\3\4") or member.flag_bits & _ENCRYPTED:
        message = "The member has no readable header."
        raise zipfile.BadZipFile(message)
    stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    content = stream.read(member.compress_size)
    if len(content) < member.compress_size:
        message = "The member is cut short."
        raise zipfile.BadZipFile(message)
    return content

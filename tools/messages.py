"""Bring the office's message catalogues in step with its sources, without the gettext programs.

Usage: python tools/messages.py            (collect texts, fill Traditional, compile)
       python tools/messages.py --check    (writes nothing; exit status 1 with what is missing, unused or not compiled)

Texts are collected from Python and templates of src/taizhang/office; the words of the scripts stand in parts/words.py. The
msgids are Simplified Chinese; what fields are called stands in src/taizhang/titles.yaml. Traditional is drafted by OpenCC (s2tw)
and may be mended by hand in the .po file; English is written by hand. What the login library and Django say in words that are not
the office's is said anew in accounts/wording, Traditional drafted from Simplified. A text that changed is a new text: nothing is matched loosely, so there is nothing fuzzy.
"""

import io
import struct
import sys
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

import opencc
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
OFFICE = ROOT / "src" / "taizhang" / "office"
LOCALE = OFFICE / "locale"
LANGUAGES = ("en", "zh_Hant")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
WIDTH = 120
HEADER = """# Made by tools/messages.py (make messages); translations are edited here.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
SHARED_WORDS = {
    "隻影響": "只影響", "登錄": "登入", "文件夾": "資料夾", "文件": "檔案", "服務器": "伺服器", "保存": "儲存", "導入": "匯入",
    "導出": "匯出", "刷新": "重新整理", "搜索": "搜尋", "壓縮包": "壓縮檔", "內置": "內建", "字段": "欄位", "單元格": "儲存格",
    "每一列是什麼": "每一欄是什麼", "列的含義": "欄的含義", "月 周": "月 週", "後臺任務": "背景工作", "點擊": "點選",
    "數據目錄": "資料目錄", "數據表": "資料表", "數據庫": "資料庫", "打印": "列印", "用戶名": "使用者名稱", "重新運行": "重新執行",
}  # fmt: skip
"""Mainland words after conversion → words read alike in Taiwan and Hong Kong. 信息 stays: it stands in names of offices."""


def collected() -> Catalog:
    """Every text of the office by its sources, in the order of files."""
    found = Catalog(charset="utf-8")
    for path in sorted([*OFFICE.rglob("*.py"), *OFFICE.rglob("*.html"), *OFFICE.rglob("*.txt")]):
        place = path.relative_to(ROOT).as_posix()
        for said, context in _texts(path):
            if said != "":  # an empty msgid would be the catalogue's own header
                found.add(said, locations=[(place, 1)], context=context)
    return found


def _texts(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        # templatize leaves calls of gettext among blanks; lines begin at the margin, lest an indent be read as Python's.
        source = "\n".join(line.strip() for line in templatize(source, path.name).splitlines())
    for _line, function, given, _comments in extract_python(io.BytesIO(source.encode()), list(KEYWORDS), (), {}):
        texts = tuple(given) if isinstance(given, tuple) else (given,)
        if None in texts[:2] and not function.startswith("n"):  # not a text but an expression: collected elsewhere
            continue
        if function.startswith("pgettext"):
            yield str(texts[1]), str(texts[0])
        elif function.startswith("ngettext"):
            yield (str(texts[0]), str(texts[1])), None
        else:
            yield str(texts[0]), None


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands in its file."""
    path = _po(language)
    if not path.exists():
        return Catalog(language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def brought_up(language: str) -> Catalog:
    """The catalogue of a language with exactly the texts of the sources: translations kept, Traditional drafted."""
    before, convert = catalogue(language), traditional()
    after = Catalog(language, charset="utf-8", fuzzy=False)
    for message in sorted(_messages(collected()), key=lambda one: (str(one.id), str(one.context or ""))):
        known = before.get(message.id, message.context)
        said = known.string if known is not None else ""
        if language == "zh_Hant" and not _is_said(said):
            said = convert(message.id if isinstance(message.id, str) else message.id[0])
            said = said if isinstance(message.id, str) else (said,)
        places = sorted({(place, None) for place, _ in message.locations})
        after.add(message.id, said, locations=places, flags=message.flags - {"fuzzy"}, context=message.context)
    return after


def traditional() -> Callable[[str], str]:
    """A drafter of Traditional texts: OpenCC's glyphs of Taiwan, then the words that Taiwan and Hong Kong share."""
    convert = opencc.OpenCC("s2tw").convert

    def drafted(text: str) -> str:
        said = convert(text)
        for mainland, shared in SHARED_WORDS.items():
            said = said.replace(mainland, shared)
        return said

    return drafted


def _messages(found: Catalog) -> list[Message]:
    return [one for one in found if one.id]


def _is_said(said: object) -> bool:
    return all(said) and bool(said) if isinstance(said, tuple | list) else bool(said)


def lacking(language: str) -> list[str]:
    """What is not translated, or breaks a place like %(n)s; empty where the catalogue is whole."""
    found = []
    for message in _messages(brought_up(language)):
        if not _is_said(message.string):
            found.append(f"{language}: {message.id}")
        found += [f"{language}: {message.id}: {error}" for error in message.check(Catalog(language))]
    return found


def as_po(found: Catalog) -> bytes:
    """The .po file of a catalogue; the same catalogue gives the same bytes, whoever makes it and when."""
    out = io.BytesIO()
    write_po(out, found, width=WIDTH, include_lineno=False, omit_header=True)
    return HEADER.format(language=found.locale, plural=found.plural_forms).encode() + out.getvalue()


def as_mo(found: Catalog) -> bytes:
    """The .mo file of a catalogue: the GNU layout without its hash table, nothing in it but texts and their plural rule."""
    header = f"Content-Type: text/plain; charset=utf-8\nLanguage: {found.locale}\nPlural-Forms: {found.plural_forms}\n"
    entries = {b"": header.encode()} | dict(_entry(one) for one in _messages(found) if _is_said(one.string))
    keys = sorted(entries)
    ids, texts = b"".join(one + b"\0" for one in keys), b"".join(entries[one] + b"\0" for one in keys)
    first_id = 28 + 16 * len(keys)
    out = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, first_id)
    out += _table(keys, first_id) + _table([entries[one] for one in keys], first_id + len(ids))
    return out + ids + texts


def _table(parts: list[bytes], first: int) -> bytes:
    """Length and place of every part, the first of which stands at `first`; a zero byte follows each."""
    lengths = [len(part) for part in parts]
    places = accumulate((length + 1 for length in lengths), initial=first)
    return b"".join(struct.pack("<2I", length, place) for length, place in zip(lengths, places, strict=False))


def _entry(message: Message) -> tuple[bytes, bytes]:
    key = message.id if isinstance(message.id, str) else "\0".join(message.id)
    said = message.string if isinstance(message.string, str) else "\0".join(message.string)
    return (f"{message.context}\4{key}" if message.context else key).encode(), said.encode()


def _po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def worded(language: str) -> Catalog:
    """What libraries say, in the words of the office: Simplified as it stands in its file, Traditional drafted from it."""
    with _wording("zh_Hans").open("rb") as file:
        simplified = read_po(file, locale="zh_Hans", charset="utf-8")
    if language == "zh_Hans":
        return simplified
    drafted, convert = Catalog(language, charset="utf-8", fuzzy=False), traditional()
    for one in sorted(_messages(simplified), key=lambda one: str(one.id)):
        said = convert(one.string) if isinstance(one.string, str) else tuple(map(convert, one.string))
        drafted.add(one.id, said, flags=one.flags)
    return drafted


def _wording(language: str) -> Path:
    return OFFICE / "accounts" / "wording" / language / "LC_MESSAGES" / "django.po"


def made() -> Iterator[tuple[Path, bytes]]:
    """Every file that is made, with what belongs in it."""
    for language in LANGUAGES:
        wanted = brought_up(language)
        yield _po(language), as_po(wanted)
        yield _po(language).with_suffix(".mo"), as_mo(wanted)
    if _wording("zh_Hans").exists():
        yield _wording("zh_Hans").with_suffix(".mo"), as_mo(worded("zh_Hans"))
        yield _wording("zh_Hant"), as_po(worded("zh_Hant"))
        yield _wording("zh_Hant").with_suffix(".mo"), as_mo(worded("zh_Hant"))


def stale() -> list[str]:
    """Files that are not what the sources and the catalogues make of them."""
    return [
        path.relative_to(ROOT).as_posix()
        for path, content in made()
        if not path.exists() or path.read_bytes() != content
    ]


def main(arguments: list[str]) -> int:
    """Write the catalogues anew, or with --check only say what is wrong with them."""
    if not settings.configured:
        settings.configure()
    missing = [one for language in LANGUAGES for one in lacking(language)]
    if "--check" in arguments:
        faults = missing + [f"{one}: run make messages" for one in stale()]
        sys.stdout.write("".join(f"{one}\n" for one in faults))
        return 1 if faults else 0
    for path, content in made():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    sys.stdout.write("".join(f"{one}\n" for one in missing))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

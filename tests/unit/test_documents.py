"""Documents cannot go stale: what they say is compared with the program, the commands and the files."""

import re
from pathlib import Path

import click
import pytest

from taizhang.cli.docs import generated_documents
from taizhang.cli.main import cli
from taizhang.errors import SystemFault, UserError

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"(?:^|[\s`(])(?:\.venv/bin/)?taizhang ((?:[a-z][a-z-]*)(?: [a-z-]+)?)")
_TARGET = re.compile(r"\bmake ([a-z]+)")
_NOT_OURS = {".venv", ".venv-bench", ".git", "node_modules", "demo"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not _NOT_OURS & set(path.relative_to(ROOT).parts))
FOR_PEOPLE = [path for path in DOCUMENTS if path.parent in {ROOT, ROOT / "docs"}]
GENERATED = generated_documents()


def named(path):
    return str(path.relative_to(ROOT))


def links(text):
    """Relative links of a document, without the anchors; code is no link."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    return [link.split("#")[0] for link in _LINK.findall(prose) if not re.match(r"[a-z]+:|#", link)]


def commands(text):
    """What stands after `taizhang` in the code of a document."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL)
    return {found for block in code for found in _COMMAND.findall(block)}


def exists(words):
    """Whether the words begin with the name of a command, subcommands included."""
    name, *rest = words.split()
    command = cli.commands.get(name)
    return command is not None and (not isinstance(command, click.Group) or not rest or rest[0] in command.commands)


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_a_generated_reference_says_what_the_program_says(name):
    path = ROOT / "docs" / name

    written = path.read_text("utf-8") if path.is_file() else ""

    assert written == GENERATED[name], f"docs/{name} is stale: run `make docs`"


def test_every_decision_stands_in_their_list_under_its_own_title():
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"^- \[(\d+)\]\((.+?)\) (.+)$", (folder / "README.md").read_text("utf-8"), re.MULTILINE)

    titled = {path.name: path.read_text("utf-8").splitlines()[0] for path in folder.glob("0*.md")}

    assert {name: f"# {int(number)}. {title}" for number, name, title in listed} == titled


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_relative_link_leads_to_a_file(path):
    broken = [link for link in links(path.read_text("utf-8")) if not (path.parent / link).exists()]

    assert broken == []


@pytest.mark.parametrize("path", FOR_PEOPLE, ids=named)
def test_every_command_a_document_names_exists(path):
    unknown = {words for words in commands(path.read_text("utf-8")) if not exists(words)}

    assert unknown == set()


@pytest.mark.parametrize("path", FOR_PEOPLE, ids=named)
def test_every_make_target_a_document_names_exists(path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))

    code = re.findall(r"```.*?```|`[^`\n]+`", path.read_text("utf-8"), flags=re.DOTALL)
    assert {target for block in code for target in _TARGET.findall(block)} <= targets


def test_the_guide_and_the_readme_do_name_commands():
    """The twin: the pattern above finds commands where they are, and knows one that does not exist."""
    assert commands((ROOT / "docs" / "user-guide.md").read_text("utf-8")) >= {
        "sweep county",
        "map county",
        "rules list",
    }
    assert not exists("init")
    assert not exists("rules invent")


def test_every_command_the_program_tells_people_to_run_exists():
    texts = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]

    told = {words for text in texts for words in re.findall(r"[\u4e00-\u9fff] ?taizhang ([a-z]+)", text)}
    assert {"sweep", "intake"} <= told
    assert {words for words in told if not exists(words)} == set()


def test_every_error_code_is_listed_once_for_each_class():
    written = (ROOT / "docs" / "errors.md").read_text("utf-8")

    codes = {kind.code for kind in _family(UserError) | _family(SystemFault)}
    assert {code for code in codes if f"| `{code}` |" not in written} == set()


def test_no_two_errors_share_a_code():
    kinds = [kind for kind in _family(UserError) | _family(SystemFault) if "code" in vars(kind)]

    codes = [kind.code for kind in kinds]
    assert sorted(codes) == sorted(set(codes))


def test_every_command_says_in_both_languages_what_it_does():
    silent = {path for path, command in _walk("taizhang", cli) if not re.search(r"[一-鿿].*", command.help or "")}

    assert silent == set()


def _family(kind):
    below = {one for one in kind.__subclasses__() if one.__module__.startswith("taizhang")}
    return {kind} | {deeper for one in below for deeper in _family(one)}


def _walk(path, command):
    below = command.commands if isinstance(command, click.Group) else {}
    return [(path, command)] + [found for name, one in below.items() for found in _walk(f"{path} {name}", one)]

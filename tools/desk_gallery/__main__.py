"""Writes a folder of still pages with every part of the desk, to look at: `python tools/desk_gallery FOLDER`, then serve it.

`make web` first. All persons are made up. Pages: list, finding, home, parts, login, trouble.
"""

import shutil
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from taizhang.office.bare import set_up_bare

set_up_bare()

import contents  # noqa: E402
from django.contrib.messages import constants  # noqa: E402 -- Django must be set up first
from django.contrib.messages.storage.base import Message  # noqa: E402
from django.http import HttpRequest, QueryDict  # noqa: E402
from django.template import engines  # noqa: E402

from taizhang.office.parts.assets import BUILT  # noqa: E402

HERE = Path(__file__).parent
PAGES = ("home", "list", "finding", "parts", "login", "trouble")
PORT = 8765
SERVE = 3


def page(name: str) -> str:
    """One page of the gallery."""
    request = HttpRequest()
    request.method, request.path = "GET", f"/{name}.html"
    request.GET = QueryDict("state=open&sort=-due&page=3")
    messages = [
        Message(constants.SUCCESS, "已派发 12 条问题。"),
        Message(constants.WARNING, "有 3 条将在 2 个工作日内到期。"),
    ]
    context: dict[str, Any] = contents.frame(name) | contents.CONTENTS.get(name, dict)() | {"request": request}
    if name == "parts":
        context["messages"] = messages
    source = (HERE / "templates" / "gallery" / f"{name}.html").read_text("utf-8")
    return str(engines["django"].from_string(source).render(context, request))


def main() -> None:
    """Write the pages; with --serve also serve them."""
    out = Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(BUILT.parent, out / "static" / "office")
    for name in PAGES:
        (out / f"{name}.html").write_text(page(name), "utf-8")
    running = engines["django"].get_template("office/parts/progress.html")
    (out / "progress.html").write_text(running.render({"progress": contents.home()["progress"]}), "utf-8")
    if len(sys.argv) == SERVE:
        server = ThreadingHTTPServer(
            ("127.0.0.1", PORT), lambda *arguments: SimpleHTTPRequestHandler(*arguments, directory=str(out))
        )
        print(f"http://127.0.0.1:{PORT}/home.html")
        server.serve_forever()


if __name__ == "__main__":
    main()

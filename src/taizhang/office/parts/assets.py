"""Where the built browser files lie: names in web/ to addresses below STATIC_URL, by the manifest that Vite writes."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static

BUILT = Path(__file__).resolve().parent.parent / "static" / "office" / "dist"
MANIFEST = BUILT / "manifest.json"


class AssetsMissing(RuntimeError):
    """The browser files were not built, or lack an entry; says which command builds them."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: 浏览器文件未构建或不完整，请运行 make web")


def are_built() -> bool:
    """Whether the browser files were built; without them pages stand bare but work."""
    return MANIFEST.exists()


def asset_address(entry: str) -> str:
    """The address of one source entry, e.g. `src/desk.ts`. Raises AssetsMissing."""
    return static(f"office/dist/{_entry(entry)['file']}")


def style_addresses(entry: str) -> list[str]:
    """The style sheets that an entry brings. Raises AssetsMissing."""
    return [static(f"office/dist/{name}") for name in _entry(entry).get("css", ())]


def _entry(entry: str) -> dict[str, Any]:
    if not are_built():
        raise AssetsMissing(MANIFEST.name)
    found = _manifest(MANIFEST.stat().st_mtime_ns).get(entry)
    if found is None:
        raise AssetsMissing(entry)
    return found


@lru_cache(maxsize=1)
def _manifest(_changed: int) -> dict[str, dict[str, Any]]:
    """Read once for each build; a rebuild while the server runs is seen at the next request."""
    content: dict[str, dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return content

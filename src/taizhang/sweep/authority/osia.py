"""Asking the authority over the network: the `match` call of OSIA Data Access 1.3.0, four values and never three.

The number must not stand in an address, where every proxy writes it down. So a pair takes two calls: a token for the
number (`POST /osia/v1/tokens`, number in the body), then `POST /v1/persons/{token}/match` with the name. A server that
wants the number itself as `uin` is not asked. Source: Secure Identity Alliance, dataaccess.yaml.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from typing import Any, ClassVar

from taizhang.errors import UserError
from taizhang.sweep.authority.answers import Answer, AuthorityAnswer
from taizhang.sweep.authority.requests import Pair, Request

TIMEOUT_SECONDS = 10.0
GIVE_UP_AFTER = 5
"""Pairs without an answer in a row: then the service is down and the rest is not asked."""
MOST_BYTES = 65_536
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
DOES_NOT_MATCH = 1
"""OSIA errorCode: the attribute exists and does not match. 0: the attribute does not exist."""


class AuthorityNotConfigured(UserError):
    """The county file names no authority service, or an address or token that cannot be used."""

    code: ClassVar[str] = "E-AUTHORITY-SERVICE"


class OsiaAuthority:
    """A register that answers over OSIA. base: https, or http on this machine only. bearer: its access token."""

    def __init__(self, base: str, bearer: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        parts = urllib.parse.urlsplit(base)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        if not safe or not bearer:
            raise AuthorityNotConfigured(
                "不能向权威核验服务提请。", why="地址须以 https:// 开头，并须有访问令牌。",
                hint="在 county.toml 的 [authority] 中写 osia 与 token_variable，并设置该环境变量。",
            )  # fmt: skip
        self._base, self._bearer, self._timeout = base.rstrip("/"), bearer, timeout
        # No proxy and no redirect: either would hand numbers to somebody who was not named.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)

    def ask(self, pair: Pair) -> Answer:
        """What the register says about a pair. Every failure of the service is `UNAVAILABLE`, never a mismatch."""
        status, body = self._post("/osia/v1/tokens", {"idNumber": pair.id_no})
        token = body.get("token") if isinstance(body, dict) else None
        if status != HTTPStatus.OK or not isinstance(token, str) or not token:
            return Answer.UNAVAILABLE
        address = f"/v1/persons/{urllib.parse.quote(token, safe='')}/match"
        status, body = self._post(address, {"name": pair.name})
        if status == HTTPStatus.NOT_FOUND:
            return Answer.NOT_FOUND
        if status != HTTPStatus.OK or not isinstance(body, list):
            return Answer.UNAVAILABLE
        if not body:
            return Answer.MATCH
        said = {one.get("errorCode") for one in body if isinstance(one, dict) and one.get("attributeName") == "name"}
        return Answer.MISMATCH if said == {DOES_NOT_MATCH} else Answer.UNAVAILABLE

    def _post(self, path: str, document: dict[str, str]) -> tuple[int, Any]:
        """(status, body as JSON); status 0 where nobody answered, body None where it is no JSON."""
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            self._base + path,
            data=json.dumps(document).encode(),
            headers={"Authorization": f"Bearer {self._bearer}", "Content-Type": "application/json"},
            method="POST",
        )
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return answer.status, json.loads(answer.read(MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None
        except (OSError, ValueError):
            return 0, None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none: the redirect is then an HTTPError."""
        return


def ask_all(authority: OsiaAuthority, request: Request, *, on: date) -> list[AuthorityAnswer]:
    """Ask about every pair of a batch; after `GIVE_UP_AFTER` pairs in a row without an answer the rest stays unasked."""
    return list(_asked(authority, request, on))


def _asked(authority: OsiaAuthority, request: Request, on: date) -> Iterable[AuthorityAnswer]:
    silent = 0
    for pair in request.pairs:
        answer = authority.ask(pair)
        silent = silent + 1 if answer is Answer.UNAVAILABLE else 0
        yield AuthorityAnswer(*pair.key, answer, on, request.batch)
        if silent >= GIVE_UP_AFTER:
            return

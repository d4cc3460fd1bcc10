"""The security administrator's page of the keys: which there are, and changing the one that seals."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from taizhang.office.access.request import OfficeRequest
from taizhang.office.crypto.current import key_ring
from taizhang.office.crypto.jobs import is_resealing, last_resealing, request_rotation
from taizhang.office.parts.model import Fact
from taizhang.office.parts.punctuation import listed


def keys(request: OfficeRequest) -> HttpResponse:
    """The ring by its ids; never a key."""
    ring, job = key_ring(), last_resealing()
    older = sorted(set(ring.data) - {ring.current})
    facts = [
        Fact(_("当前密钥"), ring.current, mono=True), Fact(_("算法"), ring.algorithm, mono=True),
        Fact(_("保留的旧密钥"), listed(older) or None, mono=True),
        Fact(_("查询索引"), _("正在换密钥") if ring.is_index_rotating else _("正常"), tone="warning" if ring.is_index_rotating else "success"),
    ]  # fmt: skip
    if job is not None:
        facts.append(Fact(_("最近一次更换"), f"{job.get_state_display()} {job.result.get('things', job.done)}"))
        broken = job.result.get("broken")
        if broken:
            facts.append(Fact(_("打不开的内容"), listed(broken), mono=True, tone="danger"))
    return render(request, "crypto/keys.html", {
        "facts": facts, "is_resealing": is_resealing(), "may_rotate": request.actor.may("key.rotate"),
    })  # fmt: skip


def keys_rotate(request: OfficeRequest) -> HttpResponse:
    """Change the key."""
    request_rotation(actor=request.actor)
    messages.success(request, _("已启用新密钥，正在后台重新加密；请通知系统管理员立即备份密钥环。"))
    return redirect("keys")

"""The words that scripts show, translated here so that all translations live in one place (web/src/texts.ts reads them)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise | str] = {
    "cancel": _("取消"),
    "chosen": _("已选 {count} 条"),
    "copied": _("已复制。"),
    "export-preparing": _("正在准备文件，备好后自动下载。"),
    "not-copied": _("未能复制，请手工选取。"),
    "kept-restored": _("已恢复上次未提交的文字。"),
    "kept-discard": _("不要这些文字"),
    "keys-move": _("上一行、下一行"),
    "keys-open": _("打开当前行"),
    "keys-select": _("选中当前行"),
    "keys-range": _("选中一段"),
    "no-connection": _("连不上服务器，请检查网络后再试；已填写的文字还在。"),
    "sending": _("正在提交，请稍候。"),
    "server-error": _("没有完成（{status}）。请稍后再试；已填写的文字还在。"),
    "session-over": _("登录已过期。请重新登录，已填写的文字会恢复。"),
    "upload-again": _("再试"),
    "upload-broken": _("网络多次中断，未能传完。重新选择同一个文件可以接着传。"),
    "upload-queued": _("等待上传"),
    "upload-received": _("已收到，尚未报送"),
    "upload-remove": _("移除"),
    "upload-session-over": _("登录已过期。重新登录后再选同一个文件，从断处接着传。"),
    "upload-total": _("正在上传：已收到 {whole} 个，共 {all} 个。请不要关闭页面。"),
    "upload-twice": _("{name} 已在下面，不再传第二遍。"),
    "upload-unreadable": _("文件在选取之后被改动或移走，请重新选择。"),
    "upload-waiting": _("网络中断，{seconds} 秒后继续"),
}

"""What subjects and facts of entries are called on pages and in the export; a test finds those that have no word."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: dict[str, Promise | str] = {
    "arrival": _("收件夹里的文件"),
    "access": _("权限核查"), "clock": _("期限"), "county": _("全县"), "day": _("日历"), "delivery": _("报送批次"), "division": _("区划"), "evidence": _("佐证"),
    "finding": _("问题"), "findings": _("问题清单"), "frame": _("表格"), "handback": _("回填批次"), "household": _("户"), "job": _("后台任务"),
    "keys": _("密钥"), "limit": _("界限"), "place": _("地点"), "recheck": _("回头看"), "recheck_round": _("回头看"), "scores": _("质量看板"), "layout": _("表头布局"), "list": _("清单"), "ledger": _("流水"), "person": _("人员"), "policy": _("审核办法"), "saved_view": _("保存的筛选"),
    "schedule": _("计划"), "search": _("查询"), "submission": _("报送"), "sweep": _("排查"), "delivery_term": _("报送期限"), "user": _("账号"),
}  # fmt: skip

FACTS: dict[str, Promise | str] = {
    "drawn": _("抽中"), "due_day": _("报送日"), "file": _("文件"), "first": _("起"), "last": _("止"), "percent": _("百分比"), "population": _("其中仍在销号状态"),
    "round": _("回头看"), "seed": _("种子"), "share": _("抽查比例"),
    "address": _("地址"), "area": _("区划"), "as_of": _("基准日期"), "attempts": _("失败次数"), "broken": _("打不开"), "cells": _("格"),
    "check": _("核对"), "columns": _("列数"), "count": _("数量"), "counts": _("各项数量"), "cron": _("时间"), "delivery": _("报送编号"),
    "digest": _("预览编号"), "dropped": _("放弃"), "enabled": _("启用"), "ended": _("终结"), "escalated": _("升级"), "expires_on": _("到期"), "factors": _("验证方式"),
    "fields": _("字段"), "files": _("文件数"), "findings": _("问题"), "households": _("户数"), "is_workday": _("工作日"), "kind": _("种类"),
    "kept": _("保留"), "language": _("语言"), "level": _("级别"), "lines": _("行数"), "methods": _("验证方式"), "mode": _("方式"), "most": _("上限"),
    "moved": _("变化"), "name": _("名称"), "narrowed": _("筛选"), "notices": _("提醒"), "origin": _("途径"), "owner": _("主办方"), "persons": _("人数"), "request": _("申请"), "retired": _("移除"),
    "role": _("角色"), "sha256": _("文件摘要"), "size": _("字节"), "source": _("来源"), "state": _("状态"), "step": _("步骤"), "table": _("表"), "tag": _("标签"),
    "tasks": _("任务"), "things": _("项数"), "title": _("名称"), "to": _("给"), "touched": _("涉及"), "unit": _("单位"), "valid_from": _("起"),
    "valid_to": _("止"), "workdays": _("工作日数"), "year": _("年度"),
}  # fmt: skip

CHANGES = frozenset({"state", "workdays", "percent"})
"""Facts that are a pair: what was before, what is now."""

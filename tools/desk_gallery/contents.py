"""What the gallery shows: a made-up morning at the county desk."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace as Thing
from typing import Any

from django.core.paginator import Paginator

from taizhang.office.parts import model as m

TOWNS = ["洋州街道", "戚氏街道", "龙亭镇", "谢村镇", "马畅镇", "溢水镇", "磨子桥镇", "黄家营镇", "黄安镇", "黄金峡镇"]


def frame(current: str) -> dict[str, Any]:
    """What stands around every page."""
    entries = {
        "工作台": [("home", "首页", "home", 0), ("list", "问题", "list-check", 128), ("tasks", "任务", "clipboard-list", 17), ("review", "审核", "clipboard-check", 6)],
        "数据": [("sources", "来源与报送", "database", 0), ("sweeps", "排查", "target-arrow", 0), ("people", "人员与户", "users", 0), ("handback", "回填", "arrow-back-up", 0)],
        "质量": [("board", "成绩单", "chart-bar", 0), ("frame", "七突出七对标", "table", 0), ("recheck", "回头看", "refresh", 0)],
    }  # fmt: skip
    shown = "list" if current == "finding" else current
    return {
        "county": Thing(name="洋县"),
        "actor": Thing(user_id=7, name="李文静"),
        "role_names": ["监测中心操作员"],
        "area_names": ["洋县"],
        "search_url": "/search",
        "csrf_token": "made-up",
        "navigation": [
            {
                "title": title,
                "items": [
                    {"label": label, "url": f"/{route}.html", "icon": icon, "count": count, "active": route == shown}
                    for route, label, icon, count in items
                ],
            }
            for title, items in entries.items()
        ],
    }


def home() -> dict[str, Any]:
    """What waits this morning."""
    return {
        "figures": [
            m.Figure("待派发", 128, "/list.html", "比上次排查 +14"),
            m.Figure("我的待办", 17, "/list.html", "其中今天到期 3"),
            m.Figure("逾期", 5, "/list.html", "涉及 3 个镇", "danger"),
            m.Figure("待审核", 6, "/list.html"),
            m.Figure("识别准确度", "98.6%", "/list.html", "标准 98%", "success"),
        ],
        "by_town": m.Chart(
            "各镇未销号问题",
            "stacked",
            TOWNS,
            [
                m.Series("错误", [31, 12, 44, 18, 27, 9, 15, 6, 11, 8], ["/list.html"] * 10, "danger"),
                m.Series("可疑", [52, 30, 61, 25, 40, 22, 19, 14, 17, 12], ["/list.html"] * 10, "warning"),
            ],
        ),
        "trend": m.Chart(
            "每周销号与新增",
            "line",
            [f"第{week}周" for week in range(1, 9)],
            [m.Series("销号", [22, 35, 41, 38, 60, 72, 69, 88], tone="success"), m.Series("新增", [80, 61, 44, 52, 31, 30, 26, 24])],
        ),
        "heat": m.Chart(
            "镇 × 问题类别",
            "heat",
            ["身份证与姓名", "户主", "年龄", "住址", "重复", "缺项"],
            [m.Series(town, [(index * 7 + kind * 5) % 19 for kind in range(6)], ["/list.html"] * 6) for index, town in enumerate(TOWNS[:6])],
        ),
        "events": [
            m.Event(datetime(2020, 2, 24, 8, 40, tzinfo=UTC), "全国系统报送 2 月 24 日快照", "系统", "11,203 行，变更 312 行，已排查。", "/list.html", "primary"),
            m.Event(datetime(2020, 2, 24, 8, 55, tzinfo=UTC), "排查完成：新增 24，消失 88，重开 2", "系统", tone="success"),
            m.Event(datetime(2020, 2, 21, 17, 2, tzinfo=UTC), "龙亭镇退回 1 条：证据不清", "王建平", tone="warning"),
        ],
        "progress": m.Progress("排查：全县四个来源", 6120, 11203, "/progress.html", note="核对姓名与证件号码", facts={"用时": "0:41", "剩余": "约 0:34"}),
        "tasks": tasks_table(6),
    }  # fmt: skip


def tasks_table(count: int = 25) -> m.Table:
    """Findings as a list."""
    kinds = [
        ("身份证号码与姓名不对应", "danger", "错误"), ("同一号码两个姓名", "danger", "错误"), ("户主未成年", "warning", "可疑"),
        ("性别与证件号码不符", "danger", "错误"), ("出生日期与证件号码不符", "warning", "可疑"),
    ]  # fmt: skip
    names = ["周国强", "王桂兰", "李秀英", "张建军", "刘玉梅", "陈志明", "杨淑芬", "赵海燕"]
    states = [
        ("待派发", "neutral"),
        ("核实中", "primary"),
        ("待镇审核", "info"),
        ("退回", "warning"),
        ("已回填", "success"),
    ]
    rows = []
    for number in range(count):
        kind, tone, severity = kinds[number % 5]
        state, state_tone = states[(number * 3) % 5]
        due = (
            m.Cell("2月20日", note="逾期 2 个工作日", note_tone="danger")
            if number % 7 == 4
            else m.Cell(f"2月{24 + number % 5}日")
        )
        rows.append(
            m.Row(
                [
                    m.Cell(kind, note=f"P{1200 + number}"),
                    m.Cell(names[number % 8]),
                    m.Cell(f"6107************{10 + number % 80}"),
                    m.Cell(f"{TOWNS[number % 10]}{['平溪村', '柳山村', '高原寺村'][number % 3]}"),
                    m.Cell(severity, tone),
                    m.Cell(state, state_tone),
                    due,
                    m.Cell(f"{(number * 37) % 60 + 40}%"),
                ],
                "/finding.html",
                str(number),
            )
        )
    columns = [
        m.Column("问题", "rule", "head"), m.Column("姓名", "name"), m.Column("证件号码", kind="mono"), m.Column("村", "place"),
        m.Column("程度", "severity"), m.Column("状态"), m.Column("期限", "due", "date"), m.Column("把握", "probability", "number"),
    ]  # fmt: skip
    return m.Table(
        columns, rows, sort="-due", selectable=True, empty="没有符合条件的问题", empty_hint="放宽筛选条件再看。"
    )


def listing() -> dict[str, Any]:
    """The list page."""
    return {
        "filters": m.Filters(
            [
                m.Filter("q", "搜索", "text", "", placeholder="规则、姓名、户编号"),
                m.Filter("town", "镇", "choice", "", [m.Option(str(at), town, 20 + at) for at, town in enumerate(TOWNS)]),
                m.Filter("state", "状态", "choice", "open", [m.Option("open", "未销号"), m.Option("closed", "已销号")]),
                m.Filter("due", "期限", "dates", ("2020-02-20", "")),
                m.Filter("mine", "只看我的", "toggle"),
            ],
            [m.SavedView("全部", "/list.html", count=1280), m.SavedView("今天到期", "/list.html", active=True, count=25), m.SavedView("龙亭镇错误", "/list.html", count=44)],
            "/views",
        ),
        "table": tasks_table(),
        "page": Paginator(range(1280), 50).page(3),
    }  # fmt: skip


def finding() -> dict[str, Any]:
    """One finding."""
    return {
        "facts": [
            m.Fact("规则", "身份证号码与姓名不对应"), m.Fact("程度", "错误", "danger"), m.Fact("状态", "核实中", "primary"),
            m.Fact("期限", "2020-02-26（还有 2 个工作日）"), m.Fact("承办", "龙亭镇 王建平"), m.Fact("发现于", "第 12 次排查", url="/list.html"),
        ],
        "candidates": [Thing(label="村级台账号码第 15 位写错", percent=86), Thing(label="全国系统号码写错", percent=9), Thing(label="两个不同的人", percent=5)],
        "person": Thing(name="周国强", masked_number="6107************13", relation="户主", place="龙亭镇平溪村三组"),
        "events": home()["events"],
    }  # fmt: skip


def parts() -> dict[str, Any]:
    """Parts by themselves."""
    return home() | {
        "done": m.Progress("导入完成", 500, 500, running=False, tone="success"),
        "map": Thing(title="各镇问题数", features=_towns()),
    }


def _towns() -> dict[str, Any]:
    """A made-up grid of towns; no real border."""
    features = []
    for at, name in enumerate(TOWNS):
        x, y = at % 4, at // 4
        ring = [
            [107.2 + 0.1 * (x + dx), 33.4 - 0.08 * (y + dy)]
            for dx, dy in ((0, 0), (1, 0.1), (1.05, 1), (0.05, 0.9), (0, 0))
        ]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"name": name, "value": (at * 13) % 47, "url": "/list.html"},
            }
        )
    return {"type": "FeatureCollection", "features": features}


CONTENTS: dict[str, Callable[[], dict[str, Any]]] = {"home": home, "list": listing, "finding": finding, "parts": parts}

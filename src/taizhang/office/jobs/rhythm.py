"""How often a line of the plan comes: in words that people use, kept as the five fields of cron."""

import re
from dataclasses import dataclass
from datetime import time

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LAST_DAY = 28
"""The last day that every month has."""

MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
"""What divides the hour: cron counts minutes from each full hour, so every 45 minutes it cannot say."""

WEEKDAYS: dict[str, Promise | str] = {
    "1-5": gettext_lazy("周一至周五"), "1": gettext_lazy("周一"), "2": gettext_lazy("周二"), "3": gettext_lazy("周三"), "4": gettext_lazy("周四"),
    "5": gettext_lazy("周五"), "6": gettext_lazy("周六"), "0": gettext_lazy("周日"),
}  # fmt: skip
"""cron's fifth field → what people call it."""

_FORMS = {
    "minutes": re.compile(r"\*/(?P<minutes>[1-5]?[0-9]) \* \* \* \*"),
    "hour": re.compile(r"(?P<minute>[0-9]{1,2}) \* \* \* \*"),
    "day": re.compile(r"(?P<minute>[0-9]{1,2}) (?P<hour>[0-9]{1,2}) \* \* \*"),
    "week": re.compile(r"(?P<minute>[0-9]{1,2}) (?P<hour>[0-9]{1,2}) \* \* (?P<weekday>1-5|[0-6])"),
    "month": re.compile(r"(?P<minute>[0-9]{1,2}) (?P<hour>[0-9]{1,2}) (?P<day>[0-9]{1,2}) \* \*"),
}


class Every(TextChoices):
    """How often."""

    DAY = "day", gettext_lazy("每天")
    WEEK = "week", gettext_lazy("每周")
    MONTH = "month", gettext_lazy("每月")
    HOUR = "hour", gettext_lazy("每小时")
    MINUTES = "minutes", gettext_lazy("每几分钟")
    CRON = "cron", gettext_lazy("按表达式（cron）")


@dataclass(frozen=True)
class Rhythm:
    """A rhythm; each field counts only for the kinds it names.

    at: time of day (DAY, WEEK, MONTH); for HOUR its minute. weekday: a key of WEEKDAYS. day: 1 to 28. minutes: between two, of MINUTES.
    cron: the five fields themselves, of what no other kind says.
    """

    every: Every
    at: time = time(6)
    weekday: str = "1-5"
    day: int = 1
    minutes: int = 5
    cron: str = ""

    @classmethod
    def of(cls, cron: str) -> "Rhythm":
        """The rhythm that a text of cron means; one that people have no short word for is kept as it is."""
        for every, form in _FORMS.items():
            found = form.fullmatch(" ".join(cron.split()))
            if found is not None:
                return cls._read(Every(every), found.groupdict()) or cls(Every.CRON, cron=cron)
        return cls(Every.CRON, cron=cron)

    @classmethod
    def _read(cls, every: Every, said: dict[str, str]) -> "Rhythm | None":
        minute, hour, day, minutes = (
            int(said.get(name, least)) for name, least in (("minute", 0), ("hour", 0), ("day", 1), ("minutes", 1))
        )
        if minute > 59 or hour > 23 or not 1 <= day <= LAST_DAY or minutes not in MINUTES:
            return None
        return cls(every, time(hour, minute), said.get("weekday", "1-5"), day, minutes)

    def as_cron(self) -> str:
        """The five fields: minute, hour, day, month, weekday."""
        moment = f"{self.at.minute} {self.at.hour}"
        return {
            Every.DAY: f"{moment} * * *",
            Every.WEEK: f"{moment} * * {self.weekday}",
            Every.MONTH: f"{moment} {self.day} * *",
            Every.HOUR: f"{self.at.minute} * * * *",
            Every.MINUTES: f"*/{self.minutes} * * * *",
            Every.CRON: self.cron,
        }[self.every]

    def words(self) -> str:
        """`每周一 06:00`; the five fields where there are no words."""
        at = f"{self.at:%H:%M}"
        if self.every == Every.WEEK:
            return _("每%(weekday)s %(at)s") % {"weekday": WEEKDAYS[self.weekday], "at": at}
        return {
            Every.DAY: _("每天 %(at)s") % {"at": at},
            Every.MONTH: _("每月 %(day)d 日 %(at)s") % {"day": self.day, "at": at},
            Every.HOUR: _("每小时第 %(minute)d 分") % {"minute": self.at.minute},
            Every.MINUTES: _("每 %(minutes)d 分钟") % {"minutes": self.minutes},
        }.get(self.every, self.cron)

"""What people did about a finding: tasks, corrections, reviews, evidence, exemptions, hand-backs."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from taizhang.office.access.scope import ScopedModel


class ReturnReason(models.TextChoices):
    """Why a reviewer gives something back (operations.md §3, law 2)."""

    TOO_LITTLE = "too_little", _("证据不足")
    UNCLEAR = "unclear", _("证据不清")
    OTHER_THAN_SYSTEM = "other_than_system", _("与系统不符")
    DEPARTMENT = "department", _("应由部门核实")
    OTHER = "other", _("其他")


class TaskKind(models.TextChoices):
    """What a task asks for."""

    VERIFY = "verify", _("核实")
    STATEMENT = "statement", _("说明")


class Task(ScopedModel):
    """A finding in somebody's hands, to verify it or, at the other side of a finding of two places, to state what is known.

    due_on: in working days; paused_on: since when the clock stands still.
    """

    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="tasks")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="tasks")
    kind = models.CharField(max_length=10, choices=TaskKind.choices, default=TaskKind.VERIFY)
    role = models.CharField(max_length=30)
    dispatched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dispatched_at = models.DateTimeField()
    due_on = models.DateField(db_index=True)
    paused_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True, db_index=True)
    escalated = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finding", "division_code"], condition=Q(ended_at=None), name="task_one_open_a_side"
            )
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"


class OwnerReason(models.TextChoices):
    """Why a side has a finding of two places to work on."""

    CULPRIT = "culprit", _("可能出错的记录在这一方")
    SUBJECT = "subject", _("看不出哪方出错，按问题所在地")
    COUNTY = "county", _("所在地不明，由县里主办")
    TRANSFERRED = "transferred", _("县里移交")


class Side(ScopedModel):
    """One of the places in which the rows of a finding lie; every finding of several places has one owner among them.

    division_code: the village of the rows, or the county where it owns what no side answers for. person_id: whose rows
    lie there, where they are one person's. why: why it owns; empty for the other sides.
    """

    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="sides")
    person_id = models.BigIntegerField(null=True)
    is_owner = models.BooleanField(default=False)
    why = models.CharField(max_length=12, choices=OwnerReason.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "division_code"], name="side_once"),
            models.UniqueConstraint(fields=["finding"], condition=Q(is_owner=True), name="side_one_owner"),
        ]

    def __str__(self) -> str:
        return f"side {self.pk}"


class Statement(ScopedModel):
    """What a side that does not own a finding of two places says of its own rows. withdrawn_at: replaced, or of an earlier round."""

    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="statements")
    text = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finding", "division_code"], condition=Q(withdrawn_at=None), name="statement_one_a_side"
            )
        ]

    def __str__(self) -> str:
        return f"statement {self.pk}"


class CorrectionState(models.TextChoices):
    """Where a proposed value stands."""

    PROPOSED = "proposed", _("已提出")
    APPROVED = "approved", _("已批准")
    HANDED_BACK = "handed_back", _("已回填")
    CONFIRMED = "confirmed", _("已印证")
    CONTRADICTED = "contradicted", _("未见修改")
    WITHDRAWN = "withdrawn", _("已撤回")
    JOINED = "joined", _("并入同值的补正")
    DISPUTED = "disputed", _("与另一补正矛盾，待裁定")


ATTACHED = (CorrectionState.JOINED, CorrectionState.DISPUTED)
"""States of a correction that stands beside another one of the same matter."""
SENT = (CorrectionState.HANDED_BACK, CorrectionState.JOINED)
"""States of a correction whose value has gone back to its source, by itself or with the one it is joined to."""
OPEN_CORRECTIONS = (CorrectionState.PROPOSED, CorrectionState.APPROVED, CorrectionState.HANDED_BACK)


class HandBack(models.Model):
    """A numbered, hashed batch of corrections for one source, in that source's own layout."""

    number = models.CharField(max_length=40, unique=True)
    source = models.CharField(max_length=40)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    lines = models.PositiveIntegerField(default=0)
    entered_on = models.DateField(null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.number


class Correction(ScopedModel):
    """A proposed value of one field of one source's row, against the value it replaces.

    before, after: sealed for `correction:<finding_id>:<source>:<field>:before|after`; the masks are for lists.
    base_digest: of the observed values it was made against. against: the correction it is joined to or contradicts.
    """

    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="corrections")
    person_id = models.BigIntegerField(null=True, db_index=True)
    household_id = models.BigIntegerField(null=True, db_index=True)
    source = models.CharField(max_length=40)
    field = models.CharField(max_length=40)
    before = models.BinaryField()
    after = models.BinaryField()
    before_mask = models.CharField(max_length=120, blank=True)
    after_mask = models.CharField(max_length=120, blank=True)
    base_digest = models.CharField(max_length=64)
    delivery = models.CharField(max_length=80, blank=True)
    file_no = models.IntegerField(null=True)
    sheet = models.CharField(max_length=120, blank=True)
    cell = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=20, choices=CorrectionState.choices, default=CorrectionState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    handback = models.ForeignKey(HandBack, models.PROTECT, null=True, related_name="corrections")
    against = models.ForeignKey("self", models.PROTECT, null=True, related_name="attached")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_id", "source", "field"],
                condition=Q(state__in=["proposed", "approved", "handed_back"], person_id__isnull=False),
                name="correction_one_open_a_field",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.field}"

    def context(self, side: str) -> str:
        """What a sealed value of this row is sealed for; side: before or after."""
        return f"correction:{self.finding_id}:{self.source}:{self.field}:{side}"


class Verification(ScopedModel):
    """What somebody found at the household: true or not, in words, with evidence."""

    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="verifications")
    is_true = models.BooleanField()
    note = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"verification {self.pk}"


class Review(ScopedModel):
    """A reviewer's word on a verification. maker: who verified; the database refuses a reviewer who is the maker."""

    verification = models.ForeignKey(Verification, models.PROTECT, related_name="reviews")
    level = models.CharField(max_length=10)
    approves = models.BooleanField()
    reason = models.CharField(max_length=20, choices=ReturnReason.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by=F("maker")), name="review_two_people"),
            models.CheckConstraint(condition=Q(approves=True) | ~Q(reason=""), name="review_return_has_reason"),
            models.UniqueConstraint(fields=["verification", "by"], name="review_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.approves}"


class Evidence(ScopedModel):
    """A paper or a photo that proves something; its bytes are sealed on disk under their hash."""

    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name


class ExemptionState(models.TextChoices):
    """Where an exemption stands."""

    PROPOSED = "proposed", _("待批准")
    APPROVED = "approved", _("已批准")
    REJECTED = "rejected", _("未批准")
    ENDED = "ended", _("已失效")


class Exemption(ScopedModel):
    """A reasoned exception that always ends. It belongs to the finding and the values seen: another value, no exemption.

    approved_by: whoever decided; refused_why: their reason where they refused.
    """

    finding = models.ForeignKey("findings.Finding", models.PROTECT, related_name="exemptions")
    reason = models.CharField(max_length=500)
    value_digest = models.CharField(max_length=64)
    before_state = models.CharField(max_length=20)
    expires_on = models.DateField()
    state = models.CharField(max_length=12, choices=ExemptionState.choices, default=ExemptionState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    refused_why = models.CharField(max_length=500, blank=True)
    ended_why = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="exemption_two_people"
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=Q(state__in=["proposed", "approved"]), name="exemption_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"exemption {self.pk}"


class ReviewPolicy(models.Model):
    """How many approvals a level asks for. mode: any one, all who hold the role there, or `count` of them."""

    class Mode(models.TextChoices):
        """How many of those who may must approve."""

        ANY = "any", _("任一人")
        ALL = "all", _("全部")
        COUNT = "count", _("若干人")

    level = models.CharField(max_length=10, primary_key=True)
    mode = models.CharField(max_length=6, choices=Mode.choices, default=Mode.ANY)
    count = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.level} {self.mode} {self.count}"


class Clock(models.Model):
    """A term of the county in working days (operations.md §5), with since when it is in force."""

    name = models.CharField(max_length=40, primary_key=True)
    workdays = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.workdays}"


class Notice(models.Model):
    """A line in somebody's inbox; never with personal data. key makes it once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=30)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.kind

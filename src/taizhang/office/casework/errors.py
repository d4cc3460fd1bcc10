"""What can stand in the way of a correction."""

from django.utils.translation import gettext_lazy as _

from taizhang.office.errors import OfficeError


class WrongState(OfficeError):
    """The finding has moved on since the page was opened, so that this step no longer fits."""

    code = "E-CASE-STATE"
    message = _("问题的状态已经变化，这一步现在不能做。")
    hint = _("请看页面上的最新处理记录，再决定下一步；您写的文字已保留。")


class OwnProposal(OfficeError):
    """Nobody reviews what they themselves proposed, nor at two levels of one matter."""

    code = "E-CASE-OWN"
    message = _("提出人不能审核自己的核实结果，同一人也不能审核两级。")
    hint = _("请由另一位有权限的同事审核。")


class TooFewReviewers(OfficeError):
    """More approvals are asked for than any place has people who may give them; nothing would ever pass."""

    code = "E-POLICY-FEW"
    status = 422
    message = _("要求同意的人数，多于任何一地能审核的人数，问题将永远过不了这一级。")
    hint = _("请减少人数，或先由安全管理员授权更多的审核人。")


class NotTheirs(OfficeError):
    """Only whoever verified takes a verification back; who reviews it returns it, with a reason its maker sees."""

    code = "E-CASE-THEIRS"
    message = _("只有核实人本人可以撤回自己的核实结果。")
    hint = _("不同意的，请按“退回”，选原因并写明意见。")


class StaleBase(OfficeError):
    """The values changed in a newer delivery since the correction was proposed."""

    code = "E-CASE-STALE"
    message = _("提出补正之后，来源报送的值已经变了。")
    hint = _("请对照新的值重新核实，再提出补正。")


class AnotherProposal(OfficeError):
    """Another open correction already concerns the same field of the same person, or contradicts it."""

    code = "E-CASE-CONFLICT"
    message = _("同一人的同一项已有一条未办结的补正。")
    hint = _("请先办结或撤回前一条补正。")


class NothingToCorrect(OfficeError):
    """A confirmed finding needs at least one value to correct; a denied one, a return and a refusal need a reason."""

    code = "E-CASE-EMPTY"
    status = 422
    message = _("没有写明要补正的值或理由。")
    hint = _("属实的请写出正确的值；不属实、退回和不批准的请说明理由。")


class BadValue(OfficeError):
    """The proposed value is not a sound value of its field."""

    code = "E-CASE-VALUE"
    status = 422
    message = _("要补正成的值本身不合规。")
    hint = _("证件号码须通过校验，姓名不能含数字或符号，日期要有年月日，月份要有年月。")


class BadEvidence(OfficeError):
    """The file is of a kind that is not taken as evidence, or too large."""

    code = "E-CASE-EVIDENCE"
    status = 422
    message = _("这个文件不能作为佐证。")
    hint = _("请上传 JPG、PNG 或 PDF，不超过 10 MB。")


class NothingToHandBack(OfficeError):
    """No approved correction of the source waits to be handed back."""

    code = "E-HANDBACK-EMPTY"
    message = _("这个来源没有待回填的补正。")
    hint = _("县复核通过的补正会出现在这里。")


class OriginalGone(OfficeError):
    """The delivery a correction was made against is no longer in the lake, so its layout cannot be copied."""

    code = "E-HANDBACK-ORIGINAL"
    message = _("补正所依据的报送原件已不在数据目录。")
    hint = _("请由系统管理员检查数据目录。")


class ConflictUnseen(OfficeError):
    """Pending corrections of the same person or household meet this one, and whoever files it has not seen them as they are now."""

    code = "E-CASE-UNSEEN"
    message = _("同一人或同一户还有未办结的补正，与这一条有关。")
    hint = _("请先按“查看有关补正”看清，再决定是否提出；您写的文字已保留。")


class Unsettled(OfficeError):
    """A correction of the finding contradicts another one; the reviewer has to say first which holds."""

    code = "E-CASE-DISPUTE"
    message = _("补正之间有矛盾，尚未裁定。")
    hint = _("请先在问题页面上裁定以哪一条为准，再复核。")


class WaitsForOther(OfficeError):
    """A pending correction, filed before, of a field that this one depends on has to be decided first."""

    code = "E-CASE-WAITS"
    message = _("同一人或同一户有关联的补正先提出，须等它先定。")
    hint = _("请先办结那一条补正，再复核这一条。")


class StatementMissing(OfficeError):
    """A finding of two places is decided when both sides have said what they know."""

    code = "E-CASE-STATEMENT"
    message = _("另一方还没有说明情况，县里暂不能复核。")
    hint = _("请催促另一方在问题页面上说明本方情况。")


class TooMany(OfficeError):
    """More findings were chosen than one step takes; none of them was touched."""

    code = "E-CASE-MANY"
    status = 422
    message = _("一次选得太多，最多处理2000条；这一次一条也没有处理。")
    hint = _("请按镇、村或规则筛选后分几次处理。")

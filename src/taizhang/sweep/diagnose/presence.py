"""Who is missing, where, and who stands in another household than elsewhere. Set at a time: these are many."""

from collections.abc import Iterator, Mapping

from taizhang.intake.delivery.linking import CITIZEN, DISABILITY
from taizhang.sweep.diagnose.model import Confidence, Diagnosis, Observed
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery
from taizhang.sweep.link.facts import bit_of

MAX_GAP_DAYS = 31  # domain/rules.md §2, `max_gap_days`


def make_homes(engine: Engine, sources: int) -> None:
    """Create `person_place` and `person_home` (root, hh, votes, mask, places, record_id): the household most sources place a person in.

    sources: source numbers are below it.
    """
    engine.execute(f"""
        CREATE OR REPLACE TABLE person_place AS
        SELECT root, hh, BIT_COUNT(mask) AS votes, mask, record_id FROM (
            SELECT root, hh, BIT_OR({bit_of(sources)}) AS mask, MIN(record_id) AS record_id FROM claim_person
            WHERE NOT hh IS NULL GROUP BY root, hh)
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE person_home AS
        SELECT root, hh, votes, mask, places, record_id FROM (
            SELECT root, hh, votes, mask, record_id, COUNT(*) OVER (PARTITION BY root) AS places,
                ROW_NUMBER() OVER (PARTITION BY root ORDER BY votes DESC, hh) AS place
            FROM person_place)
        WHERE place = 1
    """)


def stale_sources(sources: Mapping[int, SourceDelivery]) -> dict[int, int]:
    """Source number → days behind the newest delivery, for sources too old to be compared by presence."""
    if not sources:
        return {}
    newest = max(source.as_of for source in sources.values())
    gaps = {number: (newest - source.as_of).days for number, source in sources.items()}
    return {number: gap for number, gap in gaps.items() if gap > MAX_GAP_DAYS}


def stale(sources: Mapping[int, SourceDelivery]) -> Iterator[Diagnosis]:
    """XS-STALE for every source far behind the newest delivery."""
    for number, gap in sorted(stale_sources(sources).items()):
        source = sources[number].source
        yield Diagnosis(
            code="XS-STALE", persons=(), records=(), wrong=0, source=source, fields=(), subject_type="source",
            culprit=source, p_culprit=1.0, scope_key=source, confidence=Confidence.NONE,
            evidence=(f"比最新报送早{gap}天，超过{MAX_GAP_DAYS}天，先重新报送再比对在册情况",), facts={"days": str(gap)},
        )  # fmt: skip


def missing(engine: Engine, sources: Mapping[int, SourceDelivery]) -> Iterator[Diagnosis]:
    """XS-MISSING and XS-EXTRA: a source holds the household but not this member.

    A person in one source only, while two others hold the household without him, is an extra of that one.
    """
    fresh = sorted(set(sources) - set(stale_sources(sources)))
    if len(fresh) < 2:
        return
    compared = sum(1 << number for number in fresh)
    # Most are told by all that hold their household: only of the others is asked who tells them at all.
    engine.execute(f"""
        CREATE OR REPLACE TABLE untold AS
        SELECT h.root, h.record_id, g.mask AS holders FROM person_home AS h
        JOIN (SELECT c.hh, BIT_OR(c.mask) & {compared} AS mask FROM person_place AS c
            JOIN person_home AS m ON m.root = c.root AND m.hh = c.hh GROUP BY c.hh) AS g ON g.hh = h.hh
        WHERE g.mask & h.mask <> g.mask
    """)
    table = engine.fetch(f"""
        SELECT h.root, h.record_id, h.holders, p.mask AS told FROM untold AS h
        JOIN (SELECT c.root, BIT_OR({bit_of(max(sources) + 1)}) AS mask FROM claim_person AS c
            SEMI JOIN untold AS u ON u.root = c.root GROUP BY c.root HAVING MAX(c.present) = 1) AS p ON p.root = h.root
        WHERE h.holders & p.mask <> h.holders
        ORDER BY h.root
    """)
    engine.execute("DROP TABLE untold")
    for root, record, holders, told in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        count, own = holders.bit_count(), told.bit_count()
        if own == 1 and count >= 3:
            only = sources[told.bit_length() - 1]
            yield _presence("XS-EXTRA", root, record, only, f"只有本来源有此人，另外{count - 1}个来源有该户而无此人")
            continue
        for number in fresh:
            if holders & ~told & 1 << number:
                said = f"本来源有该户而无此人，另有{own}个来源有此人"
                yield _presence("XS-MISSING", root, record, sources[number], said)


def _presence(code: str, root: int, record: int, source: SourceDelivery, sentence: str) -> Diagnosis:
    return Diagnosis(
        code=code, persons=(root,), records=(record,), wrong=0 if code == "XS-MISSING" else 1, source=source.source,
        fields=("person_status",), also=("XS-EXTRA",) if code == "XS-MISSING" else ("XS-MISSING",),
        culprit=source.source, p_culprit=0.8, scope_key=source.source, evidence=(sentence,), confidence=Confidence.NONE,
    )  # fmt: skip


def moved(engine: Engine, sources: Mapping[int, SourceDelivery]) -> Iterator[Diagnosis]:
    """XS-HOUSEHOLD: a source places a person in another household than the others do."""
    table = engine.fetch("""
        SELECT h.root, c.record_id, c.source_no, h.votes, q.votes AS own, h.record_id AS other, r.household_no AS here,
            o.household_no AS there, h.hh
        FROM (SELECT * FROM person_home WHERE places > 1) AS h
        JOIN claim_person AS c ON c.root = h.root
        JOIN person_place AS q ON q.root = h.root AND q.hh = c.hh
        JOIN record_raw AS r ON r.record_id = c.record_id
        JOIN record_raw AS o ON o.record_id = h.record_id
        WHERE c.hh <> h.hh AND r.household_no IS DISTINCT FROM o.household_no
        ORDER BY h.root, c.record_id
    """)
    for root, record, source_no, votes, own, other, here, there, _ in zip(
        *(table[name].to_pylist() for name in table.column_names), strict=True
    ):
        source = sources[source_no].source
        decided = votes > own
        yield Diagnosis(
            code="XS-HOUSEHOLD", persons=(root,), records=(record,) if decided else (record, other), wrong=1, source=source,
            fields=("household_no",), culprit=source if decided else None, p_culprit=votes / (votes + own),
            scope_key=source, confidence=Confidence.RANKED if decided else Confidence.NONE,
            evidence=(f"{votes}个来源把此人登记在另一户",),
            observed=(Observed(source, "household_no", here), Observed("其他来源", "household_no", there)),
        )  # fmt: skip


def certificates(engine: Engine, sources: Mapping[int, SourceDelivery]) -> Iterator[Diagnosis]:
    """XS-ID-DISABILITY: one source has a person's disability certificate where others have the citizen number."""
    table = engine.fetch(f"""
        WITH certificate AS (
            SELECT root, record_id, source_no FROM claim_person WHERE kind = {DISABILITY} AND ident > 0)
        SELECT c.root, c.record_id, c.source_no FROM certificate AS c
        SEMI JOIN (
            SELECT p.root, p.source_no FROM claim_person AS p SEMI JOIN certificate AS q ON q.root = p.root
            WHERE p.kind = {CITIZEN}
        ) AS o ON o.root = c.root AND o.source_no <> c.source_no
        ORDER BY c.record_id
    """)
    for root, record, source_no in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        source = sources[source_no].source
        yield Diagnosis(
            code="XS-ID-DISABILITY", persons=(root,), records=(record,), wrong=0, source=source, fields=("id_no",),
            scope_key=source, evidence=("前18位与其他来源的身份证号码相同，是同一人的残疾人证",), confidence=Confidence.LOSSLESS,
        )  # fmt: skip

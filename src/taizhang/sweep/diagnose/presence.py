"""Who is missing, where, and who stands in another household than elsewhere. Set at a time: these are many."""

from collections.abc import Iterator, Mapping

from taizhang.sweep.diagnose.model import Confidence, Diagnosis, Observed
from taizhang.sweep.engines import Engine
from taizhang.sweep.lake import SourceDelivery

MAX_GAP_DAYS = 31  # domain/rules.md §2, `max_gap_days`


def make_homes(engine: Engine) -> None:
    """Create `person_home` (root, hh, votes, sources): the household most sources place a person in."""
    engine.execute("""
        CREATE OR REPLACE TABLE person_place AS
        SELECT root, hh, COUNT(DISTINCT source_no) AS votes, MIN(record_id) AS record_id FROM claim_person
        WHERE hh IS NOT NULL GROUP BY root, hh
    """)
    engine.execute("""
        CREATE OR REPLACE TABLE person_home AS
        SELECT root, hh, votes, places, record_id FROM (
            SELECT root, hh, votes, record_id, COUNT(*) OVER (PARTITION BY root) AS places,
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
    listed = ", ".join(str(number) for number in fresh)
    table = engine.fetch(f"""
        SELECT h.root, h.record_id, k.source_no, p.held, p.first_source, g.absent FROM person_home AS h
        JOIN (SELECT DISTINCT c.hh, c.source_no FROM claim_person AS c
            JOIN person_home AS m ON m.root = c.root AND m.hh = c.hh WHERE c.source_no IN ({listed})) AS k ON k.hh = h.hh
        LEFT JOIN (SELECT DISTINCT root, source_no FROM claim_person) AS c
            ON c.root = h.root AND c.source_no = k.source_no
        JOIN (SELECT root, COUNT(DISTINCT source_no) AS held, MIN(source_no) AS first_source, MAX(present) AS present
            FROM claim_person GROUP BY root) AS p ON p.root = h.root
        JOIN (SELECT c.hh, COUNT(DISTINCT c.source_no) AS absent FROM claim_person AS c
            JOIN person_home AS m ON m.root = c.root AND m.hh = c.hh WHERE c.source_no IN ({listed})
            GROUP BY c.hh) AS g ON g.hh = h.hh
        WHERE c.root IS NULL AND p.present = 1
        ORDER BY h.root, k.source_no
    """)
    extras: set[int] = set()
    for root, record, source_no, held, first, holders in zip(
        *(table[name].to_pylist() for name in table.column_names), strict=True
    ):
        if held == 1 and holders >= 3:
            if root not in extras:
                extras.add(root)
                yield _presence(
                    "XS-EXTRA", root, record, sources[first], f"只有本来源有此人，另外{holders - 1}个来源有该户而无此人"
                )
            continue
        yield _presence("XS-MISSING", root, record, sources[source_no], f"本来源有该户而无此人，另有{held}个来源有此人")


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
    table = engine.fetch("""
        SELECT c.root, c.record_id, c.source_no FROM claim_person AS c
        JOIN (SELECT record_id FROM record_raw WHERE id_kind = 'disability' AND id_ok) AS r ON r.record_id = c.record_id
        SEMI JOIN (
            SELECT p.root, p.source_no FROM claim_person AS p
            JOIN (SELECT record_id FROM record_raw WHERE id_kind IN ('citizen', 'citizen_15')) AS q ON q.record_id = p.record_id
        ) AS o ON o.root = c.root AND o.source_no <> c.source_no
        ORDER BY c.record_id
    """)
    for root, record, source_no in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        source = sources[source_no].source
        yield Diagnosis(
            code="XS-ID-DISABILITY", persons=(root,), records=(record,), wrong=0, source=source, fields=("id_no",),
            scope_key=source, evidence=("前18位与其他来源的身份证号码相同，是同一人的残疾人证",), confidence=Confidence.LOSSLESS,
        )  # fmt: skip

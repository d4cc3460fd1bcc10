"""The report as one page that opens offline: charts, the biggest problems first, and the findings behind every figure."""

from taizhang.report.page.assemble import PageFacts, SourceFacts, page

__all__ = ["PageFacts", "SourceFacts", "page"]

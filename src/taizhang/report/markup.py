"""Small pieces of HTML that every part of the page uses."""

from html import escape

from taizhang.report.texts import Label


def said(label: Label) -> str:
    """A text in all three languages; the page shows the one chosen. One that is alike in all is written once."""
    if label.zh == label.hant == label.en:
        return escape(label.zh)
    return f'<span lang="zh-Hans">{escape(label.zh)}</span><span lang="zh-Hant">{escape(label.hant)}</span><span lang="en">{escape(label.en)}</span>'

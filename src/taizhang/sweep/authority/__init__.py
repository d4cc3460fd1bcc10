"""The register of the police as a witness: which pairs to ask about, its answers, and what they are worth (docs/authority.md).

A pair is a number with a name. The answer has three values (matches, does not match, no such number) and a few more. It
never brings a value that was not asked about, and it is evidence like any other: strong, not infallible.
"""

from taizhang.sweep.authority.answers import Answer, AuthorityAnswer, keep_answers, read_answers, register_answers
from taizhang.sweep.authority.exchange import AnswerRefused, read_answer_file, write_request_file
from taizhang.sweep.authority.requests import Pair, Request, make_request, open_requests, undecided_pairs

__all__ = [
    "Answer",
    "AnswerRefused",
    "AuthorityAnswer",
    "Pair",
    "Request",
    "keep_answers",
    "make_request",
    "open_requests",
    "read_answer_file",
    "read_answers",
    "register_answers",
    "undecided_pairs",
    "write_request_file",
]

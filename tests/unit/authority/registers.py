"""A simulated register of the police: it knows numbers and names, and errs at a rate."""

import json
import random
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from taizhang.sweep.authority import Answer

WORDS = {Answer.MATCH: "一致", Answer.MISMATCH: "不一致", Answer.NOT_FOUND: "库中无此号"}


class Register:
    """number → name; `wrong` of all answers are another one, drawn with a seed."""

    def __init__(self, people, *, wrong=0.0, seed=1):
        self.people, self.wrong, self.chance = dict(people), wrong, random.Random(seed)

    def ask(self, number, name):
        """The answer, true or not."""
        true = Answer.NOT_FOUND if number not in self.people else (
            Answer.MATCH if self.people[number] == name else Answer.MISMATCH
        )  # fmt: skip
        others = [answer for answer in WORDS if answer is not true]
        return self.chance.choice(others) if self.chance.random() < self.wrong else true


@contextmanager
def served(register, *, bearer="secret", broken=False, heard=None):
    """The register behind OSIA's match call on the loopback; gives its address.

    heard: every request line comes here. broken: every match call fails with 503.
    """
    tokens = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if heard is not None:
                heard.append(self.path)
            if self.headers["Authorization"] != f"Bearer {bearer}":
                self.answer(401, {"code": 401, "message": "no"})
            elif self.path == "/osia/v1/tokens":
                token = f"t{len(tokens)}"
                tokens[token] = body["idNumber"]
                self.answer(200, {"token": token})
            elif broken:
                self.answer(503, {"code": 503, "message": "later"})
            else:
                said = register.ask(tokens[self.path.split("/")[3]], body["name"])
                status = 404 if said is Answer.NOT_FOUND else 200
                self.answer(status, [] if said is Answer.MATCH else [{"attributeName": "name", "errorCode": 1}])

        def answer(self, status, document):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

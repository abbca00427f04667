"""`python -m tests.botapi --port 8081`: the stand-in for trying things out by hand."""

from __future__ import annotations

import argparse
import sys

from tests.botapi.server import serve
from tests.botapi.state import TOKEN, BotApi


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster its clock runs")
    parser.add_argument("--no-limits", action="store_true")
    given = parser.parse_args()
    server = serve(BotApi(token=given.token, speed=given.speed, limits=not given.no_limits), given.port)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}  token {given.token}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()

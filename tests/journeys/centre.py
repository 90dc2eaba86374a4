"""A centre that may be killed at any instant: it takes in what enrolled agents hand over, and does nothing else."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from slamon.app.enrolment import key_of
from slamon.cli.house import House, now
from slamon.ingest import router as ingest


def serve(folder: Path, port: int) -> None:
    """Serve agents on a port of loopback until killed."""
    with House(folder) as house:
        app = FastAPI()
        app.include_router(ingest.build(house.ledger, partial(key_of, house.ledger), now))
        uvicorn.run(app, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))

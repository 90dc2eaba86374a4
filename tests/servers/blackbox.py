"""Prometheus' blackbox_exporter: what the probe of record elsewhere says of the same target."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.running import HOST, Running, running

Module = Mapping[str, object]  # one entry of `modules` in its configuration
PATIENCE = "3s"
SUCCESS = re.compile(r"^probe_success ([01])$", re.MULTILINE)


class Blackbox:
    """A running exporter; it is told of a module when the first probe asks for it."""

    def __init__(self, server: Running) -> None:
        self.host = HOST
        self.port = server.ports[0]
        self.folder = server.folder
        self.pid = server.pid
        self._modules: dict[str, Module] = {}

    def probe(self, module: Module, target: str) -> bool:
        """Whether the target passes: an URL for `http`, `host:port` for `tcp` and `dns`."""
        return SUCCESS.findall(self.metrics(module, target)) == ["1"]

    def metrics(self, module: Module, target: str) -> str:
        """All it tells of one probe of the target."""
        query = urllib.parse.urlencode({"module": self._known(module), "target": target})
        return self._fetched(f"/probe?{query}")

    def explained(self, module: Module, target: str) -> str:
        """What it did, line by line, for the text of a difference."""
        query = {"module": self._known(module), "target": target, "debug": "true"}
        return self._fetched(f"/probe?{urllib.parse.urlencode(query)}")

    def _known(self, module: Module) -> str:
        name = hashlib.sha256(json.dumps(module, sort_keys=True).encode()).hexdigest()[:16]
        if name not in self._modules:
            self._modules[name] = {"timeout": PATIENCE, **module}
            write_modules(self.folder, self._modules)
            self._fetched("/-/reload", b"")
        return name

    def _fetched(self, path: str, data: bytes | None = None) -> str:
        url = f"http://{self.host}:{self.port}{path}"
        with urllib.request.urlopen(url, data, timeout=10) as answer:
            told: bytes = answer.read()
        return told.decode()


def write_modules(folder: Path, modules: Mapping[str, Module]) -> None:
    """Write the configuration; JSON is YAML."""
    (folder / "blackbox.yml").write_text(json.dumps({"modules": modules}))


@contextmanager
def blackbox(program: str, *, unprivileged: bool = True) -> Iterator[Blackbox]:
    """Run the exporter, for the time being without any module; asking for echoes takes privileges on most systems."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        write_modules(folder, {})
        return [
            *(program, f"--config.file={folder}/blackbox.yml", "--log.level=warn"),
            f"--web.listen-address={HOST}:{ports[0]}",
        ]

    with running("blackbox", command, unprivileged=unprivileged) as server:
        yield Blackbox(server)

"""The files that start slamon, Prometheus and Grafana together fit each other. No container is started here."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from slamon.cli.settings import Settings
from slamon.grafana.compliance import dashboard


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


@pytest.fixture
def services(tree: Path) -> dict[str, Any]:
    found: dict[str, Any] = read(tree / "docker-compose.yml")["services"]
    return found


def mounts(services: dict[str, Any]) -> list[list[str]]:
    """Mounts of files and folders of the tree: source, target, mode."""
    each = [mount for service in services.values() for mount in service.get("volumes", [])]
    return [mount.split(":") for mount in each if mount.startswith("./")]


def test_what_is_mounted_is_there_and_read_only(services: dict[str, Any], tree: Path) -> None:
    assert [source for source, *_ in mounts(services) if not (tree / source).exists()] == []
    assert [mount for mount in mounts(services) if mount[2:] != ["ro"]] == []


def test_every_image_has_an_exact_version(services: dict[str, Any]) -> None:
    images = [service["image"] for service in services.values() if "image" in service]

    assert [image for image in images if not re.search(r":v?\d+\.\d+\.\d+$", image)] == []


def test_ports_are_open_to_this_machine_only(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service["ports"]]

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_grafana_is_of_the_line_the_dashboards_are_made_for(services: dict[str, Any]) -> None:
    assert services["grafana"]["image"].startswith("grafana/grafana:12.4.")


def test_grafana_finds_the_dashboards_where_they_are_mounted(
    services: dict[str, Any], tree: Path
) -> None:
    (provider,) = read(tree / "dashboards/provisioning/dashboards/slamon.yaml")["providers"]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    targets = {target for _, target, _ in mounts(services)}

    assert home in targets
    assert home == f"{provider['options']['path']}/{dashboard().uid}.json"
    assert provider["allowUiUpdates"] is False


def test_grafana_asks_the_prometheus_of_the_same_file(services: dict[str, Any], tree: Path) -> None:
    (source,) = read(tree / "dashboards/provisioning/datasources/slamon.yaml")["datasources"]

    assert (source["uid"], source["type"]) == ("slamon-prometheus", "prometheus")
    assert source["url"] == "http://prometheus:9090"
    assert "prometheus" in services


def test_prometheus_scrapes_the_port_slamon_listens_to(tree: Path) -> None:
    (job,) = read(tree / "dashboards/prometheus.yml")["scrape_configs"]
    image = (tree / "Dockerfile").read_text()

    assert job["static_configs"] == [{"targets": ["slamon:8000"]}]
    assert "SLAMON_PORT=8000" in image
    assert "EXPOSE 8000" in image


def test_links_that_slamon_prints_lead_to_the_port_that_is_open(services: dict[str, Any]) -> None:
    slamon = services["slamon"]

    assert slamon["ports"] == ["127.0.0.1:8000:8000"]
    assert slamon["environment"] == {"SLAMON_URL": "http://127.0.0.1:8000"}


def test_prometheus_finds_its_rules_where_they_are_mounted(
    services: dict[str, Any], tree: Path
) -> None:
    named = read(tree / "dashboards/prometheus.yml")["rule_files"]
    mounted = {Path(target).name for _, target, _ in mounts(services)}

    assert named == ["alerts.yml"]
    assert set(named) <= mounted


def test_promtool_accepts_the_configuration(tree: Path, program: Callable[[str], str]) -> None:
    checked = subprocess.run(
        [program("promtool"), "check", "config", tree / "dashboards/prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_the_image_sets_only_settings_that_exist(tree: Path) -> None:
    named = re.findall(r"SLAMON_(\w+)=", (tree / "Dockerfile").read_text())

    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_image_runs_as_a_user_without_rights_from_hashed_versions(tree: Path) -> None:
    image = (tree / "Dockerfile").read_text()

    assert re.search(r"^USER slamon$", image, re.MULTILINE)
    assert "--require-hashes" in image
    assert 'CMD ["slamon", "up"]' in image


def test_the_image_copies_files_that_are_let_through(tree: Path) -> None:
    allowed = {
        line[1:] for line in (tree / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (tree / "Dockerfile").read_text(), re.MULTILINE
    )

    assert {name for line in copied for name in line.split()} == allowed

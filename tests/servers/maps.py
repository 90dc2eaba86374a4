"""MapServer behind nginx: maps by WMS, features by WFS, of a layer that is there and of one whose data is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.servers.running import HOST, running

PLACES = {"Vienna": (16.37, 48.21), "Graz": (15.44, 47.07), "Linz": (14.29, 48.31)}
MAP = """
MAP
  NAME everything
  SIZE 200 100
  EXTENT 9 46 18 49
  PROJECTION "init=epsg:4326" END
  SYMBOL NAME "dot" TYPE ELLIPSE FILLED TRUE POINTS 1 1 END END
  OUTPUTFORMAT
    NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json"
    FORMATOPTION "STORAGE=memory" FORMATOPTION "FORM=simple"
  END
  WEB METADATA
    "ows_title" "Places of the tests"
    "ows_enable_request" "*"
    "ows_srs" "EPSG:4326"
    "wfs_getfeature_formatlist" "geojson"
    "ows_onlineresource" "http://{host}:{port}/ows?"
  END END
  {layers}
END
"""
LAYER = """
  LAYER
    NAME "{name}" TYPE POINT STATUS OFF
    CONNECTIONTYPE OGR CONNECTION "{name}.geojson"
    EXTENT 9 46 18 49
    PROJECTION "init=epsg:4326" END
    TEMPLATE "none"
    METADATA "ows_title" "{name}" "gml_include_items" "all" END
    CLASS STYLE SYMBOL "dot" COLOR 200 0 0 SIZE 8 END END
  END
"""
SETTINGS = 'CONFIG ENV MS_MAP_PATTERN "." END END\n'
CONFIGURATION = """
daemon off; pid nginx.pid; error_log stderr warn; worker_processes 1; user www-data;
events {{ }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen {host}:{port};
    location = /ows {{
      fastcgi_pass {host}:{gateway};
      fastcgi_param SCRIPT_FILENAME {program};
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param MS_MAPFILE {folder}/places.map;
      fastcgi_param MAPSERVER_CONFIG_FILE {folder}/mapserver.conf;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Programs:
    """Where the programs are: MapServer's own, what runs it, and what is asked."""

    mapserver: str
    gateway: str
    nginx: str


@dataclass(frozen=True)
class MapServer:
    """Capabilities name the layers `there` and `lost`; only of the first there is any data."""

    host: str
    port: int
    folder: Path
    pid: int
    there: str = "places"
    lost: str = "lost"

    def url(self, **parameters: str) -> str:
        """A request by its parameters, for example service="WMS", request="GetCapabilities"."""
        return f"http://{self.host}:{self.port}/ows?{urlencode(parameters)}"


@contextmanager
def mapserver(programs: Programs) -> Iterator[MapServer]:
    """Run MapServer's gateway and nginx before it."""

    def gateway(_: Path, ports: Sequence[int]) -> list[str]:
        return [programs.gateway, "-f", "-s", f"tcp:{HOST}:{ports[0]}"]

    with running("fcgiwrap", gateway, unprivileged=True) as inner:

        def command(folder: Path, ports: Sequence[int]) -> list[str]:
            _write_data(folder, ports[0])
            text = CONFIGURATION.format(
                host=HOST,
                port=ports[0],
                gateway=inner.ports[0],
                program=programs.mapserver,
                folder=folder,
            )
            (folder / "nginx.conf").write_text(text)
            return [programs.nginx, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]

        with running("mapserver", command) as server:
            yield MapServer(HOST, server.ports[0], server.folder, server.pid)


def _write_data(folder: Path, port: int) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for name, place in PLACES.items()
    ]
    there = {"type": "FeatureCollection", "features": features}
    (folder / "places.geojson").write_text(json.dumps(there))
    layers = "".join(LAYER.format(name=name) for name in ("places", "lost"))
    (folder / "places.map").write_text(MAP.format(host=HOST, port=port, layers=layers))
    (folder / "mapserver.conf").write_text(SETTINGS)

FROM python:3.11-slim AS build
WORKDIR /source
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /opt/slamon \
 && /opt/slamon/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY slamon slamon
COPY probes probes
COPY catalogue catalogue
COPY dashboards dashboards
RUN /opt/slamon/bin/python -m hatchling build -t wheel -d /wheel \
 && /opt/slamon/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl

FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /var/lib/slamon slamon
COPY --from=build /opt/slamon /opt/slamon
USER slamon
WORKDIR /var/lib/slamon
# Within the container it must listen to all addresses; which of them the world sees, docker-compose.yml says.
ENV PATH=/opt/slamon/bin:$PATH SLAMON_DATA=/var/lib/slamon/data SLAMON_HOST=0.0.0.0 SLAMON_PORT=8000
EXPOSE 8000
VOLUME ["/var/lib/slamon"]
STOPSIGNAL SIGTERM
CMD ["slamon", "up"]

# The program from its wheel, run by a user without rights; once built it starts without a network.
# Pinned to a version; to pin it to the byte: --build-arg BASE=python@sha256:… (docker buildx imagetools inspect …)
ARG BASE=python:3.12.11-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/danvan \
 && pip wheel --quiet --no-deps --wheel-dir /wheel . \
 && /opt/danvan/bin/pip install --quiet --no-cache-dir --no-compile -c constraints.txt "$(ls /wheel/*.whl)[office,dask]" \
 && /opt/danvan/bin/python -m compileall -q /opt/danvan/lib

FROM ${BASE}
RUN useradd --system --uid 10001 --home-dir /var/lib/danvan danvan \
 && install -d -o danvan -m 700 /var/lib/danvan /var/backups/danvan
COPY --from=build /opt/danvan /opt/danvan
ENV PATH=/opt/danvan/bin:$PATH \
    DANVAN_HOME=/var/lib/danvan DANVAN_BACKUP_DIR=/var/backups/danvan CREDENTIALS_DIRECTORY=/run/secrets \
    PREFECT_HOME=/var/lib/danvan/prefect PREFECT_UI_STATIC_DIRECTORY=/var/lib/danvan/prefect/ui \
    PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 PYTHONUNBUFFERED=1
USER danvan
WORKDIR /var/lib/danvan
VOLUME ["/var/lib/danvan", "/var/backups/danvan"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=8)"]
CMD ["danvan", "serve", "--host", "0.0.0.0", "--port", "8000"]

# The server with everything it carries. Its set-up is scripts/setup, the same that `make demo` uses.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN VENV=/opt/doithoai scripts/setup image

# The relay beside it: coturn as Debian keeps it, which is the one that the tests run.
FROM debian:bookworm-slim AS relay
RUN apt-get update && apt-get install -y --no-install-recommends coturn && rm -rf /var/lib/apt/lists/*
USER 10001
ENTRYPOINT ["turnserver", "-c", "/run/turn/turnserver.conf", "--pidfile="]

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin doithoai \
    && install -d -m 0700 -o doithoai -g doithoai /data /run/turn
COPY --from=build /opt/doithoai /opt/doithoai
ENV PATH=/opt/doithoai/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DOITHOAI_HOST=0.0.0.0 DOITHOAI_DATA_DIR=/data PORT=8000
USER doithoai
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=3)"]
CMD ["doithoai", "serve"]

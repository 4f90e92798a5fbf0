# The desk in a container: not root, and nothing but /data and /tmp is written to.
FROM python:3.13-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1

RUN groupadd --system --gid 10001 desk \
 && useradd --system --uid 10001 --gid desk --home-dir /data --shell /usr/sbin/nologin desk \
 && install --directory --owner=desk --group=desk --mode=0700 /data

WORKDIR /srv/desk
COPY requirements.txt ./
RUN python -m pip install --require-hashes --requirement requirements.txt
COPY app ./app
COPY static ./static
COPY templates ./templates
RUN python -m compileall -q app

USER 10001:10001
ENV DATA_DIR=/data HOST=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

ENTRYPOINT ["python", "-m", "app"]
CMD ["serve"]

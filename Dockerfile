# syntax=docker/dockerfile:1
# Three stages: browser assets, Python environment, and a small image that holds only the result.

FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY agent_console/package.json agent_console/package-lock.json agent_console/
COPY channels/webchat/widget/package.json channels/webchat/widget/package-lock.json channels/webchat/widget/
RUN npm --prefix agent_console ci --no-audit --no-fund \
 && npm --prefix channels/webchat/widget ci --no-audit --no-fund
COPY agent_console agent_console
COPY docs/routing.md docs/routing.md
COPY channels/webchat/widget channels/webchat/widget
RUN npm --prefix agent_console run build \
 && npm --prefix channels/webchat/widget run build

FROM python:3.13-slim-bookworm AS python
RUN python -m venv /opt/hub
COPY requirements.txt .
RUN /opt/hub/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY hub hub
COPY channels channels
COPY routing routing
COPY simulator simulator
COPY --from=assets /src/hub/static hub/static
RUN /opt/hub/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/hub --shell /usr/sbin/nologin hub
COPY --from=python /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1 HUB_LISTEN=0.0.0.0:8080
# Without DATABASE_URL the hub keeps its own PostgreSQL below this folder.
WORKDIR /var/lib/hub
VOLUME /var/lib/hub
USER hub
# The screens, and the door for mail servers where the configuration opens it.
EXPOSE 8080 8025
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["hub"]
CMD ["serve"]

# One image for all services; the command says which one runs.
FROM python:3.13-slim AS build
COPY requirements/run.txt /build/run.txt
RUN python3 -m venv /opt/partners \
 && /opt/partners/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/run.txt

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Partners" \
      org.opencontainers.image.description="Open, event-driven family engagement for school districts" \
      org.opencontainers.image.licenses="Apache-2.0"
# Letters on paper: how text is set, and families' own scripts.
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/partners /opt/partners
WORKDIR /app
COPY LICENSE THIRD_PARTY_NOTICES ./
COPY docs/contracts docs/contracts
COPY shared shared
COPY services services
COPY embedded embedded
COPY cli cli
ENV PATH=/opt/partners/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PARTNERS_SECRETS_DIR=/run/secrets \
    PARTNERS_HOST=0.0.0.0
# Read-only and without caches of its own at run time, so Python's are made here.
RUN python3 -m compileall -q shared services embedded cli
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=12 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["python3", "-m", "cli.main"]

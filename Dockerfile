# The image of every Fieldlight process: web, workers, scheduler and the one-off migration.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.lock /
RUN /venv/bin/pip install --no-deps --require-hashes -r /requirements.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin fieldlight \
    && install -d -o fieldlight -g fieldlight /data
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
RUN python -m compileall -q -j 0 /app
USER fieldlight
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm"]

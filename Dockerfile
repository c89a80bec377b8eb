# The web server of Lorgnette. One image serves the web, batches and the sweep; see docs/scale.md.
# Built and run where it was written it never was: there is no container engine there.
FROM python:3.12-slim

# The picture libraries' wheels need nothing of the system's. curl and compilers stay out.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /shop

# As docs/dependencies.md has it: all by hash, and torch apart, as a build for the CPU alone.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY requirements.txt requirements.lock ./
RUN pip install --require-hashes -r requirements.lock \
    && pip install --no-deps --index-url "$TORCH_INDEX" "$(grep -o '^torch==[0-9.]*' requirements.txt)"

COPY webapp ./webapp
COPY templates ./templates
COPY static ./static
COPY wsgi.py gunicorn.conf.py LICENSE MODEL_CARD.md ./

# Only instance/ may be written: the database and the pictures of a small shop, versions of the model.
RUN useradd --system --uid 10001 shop && mkdir instance && chown shop instance
USER shop
VOLUME /shop/instance

ENV HOST=0.0.0.0 PORT=8000 LOG_FORMAT=json LOG_LEVEL=info
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

# Once before the first start and after each update: flask --app wsgi db upgrade
CMD ["gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]

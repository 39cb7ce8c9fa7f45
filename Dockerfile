# impasto on a processor: the command line and the studio, VGG-19's weights inside, as a user without rights.
#
#   docker build --tag impasto --build-arg TORCH_INDEX=ADDRESS .
#   docker run --rm --volume "$PWD":/pictures --user "$(id -u):$(id -g)" impasto stylize photo.jpg painting.jpg -o painted.png
#   docker run --rm --volume "$PWD":/pictures --publish 127.0.0.1:8477:8477 impasto studio --host 0.0.0.0 --no-open --folder studio
#
# ADDRESS is PyTorch's index of builds for processors (see "Get started" on PyTorch's pages). Without it torch comes from
# pip's usual index, where a build for x86-64 brings several GB of libraries for GPUs along.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS packages
ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python -m venv /opt/impasto
COPY constraints.txt ./
# torch first and by itself: it is large, and stays in its layer when impasto changes.
RUN /opt/impasto/bin/python -m pip install --constraint constraints.txt \
        ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch>=2.4"
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/impasto/bin/python -m pip install --constraint constraints.txt ".[heic,studio]"

FROM ${BASE}
COPY --from=packages /opt/impasto /opt/impasto
# Whoever runs it, also as a user that the image does not know, has a home for compiled code and the studio's data.
RUN useradd --create-home --uid 1000 painter && chmod 1777 /home/painter && install --directory --mode 1777 /pictures
ENV PATH=/opt/impasto/bin:$PATH HOME=/home/painter
USER 1000:1000
WORKDIR /pictures
EXPOSE 8477
ENTRYPOINT ["impasto"]
CMD ["--help"]

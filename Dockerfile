FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make
WORKDIR /src
COPY . .
# The cache mount is gone after the step, so the program is copied out within it.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin rekey && install -D target/release/rekey /out/rekey

# The program, the roots of certificates, and curl for health checks.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/rekey /usr/local/bin/rekey
# A number of its own, and a folder for the embedded database. Relative paths in the configuration begin at its own
# folder: for a database here write sqlite:/var/lib/rekey/rekey.db.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/rekey
USER 10001:10001
WORKDIR /var/lib/rekey
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["rekey"]
CMD ["serve", "--config", "/etc/rekey/rekey.toml"]

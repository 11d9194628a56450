# Keytrail's services as one image: `ingest`, `detect`, `deliver` (the command says which).
# Debian with glibc, an ordinary user, no build tools, and no embedded ClickHouse: containers use a ClickHouse server.

FROM node:22.21-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
# Optional packages are needed here: the compiler itself and lz4 for Kafka are among them.
RUN npm ci --ignore-scripts
COPY schemas schemas
COPY detectors detectors
COPY services services
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/chdb node_modules/@chdb node_modules/ffi-rs node_modules/@yuuang

FROM node:22.21-bookworm-slim
ENV NODE_ENV=production KEYTRAIL_DATA=/var/lib/keytrail
WORKDIR /opt/keytrail
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE NOTICE ./
COPY schemas/sql schemas/sql
# The configuration is part of the image, because a container with a read-only root takes no inline one: the receiver
# answers beyond the container's own loopback, and so it asks for a token. A folder mounted over it replaces it.
RUN mkdir -p /var/lib/keytrail /etc/keytrail \
 && printf '%s\n' 'ingest:' '  http:' '    host: 0.0.0.0' '    token: env:KEYTRAIL_INGEST_TOKEN' \
    > /etc/keytrail/keytrail.yaml \
 && chown node:node /var/lib/keytrail \
 && chmod 0700 /var/lib/keytrail
USER node
# keytrail.yaml is read from the working directory.
WORKDIR /etc/keytrail
VOLUME /var/lib/keytrail
EXPOSE 4681
# The HTTP receiver's own check; docker-compose.yml has those of the other services.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4681/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/keytrail/dist/services/main.js"]
CMD ["ingest"]

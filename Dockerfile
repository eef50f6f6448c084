# syntax=docker/dockerfile:1

# Makes the bundle: the same Node as the "node" dev dependency in package.json; a test holds the two together.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim
# Runs it: Node and its libraries, no shell. The tag moves with Debian's and Node's patches; a release names it by digest as well.
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# The bundle is the same for every platform, so it is made on the builder's own.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The bundler needs no package's install script, so none is run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
RUN node scripts/bundle.ts

FROM ${BASE_IMAGE}
ARG BASE_IMAGE
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="registry-credential-operator" \
      org.opencontainers.image.description="Kubernetes operator that keeps registry credentials in every namespace and shows when image pulls are limited" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"
WORKDIR /app
COPY LICENSE package.json ./
COPY --from=build /build/dist ./dist
USER 65532:65532
EXPOSE 8080 8081
# In a storm of pull failures malloc would hold memory in an arena for each thread, and V8 more for new objects alone than the storm needs in all.
ENV MALLOC_ARENA_MAX=1
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "--max-semi-space-size=4", "/app/dist/main.js"]

# syntax=docker/dockerfile:1
# The same Node as the "node" dev dependency in package.json; a test holds the two together.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run -s build
RUN npm prune --omit=dev --no-audit --no-fund

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="registry-credential-operator" \
      org.opencontainers.image.description="Registry credentials in every namespace of a Kubernetes cluster" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "/app/dist/main.js"]

# The console is built where the build tools are; what runs has what running needs.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run prepare

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The image is Node 24 itself, so the package that brings it need not run its script.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4600 CARELINE_DATA=/data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE README.md ./
COPY bin ./bin
COPY kernel ./kernel
COPY store ./store
COPY providers ./providers
COPY actors ./actors
COPY server ./server
COPY realtime ./realtime
COPY jobs ./jobs
COPY client ./client
COPY docs/openapi.json docs/asyncapi.json ./docs/
RUN mkdir -m 700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4600
# Give it 17 s to stop (docker stop -t 17): two more than our own limit for draining.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/ready`).then(({ status }) => process.exit(status === 200 ? 0 : 1), () => process.exit(1))"]
CMD ["node", "bin/careline.js", "start"]

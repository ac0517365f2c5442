import type { ApplicationChoice } from "./application-files.ts";

/** What runs the application in containers: a database, a process that works, and what collects its metrics if that is wanted. */
export function composeFile({ observability }: Pick<ApplicationChoice, "observability">): string {
  const metrics = observability ? " --metrics-host 0.0.0.0" : "";
  return `# docker compose up --build
services:
  postgres:
    image: postgres:18
    environment:
      POSTGRES_USER: tasker
      POSTGRES_PASSWORD: tasker
      POSTGRES_DB: tasker
    volumes: ["postgres:/var/lib/postgresql"]
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U tasker"]
      interval: 2s
      retries: 30

  work:
    build: .
    command: ["sh", "-c", "npx tasker migrate && npm run work --${metrics}"]
    environment:
      DATABASE_URL: postgres://tasker:tasker@postgres:5432/tasker
      DATA_DIR: /app/data
${observability ? OPEN_METRICS : ""}    volumes: ["data:/app/data"]
    depends_on:
      postgres: { condition: service_healthy }
${observability ? PROMETHEUS : ""}
volumes:
  postgres:
  data:
`;
}

const OPEN_METRICS = `      # Only containers of this file reach the port.
      TASKER_TELEMETRY__METRICS_AUTH_REQUIRED: "false"
`;

const PROMETHEUS = `
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ["./prometheus.yml:/etc/prometheus/prometheus.yml:ro"]
    ports: ["127.0.0.1:9090:9090"]
`;

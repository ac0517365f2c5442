import { Counter, Gauge } from "prom-client";
import type { Metrics } from "./metrics.ts";

/** CPU, memory and start of this process, under the names that Prometheus' own clients use. */
export function addProcessMetrics({ registry }: Metrics): void {
  const registers = [registry];
  let counted = 0;
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time of the process, in user and system mode",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      const seconds = (user + system) / 1e6;
      this.inc(Math.max(0, seconds - counted));
      counted = seconds;
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "Start of the process, seconds since the epoch",
    registers,
    collect() {
      this.set(Math.round(Date.now() / 1_000 - process.uptime()));
    },
  });
}

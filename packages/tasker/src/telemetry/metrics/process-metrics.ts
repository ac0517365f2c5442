import { Counter, Gauge, type Registry } from "prom-client";
import type { Metrics } from "./metrics.ts";

/**
 * CPU, memory and start of this process, under the names that Prometheus' own clients use. What the registry has already stays: the
 * application's own default metrics, or those of other `Metrics` in the same registry.
 */
export function addProcessMetrics({ registry }: Metrics): void {
  for (const [name, add] of Object.entries(PROCESS_METRICS)) {
    if (registry.getSingleMetric(name) === undefined) add(name, [registry]);
  }
}

const PROCESS_METRICS: Readonly<Record<string, (name: string, registers: Registry[]) => void>> = {
  process_cpu_seconds_total: addCpuTime,
  process_resident_memory_bytes: addMemory,
  process_start_time_seconds: addStart,
};

function addCpuTime(name: string, registers: Registry[]): void {
  let counted = 0;
  new Counter({
    name,
    help: "CPU time of the process, in user and system mode",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      const seconds = (user + system) / 1e6;
      this.inc(Math.max(0, seconds - counted));
      counted = seconds;
    },
  });
}

function addMemory(name: string, registers: Registry[]): void {
  new Gauge({
    name,
    help: "Resident memory of the process",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
}

function addStart(name: string, registers: Registry[]): void {
  new Gauge({
    name,
    help: "Start of the process, seconds since the epoch",
    registers,
    collect() {
      this.set(Math.round(Date.now() / 1_000 - process.uptime()));
    },
  });
}

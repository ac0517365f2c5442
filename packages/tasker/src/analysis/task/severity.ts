import type { DependencyGraphConfig } from "../../config/dependency-graph-config.ts";

/** How bad something is. */
export type ImpactSeverity = "Critical" | "High" | "Medium" | "Low";

/** The severity of an impact: the first threshold that it reaches. */
export function severityOf(
  impact: number,
  { critical, high, medium }: DependencyGraphConfig["severity_thresholds"],
): ImpactSeverity {
  if (impact >= critical) return "Critical";
  if (impact >= high) return "High";
  return impact >= medium ? "Medium" : "Low";
}

/** A share as a percentage with one decimal; 0 of nothing. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1_000) / 10;
}

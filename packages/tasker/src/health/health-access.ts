import type { HealthConfig } from "../config/health-config.ts";

/** What can be asked of a process about its health. */
export type HealthQuestion = "live" | "ready" | "status";

/**
 * Whether a question is answered only to those who are known. Liveness is told to everybody. For others a server that answers can
 * still say whether all is well, without details.
 */
export function requiresAuthentication(question: HealthQuestion, config: HealthConfig): boolean {
  if (question === "live") return false;
  return question === "ready" ? config.ready_requires_authentication : config.status_requires_authentication;
}

import { ExportError } from "../../errors/index.ts";
import { readJsonExport } from "../export/read-json-export.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";

/** How long a process may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/**
 * Reads the metrics of a process from its endpoint.
 * @throws ExportError that names the address, if nothing answers there or something else than Tasker does
 */
export async function fetchSnapshot(url: string): Promise<MetricsSnapshot> {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`.trim());
    return readJsonExport(await response.text());
  } catch (cause) {
    throw new ExportError(`no metrics of Tasker could be read from ${url}: ${reasonOf(cause)}`, {
      context: { url },
      cause,
    });
  }
}

/** Of a connection that cannot be made, fetch tells the reason in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "ZodError" || error instanceof SyntaxError) return "the answer is not what Tasker serves";
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}

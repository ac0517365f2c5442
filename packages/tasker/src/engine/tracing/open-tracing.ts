import { Tracing } from "../../tracing/tracing.ts";
import type { TracingOptions } from "../../tracing/tracing-options.ts";
import type { Log } from "../options.ts";

/** The tracing of an engine with this option; null if it has none. @throws ConfigurationError */
export function openTracing(option: boolean | TracingOptions, log: Log): Tracing | null {
  if (option === false) return null;
  return new Tracing(option === true ? {} : option, (error) => log.warn({ err: error }, "a span could not be made"));
}

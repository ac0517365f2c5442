import type { Log } from "../engine/options.ts";
import type { CommandIo } from "./io.ts";

/**
 * The engine's log as remarks for a person: warnings and errors, and everything with `DEBUG=tasker`.
 * @param note shows one remark
 */
export function createEngineLog(io: Pick<CommandIo, "env">, note: (text: string) => void): Log {
  const verbose = /(^|[\s,])(tasker|\*)([\s,]|$)/.test(io.env.DEBUG ?? "");
  const write = (level: string) => (facts: object, message: string) =>
    note(`${level}: ${message}${verbose ? ` ${JSON.stringify(facts)}` : describeCause(facts)}`);
  const silent = () => undefined;
  return {
    debug: verbose ? write("debug") : silent,
    info: verbose ? write("info") : silent,
    // How long statements take is for programs that watch; a person is told of what does not work.
    warn: (facts, message) => {
      if (verbose || !("is_slow" in facts)) write("warning")(facts, message);
    },
    error: write("error"),
  };
}

function describeCause(facts: object): string {
  const cause = "error" in facts ? facts.error : "err" in facts ? facts.err : undefined;
  if (cause instanceof Error) return `: ${cause.message}`;
  return typeof cause === "string" ? `: ${cause}` : "";
}

import { CommanderError } from "commander";
import { UsageError } from "./errors.ts";
import { EXIT } from "./exit-code.ts";
import type { CommandIo } from "./io.ts";
import { Printer } from "./printer.ts";
import { buildProgram } from "./program.ts";
import type { CommandSession } from "./session.ts";

/**
 * Runs one command line.
 * @param argv arguments without the interpreter and the program
 * @returns the exit code; errors have been printed
 */
export async function runCommandLine(argv: readonly string[], io: CommandIo): Promise<number> {
  const printer = new Printer(io);
  let exitCode: number = EXIT.done;
  const session: CommandSession = {
    io,
    printer,
    argv,
    finish(code) {
      exitCode = code;
    },
  };
  try {
    await buildProgram(session).parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    // Help in place of a missing command: it has been printed.
    if (error instanceof CommanderError && error.code === "commander.help") return EXIT.usage;
    const shown = error instanceof CommanderError ? usageError(error) : error;
    printer.error(shown);
    return shown instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

/** Commander's message without its prefix and on one line: `unknown option '--contxt' (did you mean --context?)`. */
function usageError(error: CommanderError): UsageError {
  const message = error.message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .replace("(Did you mean ", "(did you mean ");
  return new UsageError(message, { context: { commander: error.code } });
}

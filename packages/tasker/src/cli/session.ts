import type { CommandIo } from "./io.ts";
import type { Printer } from "./printer.ts";

/** What a command is given besides its arguments. */
export interface CommandSession {
  readonly io: CommandIo;
  readonly printer: Printer;
  /** The whole command line, without the interpreter and the program. */
  readonly argv: readonly string[];
  /** Sets the exit code, which is 0 otherwise. */
  finish(exitCode: number): void;
}

import type { CommandIo } from "./io.ts";
import type { Printer } from "./printer.ts";

/** What a command is given besides its arguments. */
export interface CommandSession {
  readonly io: CommandIo;
  readonly printer: Printer;
  /** Sets the exit code, which is 0 otherwise. */
  finish(exitCode: number): void;
}

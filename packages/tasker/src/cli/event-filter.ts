import type { Command } from "commander";
import { z } from "zod";
import { collectFilled, wholeNumber } from "./input/parse-option.ts";

/** Options that say which events of the log are meant. */
export const EVENT_FILTER = {
  event: z.array(z.string()).optional(),
  namespace: z.array(z.string()).optional(),
  task: z.number().optional(),
};

/** Adds the options of {@link EVENT_FILTER} to a command. */
export function addEventFilterOptions(command: Command): Command {
  return command
    .option(
      "--event <pattern>",
      "only these events, such as step.*; can be given several times",
      collectFilled("--event"),
    )
    .option(
      "--namespace <name>",
      "only events of tasks of this namespace; can be given several times",
      collectFilled("--namespace"),
    )
    .option("--task <id>", "only events of this task", wholeNumber("--task", 1));
}

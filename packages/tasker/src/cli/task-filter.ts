import type { Command } from "commander";
import { z } from "zod";
import type { TaskFilterQuery } from "../api/shapes/task.ts";
import { STATES } from "../states/state.ts";
import { collectFilled, filledText, isoMoment, wholeNumber, wordList } from "./input/parse-option.ts";

/** Values of the options that {@link addFilterOptions} adds. */
export const FILTER_CHOICE = {
  state: z.array(z.enum(STATES)).optional(),
  name: z.string().optional(),
  namespace: z.array(z.string()).optional(),
  tag: z.string().optional(),
  initiator: z.string().optional(),
  correlationId: z.string().optional(),
  parent: z.number().optional(),
  since: z.date().optional(),
  until: z.date().optional(),
  paused: z.boolean().optional(),
};
const FilterChoice = z.object(FILTER_CHOICE);

/** Adds the options that say which tasks are meant. */
export function addFilterOptions(command: Command): Command {
  return command
    .option("--state <state>", `only tasks in these states: ${STATES.join(", ")}`, wordList("--state", STATES))
    .option("--name <name>", "only tasks of templates with this name", filledText("--name"))
    .option(
      "--namespace <name>",
      "only tasks of this namespace; can be given several times",
      collectFilled("--namespace"),
    )
    .option("--tag <text>", "only tasks with this tag", filledText("--tag"))
    .option("--initiator <name>", "only tasks that this one asked for", filledText("--initiator"))
    .option("--correlation-id <id>", "only tasks with this correlation id", filledText("--correlation-id"))
    .option("--parent <id>", "only tasks that a step of this task submitted", wholeNumber("--parent", 1))
    .option("--since <time>", "only tasks that were requested at this moment or later", isoMoment("--since"))
    .option("--until <time>", "only tasks that were requested before this moment", isoMoment("--until"))
    .option("--paused", "only tasks that are paused")
    .option("--no-paused", "only tasks that are not paused");
}

/** The filter that options ask for. */
export function filterOf(options: z.infer<typeof FilterChoice>): z.input<typeof TaskFilterQuery> {
  const { state, name, namespace, tag, initiator, correlationId, parent, since, until, paused } = options;
  return {
    ...{ state, name, namespace, tag, initiator, paused },
    correlation_id: correlationId,
    parent_task_id: parent,
    requested_from: since?.toISOString(),
    requested_before: until?.toISOString(),
  };
}

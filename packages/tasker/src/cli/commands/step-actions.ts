import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { addActionOptions, runAction } from "../action-command.ts";
import { parseJson } from "../input/parse-json.ts";
import { required, wholeNumber } from "../input/parse-option.ts";
import { readStepName } from "../input/read-step-name.ts";
import type { CommandSession } from "../session.ts";

/** A command that does something to a step and needs nothing else. */
interface StepCommand {
  readonly name: string;
  readonly description: string;
  readonly route: typeof ROUTES.retryStep;
}

const COMMANDS: readonly StepCommand[] = [
  { name: "retry", description: "try a failed step again, at once", route: ROUTES.retryStep },
  { name: "reset", description: "forget the attempts of a step, so that all are to come", route: ROUTES.resetStep },
  { name: "resolve", description: "count a step as done, with the results that it has", route: ROUTES.resolveStep },
  { name: "skip", description: "leave out a step that its template calls skippable", route: ROUTES.skipStep },
  { name: "cancel", description: "end a step; its handler gets the abort signal", route: ROUTES.cancelStep },
];

const CompleteOptions = z.object({ result: z.string().optional() });
const EditOptions = z.object({ retryLimit: z.number().optional(), inputs: z.string().optional() });

/** Adds `step retry`, `reset`, `resolve`, `skip`, `cancel`, `complete` and `edit`. */
export function addStepActionCommands(step: Command, session: CommandSession): void {
  const addCommand = (name: string, description: string, example: string) => {
    const command = step
      .command(name)
      .description(description)
      .argument("<task>", "id of the task", wholeNumber("task", 1))
      .argument("<step>", "name of the step, or #<id>");
    return addActionOptions(command).addHelpText(
      "after",
      `\nExample:\n  $ tasker step ${example} --reason "asked for"`,
    );
  };
  for (const { name, description, route } of COMMANDS) {
    const command = addCommand(name, description, `${name} 12 charge`);
    command.action((taskId: number, named: string) =>
      runAction(session, command, (client, body) => client.call(route, { params: addressOf(taskId, named), body })),
    );
  }
  const complete = addCommand(
    "complete",
    "count a step as done with a given result",
    `complete 12 charge --result '{"paid": true}'`,
  ).option("--result <json>", "what the step is to have as its result (needed)");
  complete.action((taskId: number, named: string) => {
    const { result } = CompleteOptions.parse(complete.opts());
    const results = parseJson(required("--result", result), "--result");
    return runAction(session, complete, (client, body) =>
      client.call(ROUTES.completeStep, { params: addressOf(taskId, named), body: { ...body, results } }),
    );
  });
  const edit = addCommand("edit", "change the retry limit or the inputs of a step", "edit 12 charge --retry-limit 5")
    .option("--retry-limit <n>", "largest number of attempts", wholeNumber("--retry-limit", 1))
    .option("--inputs <json>", "inputs of the step's own; null: none");
  edit.action((taskId: number, named: string) => {
    const { retryLimit, inputs } = EditOptions.parse(edit.opts());
    const change = {
      ...(retryLimit === undefined ? {} : { retry_limit: retryLimit }),
      ...(inputs === undefined ? {} : { inputs: parseJson(inputs, "--inputs") }),
    };
    return runAction(session, edit, (client, body) =>
      client.call(ROUTES.editStep, { params: addressOf(taskId, named), body: { ...body, ...change } }),
    );
  });
}

function addressOf(taskId: number, step: string) {
  return { task_id: taskId, step: readStepName(step) };
}

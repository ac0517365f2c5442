import type { Command } from "commander";
import { z } from "zod";
import type { ActionResult } from "../../actions/action-result.ts";
import type { OperatorNote, StepAddress } from "../../actions/check-request.ts";
import type { TaskActions } from "../../actions/task-actions.ts";
import { addActionOptions, runAction } from "../action-command.ts";
import { parseJson } from "../input/parse-json.ts";
import { required, wholeNumber } from "../input/parse-option.ts";
import { readStepName } from "../input/read-step-name.ts";
import type { CommandSession } from "../session.ts";

/** A command that does something to a step and needs nothing else. */
interface StepCommand {
  readonly name: string;
  readonly description: string;
  readonly act: (actions: TaskActions, step: StepAddress, note: OperatorNote) => Promise<ActionResult>;
}

const COMMANDS: readonly StepCommand[] = [
  {
    name: "retry",
    description: "try a failed step again, at once",
    act: (actions, step, note) => actions.retryStep(step, note),
  },
  {
    name: "reset",
    description: "forget the attempts of a step, so that all are to come",
    act: (actions, step, note) => actions.resetAttempts(step, note),
  },
  {
    name: "resolve",
    description: "count a step as done, with the results that it has",
    act: (actions, step, note) => actions.resolveStep(step, note),
  },
  {
    name: "skip",
    description: "leave out a step that its template calls skippable",
    act: (actions, step, note) => actions.skipStep(step, note),
  },
  {
    name: "cancel",
    description: "end a step; its handler gets the abort signal",
    act: (actions, step, note) => actions.cancelStep(step, note),
  },
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
  for (const { name, description, act } of COMMANDS) {
    const command = addCommand(name, description, `${name} 12 charge`);
    command.action((taskId: number, named: string) =>
      runAction(session, command, (actions, note) => act(actions, { taskId, step: readStepName(named) }, note)),
    );
  }
  const complete = addCommand(
    "complete",
    "count a step as done with a given result",
    `complete 12 charge --result '{"paid": true}'`,
  ).option("--result <json>", "what the step is to have as its result (needed)");
  complete.action((taskId: number, named: string) => {
    const { result } = CompleteOptions.parse(complete.opts());
    const value = parseJson(required("--result", result), "--result");
    return runAction(session, complete, (actions, note) =>
      actions.completeStep({ taskId, step: readStepName(named) }, value, note),
    );
  });
  const edit = addCommand("edit", "change the retry limit or the inputs of a step", "edit 12 charge --retry-limit 5")
    .option("--retry-limit <n>", "largest number of attempts", wholeNumber("--retry-limit", 1))
    .option("--inputs <json>", "inputs of the step's own; null: none");
  edit.action((taskId: number, named: string) => {
    const { retryLimit, inputs } = EditOptions.parse(edit.opts());
    const change = {
      ...(retryLimit === undefined ? {} : { retryLimit }),
      ...(inputs === undefined ? {} : { inputs: parseJson(inputs, "--inputs") }),
    };
    return runAction(session, edit, (actions, note) =>
      actions.editStep({ taskId, step: readStepName(named) }, change, note),
    );
  });
}

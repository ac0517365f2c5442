import { parseTemplate } from "../../../templates/parse-template.ts";
import { UsageError } from "../../errors.ts";
import type { GeneratedFile } from "../generated-file.ts";
import { type GeneratedName, readGeneratedName } from "../generated-name.ts";
import { dataHandlers, stepHandlers } from "./handlers-text.ts";
import { taskTemplateText } from "./template-text.ts";
import { dataTest, stepsTest } from "./test-text.ts";

/** Steps of a task for which none are named: they read numbers, add them up and tell the sum. */
export const DEFAULT_STEPS = ["fetch_data", "process_data", "complete_task"] as const;

/** What a task is to be like. */
export interface TaskChoice {
  readonly name: GeneratedName;
  /** Folder below the directory of tasks, or null for none. */
  readonly folder: string | null;
  readonly namespace: string;
  readonly version: string;
  readonly description: string | null;
  /** Names of its steps, each after the one before. Null: {@link DEFAULT_STEPS}, with custom events. */
  readonly steps: readonly GeneratedName[] | null;
}

/**
 * The steps of an option: each alone or several with commas between.
 * @throws UsageError for what is no name, and for one that is there twice
 */
export function readSteps(given: readonly string[]): readonly GeneratedName[] {
  const steps = given
    .flatMap((text) => text.split(","))
    .map((text) => readGeneratedName(text.trim(), "", "a step of --steps"));
  const twice = steps.find(({ snake }, place) => steps.findIndex((other) => other.snake === snake) < place);
  if (twice === undefined) return steps;
  throw new UsageError(`--steps has '${twice.snake}' twice, expected each step once`, {
    context: { option: "--steps", value: twice.snake },
  });
}

/**
 * A template, the module with its handlers beside it, and a test that runs it on a database in memory.
 * @throws InvalidTemplateError if no template can be made of the choice, such as for a version that is none
 */
export function taskFiles(choice: TaskChoice): readonly GeneratedFile[] {
  const stem = choice.folder === null ? choice.name.kebab : `${choice.folder}/${choice.name.kebab}`;
  const template = taskTemplateText(choice);
  parseTemplate(template, { file: `${stem}.yaml` });
  const { steps } = choice;
  return [
    { path: `${stem}.yaml`, text: template },
    { path: `${stem}.ts`, text: steps === null ? dataHandlers(choice.name) : stepHandlers(choice.name, steps) },
    { path: `${stem}.test.ts`, text: steps === null ? dataTest(choice.name) : stepsTest(choice.name, steps) },
  ];
}

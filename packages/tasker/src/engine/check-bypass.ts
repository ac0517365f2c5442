import { InvalidRequestError } from "../errors/index.ts";
import type { StepDefinition } from "../templates/definition.ts";
import { hintAt } from "../text/nearest-name.ts";

/** What of a step decides whether it may be left out. */
type Skippable = Pick<StepDefinition, "name" | "skippable">;

/** A name in `bypass_steps` that has no effect. */
export interface VainBypass {
  readonly name: string;
  readonly why: "unknown" | "not skippable";
}

/** The names in `bypass_steps` that are not those of skippable steps, in the order given. */
export function findVainBypasses(steps: readonly Skippable[], bypassSteps: readonly string[]): VainBypass[] {
  return bypassSteps.flatMap((name): VainBypass[] => {
    const step = steps.find((candidate) => candidate.name === name);
    if (step === undefined) return [{ name, why: "unknown" }];
    return step.skippable ? [] : [{ name, why: "not skippable" }];
  });
}

/**
 * Refuses a request that wants to leave out what cannot be left out.
 * @throws InvalidRequestError with the field, the first wrong name and what was expected
 */
export function checkBypass(steps: readonly Skippable[], bypassSteps: readonly string[]): void {
  if (bypassSteps.length === 0) return;
  const [first] = findVainBypasses(steps, bypassSteps);
  if (first === undefined) return;
  const { name, why } = first;
  const found = why === "unknown" ? "which the task does not have" : "which is not skippable";
  const hint = hintAt(
    name,
    steps.filter(({ skippable }) => skippable).map((step) => step.name),
    "skippable steps",
  );
  throw new InvalidRequestError(
    `task request field bypassSteps names the step "${name}", ${found}: expected names of skippable steps (${hint})`,
    { context: { field: "bypassSteps", value: name, expected: "names of skippable steps" } },
  );
}

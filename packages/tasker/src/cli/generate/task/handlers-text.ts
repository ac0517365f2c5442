import type { GeneratedName } from "../generated-name.ts";

/** Handlers of the default steps, in TypeScript. */
export function dataHandlers(name: GeneratedName): string {
  return `import {
  type Annotation,
  PermanentError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  TaskHandler,
  type TaskView,
} from "tasker";

// One class for each handler_class of ${name.kebab}.yaml.

/** What a task is given. */
type Context = { readonly values: readonly number[] };

/** What the steps store. */
type Results = {
  readonly fetch_data: { readonly values: readonly number[] };
  readonly process_data: { readonly count: number; readonly total: number };
  readonly complete_task: { readonly summary: string };
};

/** Reads what the task is about: here from its context, elsewhere from a database or another system. */
export class FetchDataStep extends StepHandler {
  process(task: TaskView<Context>): Results["fetch_data"] {
    return { values: task.context.values };
  }
}

/** Checks the data and adds it up. */
export class ProcessDataStep extends StepHandler {
  process(_task: TaskView, sequence: StepSequence<Results>, step: StepExecution): Results["process_data"] {
    const { values } = sequence.resultsOf("fetch_data");
    // Another attempt would come to the same: the step fails for good, and data.validation_failed is told.
    if (values.length === 0) throw new PermanentError("there are no values", { errorCode: "NO_VALUES" });
    const result = { count: values.length, total: values.reduce((sum, value) => sum + value, 0) };
    step.publishEvent("data.processed", result);
    return result;
  }
}

/** Tells what came of it. */
export class CompleteTaskStep extends StepHandler {
  process(_task: TaskView, sequence: StepSequence<Results>): Results["complete_task"] {
    const { count, total } = sequence.resultsOf("process_data");
    return { summary: \`\${total} in \${count} values\` };
  }
}

/** Hooks around the whole task. */
export class ${name.pascal}Task extends TaskHandler {
  /** Stored with the task when all of its steps are complete. */
  override updateAnnotations(_task: TaskView, sequence: StepSequence): readonly Annotation[] {
    return [{ type: "summary", value: sequence.resultsOf("complete_task") ?? null }];
  }
}
`;
}

/** Handlers of steps that are named, in TypeScript: each can read what the one before it stored. */
export function stepHandlers(name: GeneratedName, steps: readonly GeneratedName[]): string {
  const [first, ...others] = steps;
  const last = steps.at(-1)?.snake ?? "";
  const classes = others.map((step, place) => followingStep(step, steps[place]?.snake ?? ""));
  return `import { type Annotation, StepHandler, type StepSequence, TaskHandler, type TaskView } from "tasker";

// One class for each handler_class of ${name.kebab}.yaml.

export class ${first?.pascal}Step extends StepHandler {
  /** Does the work. What it returns is stored as the step's results. */
  process(task: TaskView) {
    return { done: "${first?.snake}", fields: Object.keys(task.context) };
  }
}
${classes.join("")}
/** Hooks around the whole task. */
export class ${name.pascal}Task extends TaskHandler {
  /** Stored with the task when all of its steps are complete. */
  override updateAnnotations(_task: TaskView, sequence: StepSequence): readonly Annotation[] {
    return [{ type: "outcome", value: sequence.resultsOf("${last}") ?? null }];
  }
}
`;
}

function followingStep({ pascal, snake }: GeneratedName, before: string): string {
  return `
export class ${pascal}Step extends StepHandler {
  /** Does the work. What the steps before it have stored is there to be read. */
  process(_task: TaskView, sequence: StepSequence) {
    const before = sequence.resultsOf("${before}");
    return { done: "${snake}", is_first: before === null };
  }
}
`;
}

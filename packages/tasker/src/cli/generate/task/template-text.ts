import { stringify } from "yaml";
import type { TaskChoice } from "./task-files.ts";

/** The template of a task in YAML. */
export function taskTemplateText({ name, namespace, version, description, steps }: TaskChoice): string {
  const head = stringify({
    name: name.snake,
    namespace_name: namespace,
    version,
    description: description ?? `Runs ${name.snake.replaceAll("_", " ")}`,
    task_handler_class: `${name.pascal}Task`,
  });
  const names = steps?.map(({ snake }) => snake) ?? [];
  const body = steps === null ? DATA_STEPS : chainOf(steps);
  return `${head}\n${body}\n${environments(steps === null ? "fetch_data" : (names[0] ?? ""))}`;
}

const DATA_STEPS = `# What a task is given. A request that does not fit is refused.
schema:
  type: object
  required: [values]
  properties:
    values:
      type: array
      items: { type: number }

step_templates:
  - name: fetch_data
    description: Read what the task is about
    handler_class: FetchDataStep
    default_retry_limit: 3
    timeout_seconds: 30

  - name: process_data
    description: Check and add up
    depends_on_step: fetch_data
    handler_class: ProcessDataStep
    custom_events:
      - name: data.processed
        description: The data was processed
        payload_schema:
          type: object
          required: [count, total]
          properties:
            count: { type: integer, minimum: 1 }
            total: { type: number }
      - name: data.validation_failed
        description: The data cannot be processed
        condition: permanent
        payload: { reason: error.message }

  - name: complete_task
    description: Tell what came of it
    depends_on_step: process_data
    handler_class: CompleteTaskStep
`;

function chainOf(steps: NonNullable<TaskChoice["steps"]>): string {
  const texts = steps.map(({ snake, pascal }, place) => {
    const before = steps[place - 1];
    const lines = [
      `  - name: ${snake}`,
      ...(before === undefined ? [] : [`    depends_on_step: ${before.snake}`]),
      `    handler_class: ${pascal}Step`,
      "    default_retry_limit: 3",
      "    timeout_seconds: 30",
    ];
    return lines.join("\n");
  });
  return `# What a task is given: JSON Schema. A request that does not fit is refused.
schema:
  type: object

step_templates:
${texts.join("\n\n")}
`;
}

/** What differs where the template is read with \`--environment\`. */
function environments(first: string): string {
  return `# What differs where templates are read with --environment.
environments:
  development:
    step_templates:
      - name: ${first}
        timeout_seconds: 120
  test:
    step_templates:
      - name: ${first}
        timeout_seconds: 5
  production:
    step_templates:
      - name: ${first}
        default_retry_limit: 5
`;
}

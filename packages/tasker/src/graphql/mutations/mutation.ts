import type { Permission } from "../access/permission.ts";
import type { GraphqlContext } from "../context.ts";
import { isUsersMistake } from "../errors/is-users-mistake.ts";
import { MUTATION_COST } from "../limits/costs.ts";
import { type RootField, rootField } from "../schema/root-field.ts";
import { objectType } from "../schema/schema-module.ts";
import { failedPayload, type Payload } from "./payload.ts";

/** What a mutation is about, and gives in its payload. */
export type MutationSubject = "task" | "step" | "signal";

/** A mutation as it is declared. */
export interface MutationDefinition<Input> {
  readonly name: string;
  readonly description: string;
  readonly permission: Permission;
  /** Fields of its input, in the language of schemas. */
  readonly input: string;
  readonly gives: MutationSubject;
  /** Does it. What it throws as a mistake of whoever asked becomes an error of the payload. */
  readonly perform: (input: Input, context: GraphqlContext) => Promise<Payload>;
}

interface SentPayload extends Payload {
  readonly clientMutationId: string | null;
}

/** A mutation in the style of Relay: one `input`, and a payload of its own. */
export function mutation<Input extends object>(definition: MutationDefinition<Input>): RootField {
  const { name, permission } = definition;
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return rootField<{ readonly input: Input & { readonly clientMutationId?: string | null } }>({
    name,
    permission,
    cost: MUTATION_COST,
    sdl: `
      """${definition.description} Needs ${permission}."""
      ${name}(input: ${type}Input!): ${type}Payload`,
    types: [inputType(type, definition), payloadType(type, definition)],
    resolve: async ({ input }, context): Promise<SentPayload> => {
      context.checkWanted();
      const { clientMutationId = null, ...given } = input;
      const payload = await definition.perform(withoutNulls<Input>(given), context).catch((error: unknown) => {
        if (isUsersMistake(error)) return failedPayload(error);
        throw error;
      });
      context.refresh();
      return { ...payload, clientMutationId };
    },
  });
}

/** A value that is null is one that is not given: Relay's inputs make no difference. */
function withoutNulls<Input>(input: object): Input {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Input;
}

function inputType(type: string, { name, input }: Pick<MutationDefinition<never>, "name" | "input">) {
  return {
    sdl: `
      """What ${name} is given."""
      input ${type}Input {
        """Comes back with the payload."""
        clientMutationId: String
        ${input}
      }`,
  };
}

const GIVEN: Readonly<Record<MutationSubject, string>> = {
  task: `"""The task as it is now. Needs tasker.task:show."""
        task: Task
        """Its id. Null if the mutation was refused."""
        taskId: ID`,
  step: `"""The step as it is now. Needs tasker.workflow_step:show."""
        step: WorkflowStep
        """Its id. Null if the mutation was refused."""
        stepId: ID`,
  signal: `"""The id of the signal. Null if the mutation was refused."""
        signalId: ID
        """False: a signal with this key had been sent before."""
        created: Boolean`,
};

function payloadType(type: string, { name, gives }: Pick<MutationDefinition<never>, "name" | "gives">) {
  const createsTask = name === "createTask";
  return objectType<SentPayload>({
    type: `${type}Payload`,
    sdl: `
      """What came of ${name}."""
      type ${type}Payload {
        clientMutationId: String
        ${GIVEN[gives]}
        ${createsTask ? `"""False: a task with this identity existed before."""\ncreated: Boolean` : ""}
        """done; already, if everything was as the mutation would have made it; refused."""
        outcome: String!
        """What came of it, for people."""
        message: String!
        """Why nothing was done; empty if it was."""
        errors: [MutationError!]!
      }`,
    fields: {
      clientMutationId: (payload) => payload.clientMutationId,
      outcome: (payload) => payload.outcome,
      message: (payload) => payload.message,
      errors: (payload) => payload.errors,
      ...(gives === "task" && {
        taskId: ({ taskId }: SentPayload) => taskId,
        task: shownTask,
      }),
      ...(gives === "step" && {
        stepId: ({ stepId }: SentPayload) => stepId,
        step: shownStep,
      }),
      ...(gives === "signal" && { signalId: ({ signalId }: SentPayload) => signalId }),
      ...((createsTask || gives === "signal") && { created: ({ created }: SentPayload) => created }),
    },
  });
}

async function shownTask({ taskId }: SentPayload, _args: unknown, { access, loaders }: GraphqlContext) {
  const task = taskId === null ? null : await loaders.tasks.load(taskId);
  if (task !== null) await access.require("tasker.task:show", task.subject);
  return task;
}

async function shownStep({ stepId }: SentPayload, _args: unknown, { access, loaders }: GraphqlContext) {
  const step = stepId === null ? null : await loaders.steps.load(stepId);
  const task = step === null ? null : await loaders.tasks.load(step.row.task_id);
  if (stepId !== null && task !== null) await access.require("tasker.workflow_step:show", { ...task.subject, stepId });
  return step;
}

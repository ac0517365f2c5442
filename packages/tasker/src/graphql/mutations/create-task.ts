import { initiatorOf } from "../../auth/initiator-of.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import { mutation } from "./mutation.ts";

interface CreateInput {
  readonly name: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly context: unknown;
  readonly initiator?: string;
  readonly sourceSystem?: string;
  readonly reason?: string;
  readonly tags?: readonly string[];
  readonly bypassSteps?: readonly string[];
  readonly idempotencyKey?: string;
  readonly priority?: number;
  readonly runAt?: Date;
  readonly correlationId?: string;
}

/** Creates a task. */
export const createTaskField = mutation<CreateInput>({
  name: "createTask",
  permission: "tasker.task:create",
  description: "Creates a task.",
  gives: "task",
  input: `name: String!
        """Default: default."""
        namespace: String
        """Three numbers, a range such as ^1.2.0, or latest. Default: latest."""
        version: String
        """The input of the task: an object, or a text that is one in JSON."""
        context: JSON!
        initiator: String
        sourceSystem: String
        reason: String
        tags: [String!]
        """Names of skippable steps that the task goes on without."""
        bypassSteps: [String!]
        """Two requests of one template with the same key give one task."""
        idempotencyKey: String
        """From -32768 to 32767; higher runs first. Default: 0."""
        priority: Int
        """Not to start before. Default: at once."""
        runAt: ISO8601DateTime
        correlationId: String`,
  perform: async ({ context: given, tags, bypassSteps, ...request }, { access, caller, parts }) => {
    await access.require("tasker.task:create", { namespace: request.namespace ?? "default" });
    const wanted = {
      initiator: initiatorOf(caller.principal),
      ...request,
      context: parseContext(given),
      ...(tags === undefined ? {} : { tags: [...tags] }),
      ...(bypassSteps === undefined ? {} : { bypassSteps: [...bypassSteps] }),
    };
    const { taskId, created } = await parts.engine.submit(wanted, { refuseOthers: true, stored: true });
    const message = created ? `task ${taskId} was created` : `task ${taskId} was created by the same request before`;
    return { taskId, stepId: null, outcome: created ? "done" : "already", created, message, errors: [] };
  },
});

/** As the reference's clients send it, too: as a text. */
function parseContext(given: unknown): Record<string, unknown> {
  const value = typeof given === "string" ? parseJson(given) : given;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  const expected = "an object, or a text that is one in JSON";
  throw new InvalidRequestError(`context is no object, expected ${expected}`, {
    context: { field: "context", expected },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

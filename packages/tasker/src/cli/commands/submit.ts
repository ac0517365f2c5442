import type { Command } from "commander";
import { z } from "zod";
import { type Client, ROUTES } from "../../client/index.ts";
import { HandlerNotFoundError } from "../../errors/index.ts";
import { HandlerRegistry } from "../../handlers/registry.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { hashDefinition } from "../../templates/definition-hash.ts";
import { withRunningServer } from "../command-client.ts";
import { createCommandEngine } from "../command-engine.ts";
import { currentUser } from "../current-user.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import { findModuleBeside } from "../input/load-handlers-module.ts";
import { filledText, isoMoment, required, wholeNumber } from "../input/parse-option.ts";
import { readContext } from "../input/read-context.ts";
import type { CommandIo } from "../io.ts";
import { loadCommandDefinition, loadCommandTemplate } from "../load-command-template.ts";
import { withDatabase } from "../open-command-database.ts";
import { readEngineOptions } from "../read-command-configuration.ts";
import type { CommandSession } from "../session.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "../template-reading.ts";

const SubmitOptions = GlobalOptions.extend({
  context: z.string().optional(),
  handlers: z.string().optional(),
  ...READING_CHOICE,
  idempotencyKey: z.string().optional(),
  namespace: z.string().optional(),
  templateVersion: z.string().optional(),
  runAt: z.date().optional(),
  priority: z.number().optional(),
  json: z.boolean().default(false),
});
type SubmitOptions = z.infer<typeof SubmitOptions>;

/** Adds `submit`: creates a task for a process that works on its template. */
export function addSubmitCommand(program: Command, session: CommandSession): void {
  addReadingOptions(program.command("submit <template>"))
    .description(
      "create a task and print its id; 'tasker work' executes it. A server also takes the name of a template as <template>",
    )
    .option("--context <file|json>", "the task's input: a file with a JSON object, or the object itself")
    .option(
      "--handlers <module>",
      "module whose task handler shapes the steps (default: beside the template, if there is one)",
    )
    .option(
      "--idempotency-key <key>",
      "a task that was submitted with this key is returned instead of a new one",
      filledText("--idempotency-key"),
    )
    .option(
      "--namespace <name>",
      "with the name of a template: its namespace (default: default)",
      filledText("--namespace"),
    )
    .option(
      "--template-version <version>",
      "with the name of a template: its version, or a range such as ^1.2.0 (default: the latest)",
      filledText("--template-version"),
    )
    .option("--run-at <time>", "not before this moment, such as 2027-01-31T09:00:00Z", isoMoment("--run-at"))
    .option("--priority <n>", "higher runs first (default: 0)", wholeNumber("--priority", -32768, 32767))
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tasker submit order.yaml --context order.json --idempotency-key order-1001\n  $ tasker submit order --namespace shop --context order.json --server http://127.0.0.1:8377",
    )
    .action(async (template: string, _options: unknown, command: Command) => {
      await submitTask(session, template, SubmitOptions.parse(command.optsWithGlobals()));
    });
}

async function submitTask(session: CommandSession, template: string, options: SubmitOptions): Promise<void> {
  const { io, printer } = session;
  const context = await readContext(io.cwd, required("--context", options.context));
  const isFile = isTemplateFile(template);
  const { taskId, created } = await withRunningServer(
    session,
    options,
    (client) =>
      isFile
        ? submitFileThrough(session, client, template, context, options)
        : submitByName(
            client,
            { name: template, namespace: options.namespace, version: options.templateVersion },
            context,
            options,
          ),
    () => submitFile(session, template, context, options),
  );
  if (options.json) printer.json({ task_id: taskId, created });
  else printer.text(String(taskId));
  if (!created) printer.note(`task ${taskId} exists already with this idempotency key; nothing was created`);
}

type Context = Awaited<ReturnType<typeof readContext>>;
interface Submitted {
  readonly taskId: number;
  readonly created: boolean;
}

/** Whether a template is meant by a path rather than by its name: names have no slash and no such ending. */
function isTemplateFile(template: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/i.test(template);
}

/** The server knows the template; its process makes the task. */
async function submitByName(
  client: Client,
  template: { readonly name: string; readonly namespace: string | undefined; readonly version: string | undefined },
  context: Context,
  { runAt, priority, idempotencyKey: key }: SubmitOptions,
): Promise<Submitted> {
  const body = {
    ...template,
    ...{ priority, run_at: runAt?.toISOString() },
    context: z.record(z.string(), z.json()).parse(context),
  };
  const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
  const answer = await client.call(ROUTES.createTask, { body, headers });
  return { taskId: answer.task_id, created: answer.created };
}

/** The file says which template of the server is meant; what counts is what the server has under that name. */
async function submitFileThrough(
  { io, printer }: CommandSession,
  client: Client,
  path: string,
  context: Context,
  options: SubmitOptions,
): Promise<Submitted> {
  refuseNames(options);
  const definition = await loadCommandDefinition(io.cwd, { template: path, ...readingOf(options, io) });
  const { name, namespace, version } = definition;
  const submitted = await submitByName(client, { name, namespace, version }, context, options);
  const made = await client.call(ROUTES.getTask, { params: { task_id: submitted.taskId } });
  if (made.definition_hash !== hashDefinition(definition)) {
    printer.note(`the server has another definition of ${namespace}/${name} ${version} than ${path}: its own counts`);
  }
  return submitted;
}

/** @throws UsageError for options that name what a file says itself */
function refuseNames({ namespace, templateVersion }: SubmitOptions): void {
  if (namespace === undefined && templateVersion === undefined) return;
  throw new UsageError("--namespace and --template-version go with the name of a template: a file says them itself");
}

async function submitFile(
  { io, printer }: CommandSession,
  path: string,
  context: Context,
  options: SubmitOptions,
): Promise<Submitted> {
  refuseNames(options);
  const template = await loadForSubmit(io, path, options);
  const registry = new HandlerRegistry();
  registry.register(template);
  const { namespace, name, version } = template.definition;
  return withDatabase(options, io, "create", async (database) => {
    const configured = await readEngineOptions(options, io);
    const engine = createCommandEngine(io, database, registry, { configured }, (text) => printer.note(text));
    const { idempotencyKey, runAt, priority } = options;
    return engine.submit(
      { namespace, name, version, context, initiator: currentUser(io), idempotencyKey, runAt, priority },
      { refuseOthers: true },
    );
  });
}

/**
 * With the module that is named or stands beside the template, its task handler shapes the steps, as it does for `run`.
 * Without one the template is complete enough to be submitted.
 */
async function loadForSubmit(io: CommandIo, path: string, options: SubmitOptions): Promise<TaskTemplate> {
  const { cwd } = io;
  const choice = { template: path, handlers: options.handlers, ...readingOf(options, io) };
  const definition = await loadCommandDefinition(cwd, choice);
  if (options.handlers !== undefined || (await findModuleBeside(cwd, path)) !== null) {
    // Whoever executes the task has the handlers that are not here.
    return loadCommandTemplate(cwd, { ...choice, remote: ["*"] });
  }
  return {
    definition,
    createStepHandler(step) {
      throw new HandlerNotFoundError(`step '${step}' has no handler in a process that only submits`, {
        context: { step },
      });
    },
    taskHandler: null,
  };
}

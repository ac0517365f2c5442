import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { safeBaseUrl } from "../../diagram/safe-url.ts";
import { withClient } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, oneOf, wholeNumber } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";
import { writeResult } from "../write-result.ts";

const FORMATS = ["mermaid", "json", "html"] as const;
const DiagramOptions = GlobalOptions.extend({
  format: z.enum(FORMATS),
  json: z.boolean().default(false),
  baseUrl: z.string().optional(),
  output: z.string().optional(),
});

/** Adds `task diagram`: draws the graph of one task. */
export function addDiagramCommand(task: Command, session: CommandSession): void {
  task
    .command("diagram")
    .description("draw the steps of a task with their states")
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .option("--format <name>", "mermaid, json or html", oneOf("--format", FORMATS), "mermaid")
    .option("--json", "short for --format json")
    .option("--base-url <url>", "make steps links to <url>/tasks/.../workflow_steps/...", baseUrl)
    .option("--output <file>", "write to a file instead of standard output", filledText("--output"))
    .addHelpText("after", "\nExample:\n  $ tasker task diagram 12 --format html --output task-12.html")
    .action(async (id: number, _options: unknown, command: Command) => {
      await drawStoredTask(session, id, DiagramOptions.parse(command.optsWithGlobals()));
    });
}

function baseUrl(value: string): string {
  if (safeBaseUrl(value) !== null) return value;
  throw new UsageError(
    `--base-url is '${value}', expected a URL with http or https, or a relative one, without query and fragment`,
    { context: { option: "--base-url", value } },
  );
}

async function drawStoredTask(
  session: CommandSession,
  taskId: number,
  options: z.infer<typeof DiagramOptions>,
): Promise<void> {
  const params = { task_id: taskId };
  const query = { base_url: options.baseUrl ?? "" };
  const format = options.json ? "json" : options.format;
  const text = await withClient(session, options, async (client) =>
    format === "json"
      ? `${JSON.stringify(await client.call(ROUTES.drawTask, { params, query }), null, 2)}\n`
      : client.callText(ROUTES.drawTask, { params, query: { ...query, format } }),
  );
  await writeResult(session, text, options.output);
}

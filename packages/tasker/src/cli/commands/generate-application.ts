import { join, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { applicationFiles } from "../generate/application/application-files.ts";
import { askText, askWhether } from "../generate/application/ask-choices.ts";
import { checkEnvironment } from "../generate/application/check-environment.ts";
import { DOMAIN_NAMES, DOMAINS } from "../generate/application/domains.ts";
import { type GeneratedName, readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { filledText, wordList } from "../input/parse-option.ts";
import { readOwnPackage } from "../own-package.ts";
import type { CommandSession } from "../session.ts";

const DEFAULT_NAME = "my-tasker-app";

const ApplicationOptions = GenerateOptions.extend({
  tasks: z.array(z.string()).default(DOMAIN_NAMES),
  apiBaseUrl: z.string(),
  test: z.boolean(),
  docker: z.boolean().default(false),
  observability: z.boolean(),
  interactive: z.boolean(),
});
type ApplicationOptions = z.infer<typeof ApplicationOptions>;

const CheckOptions = z.object({ docker: z.boolean().default(false), json: z.boolean().default(false) });

/** Adds `generate application`, and what belongs to it: the list of its workflows, and a look whether it can run here. */
export function addApplicationGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "application [name]", "tasker-applications")
    .description("write an application with workflows that run at once; on a terminal it asks for what is not given")
    .option(
      "--tasks <names>",
      `its workflows, separated by commas: ${DOMAIN_NAMES.join(", ")} (default: all)`,
      wordList("--tasks", DOMAIN_NAMES),
    )
    .option("--api-base-url <url>", "what its API steps call", httpUrl, "https://dummyjson.com")
    .option("--no-test", "leave out the tests")
    .option("--docker", "add a Dockerfile, and a file for docker compose")
    .option("--no-observability", "serve no metrics")
    .option("--no-interactive", "ask nothing, also on a terminal: what is not given has its default")
    .addHelpText("after", "\nExample:\n  $ tasker generate application shop --tasks ecommerce,inventory --docker")
    .action(async (text: string | undefined, _options: unknown, command: Command) => {
      const { name, ...options } = await askForRest(session, command, text);
      const dir = join(options.dir, name.kebab);
      const files = await applicationFiles(
        {
          name,
          directory: resolve(session.io.cwd, dir),
          domains: DOMAINS.filter((domain) => options.tasks.includes(domain.name)),
          apiUrl: options.apiBaseUrl,
          tests: options.test,
          docker: options.docker,
          observability: options.observability,
        },
        readOwnPackage(),
      );
      await generateFiles(session, "application", files, { ...options, dir });
    });
  generate
    .command("list-templates")
    .description("list the workflows that applications can have")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker generate list-templates")
    .action((_options: unknown, command: Command) => {
      const { json } = CheckOptions.parse(command.opts());
      if (json) session.printer.json({ templates: DOMAINS });
      else for (const { name, description } of DOMAINS) session.printer.text(`${name.padEnd(10)} ${description}`);
    });
  generate
    .command("check-environment")
    .description("look whether an application can be written and run here")
    .option("--docker", "also in containers")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker generate check-environment --docker")
    .action(async (_options: unknown, command: Command) => {
      const { docker, json } = CheckOptions.parse(command.opts());
      const findings = await checkEnvironment(session.io.cwd, docker);
      if (json) session.printer.json({ ok: findings.every(({ ok }) => ok), checks: findings });
      else
        for (const { name, ok, found } of findings) session.printer.text(`${ok ? "ok" : "missing"} ${name}: ${found}`);
      session.finish(findings.every(({ ok }) => ok) ? EXIT.done : EXIT.failed);
    });
}

/** The choices of the command line, and, if somebody is there to answer, of whoever sits at the terminal. @throws UsageError */
async function askForRest(
  { io }: CommandSession,
  command: Command,
  text: string | undefined,
): Promise<ApplicationOptions & { readonly name: GeneratedName }> {
  const options = ApplicationOptions.parse(command.opts());
  const readName = (given: string) => readGeneratedName(given, "");
  const { prompt } = io;
  if (prompt === null || !options.interactive || options.json) {
    return { ...options, name: readName(text ?? DEFAULT_NAME) };
  }
  const isOpen = (option: string) => command.getOptionValueSource(option) !== "cli";
  const name = text === undefined ? await askText(prompt, "Name", DEFAULT_NAME, readName) : readName(text);
  const readTasks = wordList("the answer", DOMAIN_NAMES);
  const all = DOMAIN_NAMES.join(",");
  return {
    ...options,
    name,
    tasks: isOpen("tasks")
      ? [...(await askText(prompt, "Workflows, separated by commas", all, (given) => readTasks(given, undefined)))]
      : options.tasks,
    apiBaseUrl: isOpen("apiBaseUrl")
      ? await askText(prompt, "What its API steps call", options.apiBaseUrl, httpUrl)
      : options.apiBaseUrl,
    test: isOpen("test") ? await askWhether(prompt, "With tests?", options.test) : options.test,
    docker: isOpen("docker")
      ? await askWhether(prompt, "With a Dockerfile and compose?", options.docker)
      : options.docker,
    observability: isOpen("observability")
      ? await askWhether(prompt, "Serve metrics?", options.observability)
      : options.observability,
  };
}

/** An address as the API steps of an application take it, as commander's argument parser. */
function httpUrl(value: string): string {
  filledText("--api-base-url")(value);
  const isPlain = /^https?:\/\/[^\s"'{}$#?]+$/.test(value) && URL.canParse(value) && !value.includes("@");
  if (isPlain) return value.replace(/\/+$/, "");
  throw new UsageError(`--api-base-url is '${value}', expected an address that begins with http:// or https://`, {
    context: { option: "--api-base-url", value },
  });
}

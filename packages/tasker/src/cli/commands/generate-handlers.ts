import type { Command } from "commander";
import { z } from "zod";
import { readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { skeletonFiles } from "../generate/skeleton.ts";
import { filledText, oneOf } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

const ApiOptions = GenerateOptions.extend({ method: z.enum(METHODS), path: z.string() });

/** Adds `generate step-handler` and `generate api-handler`: classes for steps of templates that are there. */
export function addHandlerGenerators(generate: Command, session: CommandSession): void {
  addGenerator(generate, "step-handler <name>", "handlers")
    .description("write a class that executes a step, and a test of it")
    .addHelpText("after", "\nExample:\n  $ tasker generate step-handler ChargeCard")
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = GenerateOptions.parse(command.opts());
      const files = await skeletonFiles("step-handler", readGeneratedName(text, "step"));
      await generateFiles(session, "step-handler", files, options);
    });
  addGenerator(generate, "api-handler <name>", "handlers")
    .description("write a class for a step that calls a remote system over HTTP, and a test of it")
    .option("--method <method>", `how it calls: ${METHODS.join(", ")}`, oneOf("--method", METHODS), "GET")
    .option("--path <path>", "what it calls, below the url of the step's handler_config", filledText("--path"), "items")
    .addHelpText("after", "\nExample:\n  $ tasker generate api-handler CreateAccount --method POST --path users")
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = ApiOptions.parse(command.opts());
      const { method, path } = options;
      const sendsBody = method !== "GET" && method !== "DELETE";
      const files = await skeletonFiles(
        `api-handler/${sendsBody ? "writing" : "reading"}`,
        readGeneratedName(text, "step"),
        {
          [sendsBody ? '"POST"' : '"GET"']: JSON.stringify(method),
          '"example/path"': JSON.stringify(path),
          '"/v1/example/path"': JSON.stringify(new URL(path, "http://localhost/v1/").pathname),
        },
      );
      await generateFiles(session, "api-handler", files, options);
    });
}

import type { Command } from "commander";
import type { CommandSession } from "../session.ts";
import { addApplicationGenerator } from "./generate-application.ts";
import { addAuthenticatorGenerator } from "./generate-authenticator.ts";
import { addConfigGenerator } from "./generate-config.ts";
import { addCoordinatorGenerator } from "./generate-coordinator.ts";
import { addEventsGenerator } from "./generate-events.ts";
import { addHandlerGenerators } from "./generate-handlers.ts";
import { addPluginGenerator } from "./generate-plugin.ts";
import { addSubscriberGenerator } from "./generate-subscriber.ts";
import { addTaskGenerator } from "./generate-task.ts";

/** Adds `generate`: writes code to begin with, and tests of it. */
export function addGenerateCommands(program: Command, session: CommandSession): void {
  const generate = program.command("generate").description("write code to begin with, and tests of it");
  addTaskGenerator(generate, session);
  addHandlerGenerators(generate, session);
  addSubscriberGenerator(generate, session);
  addEventsGenerator(generate, session);
  addAuthenticatorGenerator(generate, session);
  addCoordinatorGenerator(generate, session);
  addPluginGenerator(generate, session);
  addConfigGenerator(generate, session);
  addApplicationGenerator(generate, session);
}

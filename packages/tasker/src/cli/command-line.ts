import { Command, CommanderError } from "commander";
import { addAnalyticsCommands } from "./commands/analytics.ts";
import { addAnalyzeCommand } from "./commands/analyze.ts";
import { addAuditCommands } from "./commands/audit-list.ts";
import { addCircuitCommands } from "./commands/circuit.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addConfigCommands } from "./commands/config.ts";
import { addConfigMigrateCommand } from "./commands/config-migrate.ts";
import { addConfigSetCommands } from "./commands/config-set.ts";
import { addCheckCommand } from "./commands/db-check.ts";
import { addDoctorCommand } from "./commands/db-doctor.ts";
import { addPruneCommand } from "./commands/db-prune.ts";
import { addDeadLetterCommands } from "./commands/dead-letter.ts";
import { addEventCommands } from "./commands/events.ts";
import { addDeliveriesCommand } from "./commands/events-deliveries.ts";
import { addReplayCommand } from "./commands/events-replay.ts";
import { addSubscribersCommand } from "./commands/events-subscribers.ts";
import { addGenerateCommands } from "./commands/generate.ts";
import { addHealthCommand } from "./commands/health.ts";
import { addHelpCommand } from "./commands/help.ts";
import { addInitCommand } from "./commands/init.ts";
import { addMcpCommand } from "./commands/mcp.ts";
import { addExportMetricsCommand, addMetricsCommand } from "./commands/metrics.ts";
import { addMigrateCommand } from "./commands/migrate.ts";
import { addQueueCommands } from "./commands/queue-list.ts";
import { addRunCommand } from "./commands/run.ts";
import { addRotateCommand } from "./commands/secrets-rotate.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addStepActionCommands } from "./commands/step-actions.ts";
import { addSubmitCommand } from "./commands/submit.ts";
import { addTaskActionCommands } from "./commands/task-actions.ts";
import { addAnnotateCommand } from "./commands/task-annotate.ts";
import { addDiagramCommand } from "./commands/task-diagram.ts";
import { addListCommand } from "./commands/task-list.ts";
import { addLogsCommand } from "./commands/task-logs.ts";
import { addShowCommand } from "./commands/task-show.ts";
import { addSignalCommand } from "./commands/task-signal.ts";
import { addStepsCommand } from "./commands/task-steps.ts";
import { addWatchCommand } from "./commands/task-watch.ts";
import { addDiffCommand } from "./commands/template-diff.ts";
import { addGraphCommand } from "./commands/template-graph.ts";
import { addValidateCommand } from "./commands/template-validate.ts";
import { addTokenCommands } from "./commands/token.ts";
import { addWhyCommand } from "./commands/why.ts";
import { addWorkCommand } from "./commands/work.ts";
import { addWorkerCommands } from "./commands/worker-list.ts";
import { UsageError } from "./errors.ts";
import { EXIT } from "./exit-code.ts";
import type { CommandIo } from "./io.ts";
import { readOwnPackage } from "./own-package.ts";
import { Printer } from "./printer.ts";
import type { CommandSession } from "./session.ts";

/**
 * Runs one command line.
 * @param argv arguments without the interpreter and the program
 * @returns the exit code; errors have been printed
 */
export async function runCommandLine(argv: readonly string[], io: CommandIo): Promise<number> {
  const printer = new Printer(io);
  let exitCode: number = EXIT.done;
  const session: CommandSession = {
    io,
    printer,
    argv,
    finish(code) {
      exitCode = code;
    },
  };
  try {
    await buildProgram(session).parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    // Help in place of a missing command: it has been printed.
    if (error instanceof CommanderError && error.code === "commander.help") return EXIT.usage;
    const shown = error instanceof CommanderError ? usageError(error) : error;
    printer.error(shown);
    return shown instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

function buildProgram(session: CommandSession): Command {
  const { io } = session;
  const program = new Command("tasker")
    .description("Runs durable workflows: graphs of steps with retries and an audit trail, kept in PostgreSQL.")
    .version(readOwnPackage().version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .option("--database-url <url>", "PostgreSQL database to use (default: DATABASE_URL, else the embedded database)")
    .option("--data <dir>", "directory of the embedded database (default: .tasker/data)")
    .option("--server <url>", "server to go through instead of a database (default: TASKER_SERVER)")
    .option("--token <token>", "API token for the server (default: TASKER_TOKEN)")
    .option("--config <file>", "configuration file (default: TASKER_CONFIG, else tasker.yaml or config/tasker.yaml)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Errors are printed in one place, in one form.
      outputError: () => undefined,
      getOutHelpWidth: () => io.terminal.columns(),
      getErrHelpWidth: () => io.terminal.columns(),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addInitCommand(program, session);
  addGenerateCommands(program, session);
  addRunCommand(program, session);
  addSubmitCommand(program, session);
  addWorkCommand(program, session);
  addServeCommand(program, session);
  addMcpCommand(program, session);
  const task = program.command("task").description("look at tasks and act on them");
  addListCommand(task, session);
  addShowCommand(task, session);
  addWatchCommand(task, session);
  addStepsCommand(task, session);
  addLogsCommand(task, session);
  addDiagramCommand(task, session);
  addAnnotateCommand(task, session);
  addSignalCommand(task, session);
  addTaskActionCommands(task, session);
  addWhyCommand(program, session);
  addAnalyzeCommand(program, session);
  addAnalyticsCommands(program, session);
  const step = program.command("step").description("act on steps of tasks");
  addStepActionCommands(step, session);
  const template = program.command("template").description("check and draw templates");
  addValidateCommand(template, session);
  addGraphCommand(template, session);
  addDiffCommand(template, session);
  addMetricsCommand(program, session);
  const exports = program.command("export").description("write tasks and figures in the format of other programs");
  addExportMetricsCommand(exports, session);
  addHealthCommand(program, session);
  const events = program.command("events").description("look at events");
  addEventCommands(events, session);
  addSubscribersCommand(events, session);
  addReplayCommand(events, session);
  addDeliveriesCommand(events, session);
  const letters = program.command("dead-letter").description("look at events that durable subscribers could not take");
  addDeadLetterCommands(letters, session);
  addWorkerCommands(program.command("worker").description("look at processes that run tasks"), session);
  addQueueCommands(program.command("queue").description("look at queues"), session);
  addCircuitCommands(program.command("circuit").description("look at circuit breakers"), session);
  addRotateCommand(program.command("secrets").description("look after encrypted values"), session);
  addTokenCommands(program.command("token").description("look after API tokens"), session);
  addAuditCommands(program.command("audit").description("look at who did what"), session);
  const config = program.command("config").description("look at the configuration");
  addConfigCommands(config, session);
  addConfigMigrateCommand(config, session);
  addConfigSetCommands(config, session);
  const db = program.command("db").description("look after the database");
  addMigrateCommand(db, session);
  addDoctorCommand(db, session);
  addCheckCommand(db, session);
  addPruneCommand(db, session);
  addMigrateCommand(program, session, "short for 'db migrate'");
  addCompletionCommand(program, session);
  addHelpCommand(program, session);
  program.addHelpText("after", "\nStart with:\n  $ tasker init my-project");
  return program;
}

/** Commander's message without its prefix and on one line: `unknown option '--contxt' (did you mean --context?)`. */
function usageError(error: CommanderError): UsageError {
  const message = error.message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .replace("(Did you mean ", "(did you mean ");
  return new UsageError(message, { context: { commander: error.code } });
}

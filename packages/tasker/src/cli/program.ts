import { Command } from "commander";
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
import { addEventLogCommand } from "./commands/events-log.ts";
import { addReplayCommand } from "./commands/events-replay.ts";
import { addRewindCommand } from "./commands/events-rewind.ts";
import { addSubscribersCommand } from "./commands/events-subscribers.ts";
import { addEventWatchCommand } from "./commands/events-watch.ts";
import { addExportTasksCommands } from "./commands/export-tasks.ts";
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
import { addSignalListCommand } from "./commands/signal-list.ts";
import { addSignalSendCommand, addTaskSignalCommand } from "./commands/signal-send.ts";
import { addStepActionCommands } from "./commands/step-actions.ts";
import { addStepShowCommand } from "./commands/step-show.ts";
import { addSubmitCommand } from "./commands/submit.ts";
import { addTaskActionCommands } from "./commands/task-actions.ts";
import { addAnnotateCommand } from "./commands/task-annotate.ts";
import { addDiagramCommand } from "./commands/task-diagram.ts";
import { addListCommand } from "./commands/task-list.ts";
import { addLogsCommand } from "./commands/task-logs.ts";
import { addShowCommand } from "./commands/task-show.ts";
import { addStepsCommand } from "./commands/task-steps.ts";
import { addWatchCommand } from "./commands/task-watch.ts";
import { addDiffCommand } from "./commands/template-diff.ts";
import { addGraphCommand } from "./commands/template-graph.ts";
import { addTemplateListCommand } from "./commands/template-list.ts";
import { addTemplatePlanCommands } from "./commands/template-plan.ts";
import { addTemplateShowCommand } from "./commands/template-show.ts";
import { addValidateCommand } from "./commands/template-validate.ts";
import { addTokenCommands } from "./commands/token.ts";
import { addWhyCommand } from "./commands/why.ts";
import { addWorkCommand } from "./commands/work.ts";
import { addWorkerCommands } from "./commands/worker-list.ts";
import { readOwnPackage } from "./own-package.ts";
import type { CommandSession } from "./session.ts";

/** The program with all its commands, each of which works within the session. */
export function buildProgram(session: CommandSession): Command {
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
  addTaskSignalCommand(task, session);
  addTaskActionCommands(task, session);
  addWhyCommand(task, session);
  addWhyCommand(program, session, "short for 'task why'");
  addAnalyzeCommand(program, session);
  addAnalyticsCommands(program, session);
  const step = program.command("step").description("look at steps of tasks and act on them");
  addStepShowCommand(step, session);
  addStepActionCommands(step, session);
  const signal = program.command("signal").description("tell tasks what their steps wait for");
  addSignalSendCommand(signal, session);
  addSignalListCommand(signal, session);
  const template = program.command("template").description("look at templates, check, draw and change them");
  addTemplateListCommand(template, session);
  addTemplateShowCommand(template, session);
  addValidateCommand(template, session);
  addGraphCommand(template, session);
  addDiffCommand(template, session);
  addTemplatePlanCommands(template, session);
  addMetricsCommand(program, session);
  const exports = program.command("export").description("write tasks and figures in the format of other programs");
  addExportTasksCommands(exports, session);
  addExportMetricsCommand(exports, session);
  addHealthCommand(program, session);
  const events = program.command("events").description("look at events");
  addEventCommands(events, session);
  addEventLogCommand(events, session);
  addEventWatchCommand(events, session);
  addSubscribersCommand(events, session);
  addReplayCommand(events, session);
  addRewindCommand(events, session);
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

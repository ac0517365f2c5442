import type { Command } from "commander";
import { z } from "zod";
import { addProcessOptions, type EngineProcess, ProcessOptions, runEngineProcess } from "../engine-process.ts";
import { collect, wholeNumber } from "../input/parse-option.ts";
import { makeServer } from "../serving/make-server.ts";
import type { CommandSession } from "../session.ts";

const ServeOptions = ProcessOptions.extend({
  host: z.string().optional(),
  port: z.number().optional(),
  socket: z.string().optional(),
  work: z.boolean().default(true),
  cors: z.array(z.string()).optional(),
});
type ServeOptions = z.infer<typeof ServeOptions>;

/** Adds `serve`: the API over HTTP, beside an engine that executes the tasks of some templates. */
export function addServeCommand(program: Command, session: CommandSession): void {
  addProcessOptions(program.command("serve"))
    .description("serve the API over HTTP and execute the tasks of templates until stopped")
    .option("--host <address>", "address to listen on (default: 127.0.0.1); others need authentication")
    .option("--port <port>", "port to listen on (default: 8377)", wholeNumber("--port", 0, 65_535))
    .option("--socket <path>", "also listen on a Unix socket, whose user may do everything")
    .option("--no-work", "only serve: other processes execute")
    .option("--cors <origin>", "let pages of this origin call; can be given several times", collect)
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker serve --template order.yaml --database-url postgres://localhost/orders",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = ServeOptions.parse(command.optsWithGlobals());
      const traits = { works: options.work, isMeasured: true, adopt: null };
      session.finish(await runEngineProcess(session, options, traits, (process) => serve(session, options, process)));
    });
}

async function serve({ io, printer }: CommandSession, options: ServeOptions, process: EngineProcess): Promise<void> {
  const { host, port, socket, cors: corsOrigins = [] } = options;
  const server = await makeServer(io, options, process, { corsOrigins, overrideGlobals: true }, (message) =>
    printer.note(message),
  );
  try {
    const { url } = await server.listen({
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
    });
    if (socket !== undefined) await server.listenLocally(socket);
    io.workers.tellWorking();
    printer.note(`serving at ${url}`);
    if ((await process.stop.asked) === "signal") {
      printer.note("stopping when what runs has ended; once more to stop at once");
    }
  } finally {
    await server.close();
  }
}

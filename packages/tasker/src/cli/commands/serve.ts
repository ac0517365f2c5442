import type { Command } from "commander";
import { z } from "zod";
import { type ServerConfig, serverConfig } from "../../config/server-config.ts";
import { listenPlanFrom } from "../../server/configured-options.ts";
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
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  trustProxy: z.array(z.string()).optional(),
});
type ServeOptions = z.infer<typeof ServeOptions>;

/** Adds `serve`: the API over HTTP, beside an engine that executes the tasks of some templates. */
export function addServeCommand(program: Command, session: CommandSession): void {
  addProcessOptions(program.command("serve"))
    .description("serve the API over HTTP and execute the tasks of templates until stopped")
    .option("--host <address>", "address to listen on (default: 127.0.0.1); others need authentication")
    .option("--port <port>", "port to listen on (default: 8377)", wholeNumber("--port", 0, 65_535))
    .option("--socket <path>", "also listen on a Unix socket, whose user may do everything")
    .option("--tls-cert <path>", "certificate in PEM: speak HTTPS")
    .option("--tls-key <path>", "its key in PEM")
    .option("--trust-proxy <address>", "believe this proxy, or network of proxies; can be given several times", collect)
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

/** The section `server` with what the command line says over it. @throws ConfigurationError */
function configOf(options: ServeOptions, { loaded }: Pick<EngineProcess, "loaded">): ServerConfig {
  const said = {
    host: options.host,
    port: options.port,
    socket: options.socket,
    cors_origins: options.cors,
    tls_cert_file: options.tlsCert,
    tls_key_file: options.tlsKey,
    trusted_proxies: options.trustProxy,
  };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return serverConfig({ ...loaded.document.server, ...given });
}

async function serve({ io, printer }: CommandSession, options: ServeOptions, process: EngineProcess): Promise<void> {
  const config = configOf(options, process);
  const { socket, ...place } = await listenPlanFrom(config, io.cwd);
  const server = await makeServer(io, options, process, { server: config, overrideGlobals: true }, (message) =>
    printer.note(message),
  );
  try {
    const { url } = await server.listen(place);
    if (socket !== null) await server.listenLocally(socket);
    io.workers.tellWorking();
    printer.note(`serving at ${url}`);
    if ((await process.stop.asked) === "signal") {
      printer.note("stopping when what runs has ended; once more to stop at once");
    }
  } finally {
    await server.close();
  }
}

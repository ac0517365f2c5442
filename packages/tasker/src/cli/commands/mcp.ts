import type { Command } from "commander";
import { z } from "zod";
import { ConfigurationError } from "../../errors/index.ts";
import { withClient } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import type { CommandSession } from "../session.ts";
import { StopRequest } from "../stop-request.ts";

const McpOptions = GlobalOptions.extend({ allowActions: z.boolean().default(false) });
type McpOptions = z.infer<typeof McpOptions>;

/** Adds `mcp`: tools for language models, by the Model Context Protocol over standard input and output. */
export function addMcpCommand(program: Command, session: CommandSession): void {
  program
    .command("mcp")
    .description("offer tools to language models over standard input and output (Model Context Protocol)")
    .option(
      "--allow-actions",
      "also tools that change something; needs --server and a token, whose permissions bound them",
    )
    .addHelpText("after", "\nExample:\n  $ tasker mcp --server http://127.0.0.1:8377 --token tskr_...")
    .action(async (_options: unknown, command: Command) => {
      await serveTools(session, McpOptions.parse(command.optsWithGlobals()));
    });
}

async function serveTools(session: CommandSession, options: McpOptions): Promise<void> {
  const { io, printer } = session;
  if (options.allowActions) requireToken(options, io.env);
  const { createMcpServer, StdioServerTransport } = await loadSdk();
  const stop = new StopRequest(io, null);
  try {
    await withClient(session, options, async (client) => {
      const server = createMcpServer(client, { acts: options.allowActions });
      const closed = new Promise<void>((resolve) => {
        server.server.onclose = resolve;
      });
      // The transport does not notice that whoever started this process is gone.
      process.stdin.once("end", () => void server.close());
      await server.connect(new StdioServerTransport());
      printer.note(`tools ${options.allowActions ? "that look and act" : "that look"} are ready on standard input`);
      await Promise.race([closed, stop.asked]);
      await server.close();
    });
  } finally {
    stop.release();
  }
}

/** Whoever lets a model act says within which bounds: by a token. */
function requireToken({ server, token }: McpOptions, env: Readonly<Record<string, string | undefined>>): void {
  if ((server ?? env.TASKER_SERVER ?? "") !== "" && (token ?? env.TASKER_TOKEN ?? "") !== "") return;
  throw new UsageError("--allow-actions needs --server and --token, whose permissions bound what the tools can do", {
    context: { option: "--allow-actions" },
  });
}

/** The SDK of the protocol is not installed with Tasker: it is larger than the engine. @throws ConfigurationError */
async function loadSdk() {
  try {
    const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js");
    const { createMcpServer } = await import("../../mcp/mcp-server.ts");
    return { createMcpServer, StdioServerTransport };
  } catch (cause) {
    throw new ConfigurationError(
      "tasker mcp needs the package @modelcontextprotocol/sdk: npm install @modelcontextprotocol/sdk",
      {
        context: { package: "@modelcontextprotocol/sdk" },
        cause,
      },
    );
  }
}

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Client } from "../client/client.ts";
import { TaskerError } from "../errors/index.ts";
import { VERSION } from "../version.ts";
import { ACT_TOOLS } from "./act-tools.ts";
import { previewOf } from "./preview.ts";
import { READ_TOOLS } from "./read-tools.ts";
import { inputOf, routeInputOf, type Tool } from "./tool.ts";

/** Options of {@link createMcpServer}. */
export interface McpOptions {
  /** Whether tools that change something are there. Default: false. */
  readonly acts?: boolean;
}

/** Makes a server of the Model Context Protocol whose tools call the API. Connect it to a transport. */
export function createMcpServer(client: Client, { acts = false }: McpOptions = {}): McpServer {
  const server = new McpServer(
    { name: "tasker", version: VERSION },
    { instructions: "Tasks are runs of workflows; each has steps. Begin with list_tasks, then show_task." },
  );
  for (const tool of [...READ_TOOLS, ...(acts ? ACT_TOOLS : [])]) {
    const annotations = {
      title: tool.title,
      readOnlyHint: !tool.acts,
      destructiveHint: tool.acts,
      openWorldHint: false,
    };
    const config = { title: tool.title, description: tool.description, inputSchema: inputOf(tool), annotations };
    server.registerTool(tool.name, config, (given: Record<string, unknown>) => answer(tool, client, given));
  }
  return server;
}

async function answer(tool: Tool, client: Client, given: Record<string, unknown>): Promise<CallToolResult> {
  const { confirm, ...rest } = given;
  try {
    const isPreview = tool.acts && confirm !== true;
    const value = isPreview
      ? await previewOf(tool, client, rest)
      : await client.call(tool.route, routeInputOf(tool, rest));
    return { content: [{ type: "text", text: JSON.stringify(value, null, 1) }] };
  } catch (error) {
    // What the model did wrong it can do better; anything else is not for it.
    if (!(error instanceof TaskerError)) throw error;
    return { isError: true, content: [{ type: "text", text: `${error.code}: ${error.message}` }] };
  }
}

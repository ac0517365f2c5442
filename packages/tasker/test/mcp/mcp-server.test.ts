import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createToken } from "../../src/auth/tokens/manage-tokens.ts";
import { Client, ROUTES } from "../../src/client/index.ts";
import { createMcpServer } from "../../src/mcp/mcp-server.ts";
import { runCaptured } from "../cli/support/captured-io.ts";
import { TASKER } from "../cli/support/tasker-process.ts";
import { serve } from "../server/support/serve.ts";
import { writeLetters } from "../server/support/write-letters.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const Answer = z.object({ isError: z.boolean().optional(), content: z.array(z.object({ text: z.string() })) });

/** A server with one task in each of two namespaces. */
async function serveTasks() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const auth = { authentication_enabled: true, authorization_enabled: true, authenticator_class: "tokens" };
  const templates = [graphTemplate("a -> b"), graphTemplate("a", { namespace: "payments" })];
  const made = await serve(database, { templates, auth });
  await made.engine.submitMany([
    { name: "graph", context: {} },
    { name: "graph", namespace: "payments", context: {} },
  ]);
  const tokenOf = async (permissions: string[]) => {
    const by = { actor: "test", actorKind: "system", source: "test" } as const;
    return (await createToken(database, { name: "model", permissions, namespaces: ["default"] }, by)).secret;
  };
  return { ...made, tokenOf };
}

async function connect(client: Client, acts: boolean): Promise<McpClient> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await createMcpServer(client, { acts }).connect(ours);
  const model = new McpClient({ name: "test", version: "1" });
  await model.connect(theirs);
  onTestFinished(() => model.close());
  return model;
}

async function call(model: McpClient, name: string, given: Record<string, unknown>) {
  const { isError = false, content } = Answer.parse(await model.callTool({ name, arguments: given }));
  const [{ text } = { text: "" }] = content;
  return { isError, text, value: isError ? null : JSON.parse(text) };
}

describeOnPostgres("tools for language models", () => {
  test("look at what their token may see, and at nothing else", async () => {
    const { url, tokenOf } = await serveTasks();
    const token = await tokenOf(["tasker.task:index", "tasker.task:show"]);
    const model = await connect(new Client({ baseUrl: url, token }), false);
    const { tools } = await model.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const { value } = await call(model, "list_tasks", { limit: 10 });
    expect(value.tasks).toMatchObject([{ task_id: 1, namespace: "default" }]);
    expect((await call(model, "why", { task_id: 1 })).value).toMatchObject({ task_id: 1 });
    expect(await call(model, "show_task", { task_id: 2 })).toMatchObject({
      isError: true,
      text: "TASKER_REQUEST_FAILED: there is no task 2",
    });
    expect(await call(model, "show_task", { task_id: "two" })).toMatchObject({ isError: true });
    expect(await call(model, "cancel_task", { task_id: 1, reason: "no" })).toMatchObject({ isError: true });
  });

  test("act only where they are let, after a preview, as far as their token goes", async () => {
    const { url, tokenOf, database } = await serveTasks();
    const token = await tokenOf(["tasker.task:show", "tasker.task:cancel"]);
    const client = new Client({ baseUrl: url, token });
    const model = await connect(client, true);
    const preview = await call(model, "cancel_task", { task_id: 1, reason: "not wanted" });
    expect(preview.value).toMatchObject({ preview: true, would: "Cancel a task", task: { state: "pending" } });
    expect(preview.value).toMatchObject({ permission: "tasker.task:cancel", allowed: true, possible: true });
    const retry = await call(model, "retry_task", { task_id: 1, reason: "again" });
    expect(retry.value).toMatchObject({ allowed: false, possible: false, because: "no step has failed" });
    const skip = await call(model, "skip_step", { task_id: 1, step: "z", reason: "again" });
    expect(skip.value).toMatchObject({ allowed: false, because: "the task has no step z" });
    expect((await client.call(ROUTES.getTask, { params: { task_id: 1 } })).state).toBe("pending");
    const done = await call(model, "cancel_task", { task_id: 1, reason: "not wanted", confirm: true });
    expect(done.value).toMatchObject({ outcome: "done" });
    expect(await call(model, "retry_task", { task_id: 1, reason: "again", confirm: true })).toMatchObject({
      isError: true,
      text: expect.stringContaining("Not authorized to retry"),
    });
    const audit = await database.query("select actor, action from tasker_audit_log where action = 'task.cancel'");
    expect(audit).toEqual([{ actor: expect.stringContaining("model (token:"), action: "task.cancel" }]);
  });

  test("show the dead letter that they would deliver again", async () => {
    const { url, database } = await serveTasks();
    await writeLetters(database);
    const by = { actor: "test", actorKind: "system", source: "test" } as const;
    const permissions = ["tasker.dead_letter:show"];
    const { secret } = await createToken(database, { name: "model", permissions }, by);
    const model = await connect(new Client({ baseUrl: url, token: secret }), true);
    const retry = (id: number) => call(model, "retry_dead_letter", { dead_letter_id: id, reason: "again" });
    expect((await retry(2)).value).toMatchObject({
      ...{ preview: true, permission: "tasker.dead_letter:retry", allowed: false },
      dead_letter: { dead_letter_id: 2, subscriber: "mail", event: { name: "task.completed" } },
    });
    expect(await retry(9)).toMatchObject({ isError: true });
  });

  test("are offered by tasker mcp over standard input and output", async () => {
    const { url, tokenOf } = await serveTasks();
    const token = await tokenOf(["tasker.task:index"]);
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [TASKER, "mcp", "--server", url, "--token", token],
      stderr: "ignore",
    });
    const model = new McpClient({ name: "test", version: "1" });
    await model.connect(transport);
    onTestFinished(() => model.close());
    expect((await call(model, "list_tasks", {})).value.tasks).toHaveLength(1);
  });

  test("may act only within the bounds of a token", async () => {
    expect(await runCaptured(["mcp", "--allow-actions"], { cwd: "/" })).toEqual({
      code: 2,
      out: "",
      err: "error TASKER_USAGE: --allow-actions needs --server and --token, whose permissions bound what the tools can do\n",
    });
  });
});

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAuth } from "../../../src/auth/auth.ts";
import { authConfig } from "../../../src/config/auth-config.ts";
import { discoverTasks } from "../../../src/handlers/discover-tasks.ts";
import { PluginRegistry } from "../../../src/registries/plugin-registry.ts";
import { loadEventFiles } from "../../../src/template-files/load-events.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type CommandOutcome, runCaptured } from "../support/captured-io.ts";
import { compile, createTypescriptProject, lint, runNodeTests } from "../support/typescript-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

/** Every generator, with names and options that come out differently. */
const GENERATED = [
  ["subscriber", "OrderAlerts", "--events", "task.failed,step.retry_requested", "--events", "order.*"],
  ["subscriber", "http_audit_subscriber", "--durable", "--events", "**"],
  ["subscriber", "delete", "--durable", "--dir", "subscribers/deep", "--events", "order.paid,a.b_c,a.b.c"],
  ["subscriber", "plain"],
  ["task", "ProcessOrder", "--namespace", "shop", "--task-version", "2.1.0", "--description", "Adds: up, it does"],
  ["task", "monthly_report", "--module-namespace", "Billing", "--steps", "load_rows,step,task", "--steps", "api-step"],
  ["step-handler", "ChargeCard"],
  ["api-handler", "CreateAccountStep", "--method", "PATCH", "--path", "users/me"],
  ["api-handler", "read_account"],
  ["events"],
  ["authenticator", "proxy"],
  ["authenticator", "Staff", "--type", "jwt"],
  ["authenticator", "robots", "--type", "api_token"],
  ["authenticator", "BrowserAuthenticator", "--type", "session"],
  ["coordinator", "company"],
  ["plugin", "count_failures_plugin"],
  ["plugin", "figures", "--kind", "export"],
];

const DIRECTORIES = ["auth", "handlers", "plugins", "subscribers", "tasks"];

/** What each type of authenticator is made with. */
const AUTHENTICATORS = [
  ["proxy-authenticator.ts#ProxyAuthenticator", { proxy_secret: "x".repeat(32) }],
  [
    "staff-authenticator.ts#StaffAuthenticator",
    { issuer: "https://a.example", audience: "tasker", algorithms: ["HS256"], secret: "x".repeat(32) },
  ],
  ["robots-authenticator.ts#RobotsAuthenticator", { tokens: [{ name: "ci", sha256: "0".repeat(64), roles: [] }] }],
  ["browser-authenticator.ts#BrowserAuthenticator", { key: "x".repeat(32) }],
] as const;

describe("a project of everything that is generated", () => {
  let project: WorkDirectory;
  const outcomes: CommandOutcome[] = [];

  beforeAll(async () => {
    project = createTypescriptProject();
    for (const argv of GENERATED) outcomes.push(await runCaptured(["generate", ...argv], { cwd: project.path }));
  });

  afterAll(() => project[Symbol.dispose]());

  test("is written", () => {
    const failed = outcomes.filter(({ code, err }) => code !== 0 || err !== "");
    expect(failed).toEqual([]);
    expect(outcomes.map(({ out }) => out).join("")).toContain("wrote tasks/billing/monthly-report.yaml\n");
  });

  test("compiles as strictly as can be, and keeps to the rules of this repository", () => {
    expect(compile(project)).toEqual({ code: 0, output: "" });
    const { code, output } = lint(project, DIRECTORIES);
    expect(code, output).toBe(0);
  });

  test("passes its own tests", { timeout: 600_000 }, () => {
    const { code, output } = runNodeTests(project, ...DIRECTORIES);
    expect(code, output).toBe(0);
    expect(output).toContain("# pass 35");
  });

  test("has templates, events and plugins that are found where they are", async () => {
    const tasks = await discoverTasks({ directories: [join(project.path, "tasks")] });
    expect(tasks.failures).toEqual([]);
    expect(
      tasks.templates.map(({ definition }) => [definition.namespace, definition.name, definition.version]),
    ).toEqual([
      ["default", "monthly_report", "0.1.0"],
      ["shop", "process_order", "2.1.0"],
    ]);
    const events = await loadEventFiles([join(project.path, "config/tasker/events")]);
    expect(events.map(({ name }) => name)).toEqual(["order.processed", "inventory.low_stock"]);
    const plugins = new PluginRegistry();
    await plugins.discoverDirectory(join(project.path, "plugins"));
    expect(plugins.allPlugins().map(({ name }) => name)).toEqual(["count-failures", "figures"]);
  });

  describeOnPostgres("in its configuration", () => {
    test("can name its authenticators and its coordinator, with their options", async () => {
      const database = await openTestDatabase();
      for (const [authenticator, options] of AUTHENTICATORS) {
        const config = authConfig({
          authentication_enabled: true,
          authenticator_class: `./auth/${authenticator}`,
          authenticator_options: options,
          authorization_enabled: true,
          authorization_coordinator_class: "./auth/company-coordinator.ts#CompanyCoordinator",
        });
        const auth = await openAuth(config, { database, directory: project.path });
        const request = { headers: {}, address: "192.0.2.7", method: "GET", path: "/", transport: "https" } as const;
        const wanted = { resource: "tasker.health_status", action: "index", on: "list" } as const;
        expect(await auth.authorizeRequest(request, wanted)).toMatchObject({ status: 401 });
        const unset = authConfig({ authentication_enabled: true, authenticator_class: `./auth/${authenticator}` });
        await expect(openAuth(unset, { database, directory: project.path })).rejects.toThrow(/ecret|key|tokens/);
      }
      await database.close();
    });
  });
});

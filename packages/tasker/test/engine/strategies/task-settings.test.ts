import { expect, test } from "vitest";
import { stepDeadlineSeconds } from "../../../src/config/execution-config.ts";
import type { TaskOverrides } from "../../../src/config/task-overrides.ts";
import { SettingsByTask } from "../../../src/engine/strategies/settings-by-task.ts";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { engineOptionsFrom } from "../../../src/settings/engine-options.ts";
import { loadConfiguration } from "../../../src/settings/load-configuration.ts";
import { originText } from "../../../src/settings/origin.ts";
import { WorkDirectory } from "../../cli/support/work-directory.ts";
import { startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const longest = (overrides: TaskOverrides, namespace: string, name: string) =>
  new SettingsByTask({ backoff: { max_backoff_seconds: 100 }, overrides }).of({ namespace, name }).backoff
    .max_backoff_seconds;

test("what is said for a template wins over what is said for its namespace, and that over what is said for all", () => {
  const overrides = {
    namespaces: { payments: { backoff: { max_backoff_seconds: 20, jitter_enabled: false } } },
    templates: { "payments/charge": { backoff: { max_backoff_seconds: 5 } } },
  };
  expect(longest(overrides, "payments", "charge")).toBe(5);
  expect(longest(overrides, "payments", "refund")).toBe(20);
  expect(longest(overrides, "shop", "charge")).toBe(100);
  const { backoff } = new SettingsByTask({ overrides }).of({ namespace: "payments", name: "charge" });
  expect(backoff).toMatchObject({ jitter_enabled: false, backoff_multiplier: 2 });
});

test("what is wrong with it is told with its place, and changes nothing", () => {
  const settings = new SettingsByTask();
  const wrong = { namespaces: { payments: { backoff: { max_backoff_seconds: 0 } } } };
  expect(() => settings.reconfigure({ overrides: wrong })).toThrow(ConfigurationError);
  expect(() => settings.reconfigure({ overrides: wrong })).toThrow(
    "namespaces.payments.backoff.max_backoff_seconds is 0",
  );
  expect(settings.of({ namespace: "payments", name: "charge" })).toBe(settings.ofAll);
});

test("deadlines and the sampling of traces may differ, too; how many steps execute may not", () => {
  const settings = new SettingsByTask({
    execution: { batch_timeout_as_step_deadline: true, max_concurrent_steps_limit: 40 },
    eventSamplingRate: 0.5,
    overrides: {
      namespaces: { payments: { execution: { batch_timeout_base_seconds: 100, max_batch_timeout_seconds: 110 } } },
      templates: { "payments/charge": { telemetry: { event_sampling_rate: 1 } } },
    },
  });
  const charge = settings.of({ namespace: "payments", name: "charge" });
  expect([stepDeadlineSeconds(charge.execution), charge.telemetry.event_sampling_rate]).toEqual([105, 1]);
  const other = settings.of({ namespace: "shop", name: "charge" });
  expect([stepDeadlineSeconds(other.execution), other.telemetry.event_sampling_rate]).toEqual([35, 0.5]);
  settings.reconfigure({ eventSamplingRate: 0, execution: null });
  expect(settings.of({ namespace: "shop", name: "charge" }).telemetry.event_sampling_rate).toBe(0);
  expect(stepDeadlineSeconds(settings.of({ namespace: "payments", name: "charge" }).execution)).toBe(null);
  const wrong = { namespaces: { payments: { execution: { max_concurrent_steps_limit: 2 } } } };
  expect(() => settings.reconfigure({ overrides: Object(wrong) })).toThrow(
    "namespaces.payments.execution.max_concurrent_steps_limit is 2, expected a key that is known",
  );
});

const file = (seconds: number) => `version: 1
backoff: {default_backoff_seconds: [60], jitter_enabled: false}
namespaces:
  payments: {backoff: {default_backoff_seconds: [30]}}
templates:
  payments/charge: {backoff: {default_backoff_seconds: [${seconds}]}}
`;

async function load(text: string) {
  using directory = new WorkDirectory({ "tasker.yaml": text });
  return await loadConfiguration({ cwd: directory.path, variables: {} });
}

test("it stands in files, with its lines, and is checked with everything else", async () => {
  const loaded = await load(file(10));
  expect(originText(loaded.origin("templates.payments/charge.backoff.default_backoff_seconds"))).toBe("tasker.yaml:6");
  const wrong = load("version: 1\ntemplates:\n  charge: {}\nnamespaces:\n  shop: {backoff: {max_backof_seconds: 1}}\n");
  await expect(wrong).rejects.toThrow("tasker.yaml:3: templates.charge is {}, expected a template as namespace/name");
  await expect(wrong).rejects.toThrow(
    'tasker.yaml:5: namespaces.shop.backoff.max_backof_seconds is 1, expected a key that is known (did you mean "max_backoff_seconds"?)',
  );
});

describeOnPostgres("retries of a task", () => {
  test("wait as the configuration says for its template, its namespace, or all; handlers can read it", async () => {
    const seen = new Map<string, readonly number[]>();
    const kind = (namespace: string, name: string) =>
      defineTask({ namespace, name, version: "1.0.0" })
        .step("call", {
          process: (task) => {
            seen.set(`${namespace}/${name}`, task.settings.backoff.default_backoff_seconds);
            throw new Error("declined");
          },
        })
        .build();
    const kinds = [kind("payments", "charge"), kind("payments", "refund"), kind("shop", "charge")];
    const database = await useDatabase(openTestDatabase);
    const { backoff, overrides } = engineOptionsFrom(await load(file(10)));
    const { engine } = await startEngine(database, kinds, { backoff, overrides });
    const waits = async () => {
      const ids: number[] = [];
      for (const { definition } of kinds) {
        ids.push((await engine.submit({ namespace: definition.namespace, name: definition.name, context: {} })).taskId);
      }
      const select = "select task_id, backoff_request_seconds as seconds from tasker_workflow_steps where attempts = 1";
      const rows = async () =>
        await database.query(`${select} and backoff_request_seconds is not null and task_id = any ($1)`, [ids]);
      await until(async () => (await rows()).length === 3, "three failures");
      const found = new Map((await rows()).map(({ task_id: id, seconds }) => [id, seconds]));
      return ids.map((id) => found.get(id));
    };
    expect(await waits()).toEqual([10, 30, 60]);
    const read = kinds.map(({ definition: { namespace, name } }) => seen.get(`${namespace}/${name}`)?.[0]);
    expect(read).toEqual([10, 30, 60]);
    const changed = engineOptionsFrom(await load(file(20)));
    engine.reconfigure({ overrides: changed.overrides ?? {} });
    expect(await waits()).toEqual([20, 30, 60]);
  });
});

import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { PermanentError } from "../../../src/errors/index.ts";
import { listSubscribers } from "../../../src/event-log/manage/subscriber-status.ts";
import type { TaskerEvent } from "../../../src/events/event.ts";
import { knownEventNames } from "../../../src/subscribers/known-events.ts";
import { BaseSubscriber } from "../../../src/subscribers/subscriber.ts";
import { Subscriptions, type SubscriptionsOptions } from "../../../src/subscribers/subscriptions/subscriptions.ts";
import { WorkDirectory } from "../../cli/support/work-directory.ts";
import {
  graphTemplate,
  type LogLine,
  recordingLog,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

/** What subscribers of a test got: `<name of the subscription> <name of the event>`. */
function makeClasses() {
  const seen: string[] = [];
  class Notes extends BaseSubscriber {
    handleEvent({ name }: TaskerEvent) {
      seen.push(`${this.name} ${name}`);
    }
  }
  class Batches extends BaseSubscriber {
    handleBatch(events: readonly TaskerEvent[]) {
      seen.push(`${this.name} ${events.map(({ name }) => name).join("+")}`);
    }
  }
  class Refuses extends BaseSubscriber {
    handleEvent({ name }: TaskerEvent) {
      seen.push(`${this.name} ${name}`);
      throw new PermanentError("never");
    }
  }
  return { seen, classes: { Notes, Batches, Refuses } };
}

async function startSubscriptions(directory: WorkDirectory, options: Partial<SubscriptionsOptions> = {}) {
  const database = await useDatabase(() => openTestDatabase());
  const { seen, classes } = makeClasses();
  const { engine, registry } = await startEngine(database, [graphTemplate("a"), graphTemplate("a", { name: "other" })]);
  const published: TaskerEvent[] = [];
  engine.on("subscriber.*", (event) => published.push(event));
  const lines: LogLine[] = [];
  const subscriptions = new Subscriptions({
    paths: [directory.path],
    events: engine.events,
    database,
    knownEvents: () => knownEventNames(registry),
    classes,
    watchMs: 0,
    log: recordingLog(lines),
    ...options,
  });
  onTestFinished(() => subscriptions.stop({ graceMs: 0 }));
  const run = async (name = "graph") => {
    const { taskId } = await engine.submit({ name, context: {} });
    await engine.settled(taskId);
    await engine.events.flush();
  };
  return { subscriptions, database, seen, lines, run, published };
}

function temporary(files: Record<string, string>): WorkDirectory {
  const directory = new WorkDirectory(files);
  onTestFinished(() => directory[Symbol.dispose]());
  return directory;
}

const one = (name: string, fields: string) => `subscriptions: { ${name}: { ${fields} } }\n`;

describeOnPostgres("subscriptions of YAML files", () => {
  test("hand events to their classes: from the bus, from the event log, filtered, in batches", async () => {
    const directory = temporary({
      "a.yml": one("plain", "class: Notes, events: [task.completed, step.completed]"),
      "b.yaml": one("named", "class: Notes, events: [task.completed], filter: { task_name: other }"),
      "c.yml": one(
        "log",
        "class: Batches, events: [task.completed], durable: true, from: beginning, batch: { max: 10 }",
      ),
      "d.yml": one(
        "many",
        "class: Batches, events: [step.completed, task.completed], batch: { max: 2, max_wait_ms: 60000 }",
      ),
      "e.yml": one("dead", "class: Refuses, events: [task.completed], durable: true, from: beginning"),
    });
    const { subscriptions, database, seen, run } = await startSubscriptions(directory);
    await run();
    await subscriptions.start();
    expect(subscriptions.list().map(({ name, className }) => `${name} ${className}`)).toEqual([
      "plain Notes",
      "named Notes",
      "log Batches",
      "many Batches",
      "dead Refuses",
    ]);
    await run("other");
    await until(
      () =>
        seen
          .filter((line) => line.startsWith("log "))
          .join(" ")
          .split("task.completed").length === 3,
      "both",
    );
    await until(
      async () => (await listSubscribers(database)).find(({ name }) => name === "dead")?.deadLetters === 2,
      "dead letters",
    );
    expect(seen.filter((line) => /^(plain|named|many)/.test(line))).toEqual([
      "plain step.completed",
      "plain task.completed",
      "named task.completed",
      "many step.completed+task.completed",
    ]);
  });

  test("are all refused at the start if one of them is not valid", async () => {
    const directory = temporary({
      "a.yml": one("a", "class: Notes, events: [task.completed]"),
      "b.yml": one("b", "class: Nots, events: [task.completed]"),
      "c.yml": one("a", "class: Notes, events: [task.failed]"),
    });
    const { subscriptions, seen, run } = await startSubscriptions(directory);
    const given = subscriptions.start();
    await expect(given).rejects.toThrow(/b\.yml:1:30: .*unknown class "Nots".*did you mean "Notes"/);
    await expect(given).rejects.toThrow(
      /c\.yml:1:1: subscriptions\.a: found the subscription a, which .*a\.yml:1 has, expected each once/,
    );
    await run();
    expect(seen).toEqual([]);
  });

  test("follow their files: what changes takes effect, what is not valid is refused and told, and the rest goes on", async () => {
    const directory = temporary({
      "a.yml": one("a", "class: Notes, events: [task.completed]"),
      "b.yml": one("b", "class: Notes, events: [task.completed]"),
    });
    const { subscriptions, seen, lines, run, published } = await startSubscriptions(directory);
    await subscriptions.start();
    const told = () => published.map(({ name, payload }) => `${name} ${payload.entity_id}`);
    expect(await subscriptions.reload()).toEqual({ started: [], stopped: [], refused: [] });

    directory.write("a.yml", one("a", "class: Notes, events: [step.completed]"));
    expect(await subscriptions.reload()).toEqual({ started: ["a"], stopped: [], refused: [] });
    await run();
    expect(seen.splice(0)).toEqual(["a step.completed", "b task.completed"]);

    const invalid = directory.write("a.yml", one("a", "class: Notes, events: [step.complted]"));
    const { started, refused } = await subscriptions.reload();
    expect(started).toEqual([]);
    expect(refused).toMatchObject([
      { file: invalid, line: 1, path: "subscriptions.a.events[0]", hint: 'did you mean "step.completed"?' },
    ]);
    expect(lines.at(-1)).toMatchObject({ level: "warn", message: expect.stringContaining(`${invalid}:1:`) });
    // Told once, not at every look.
    expect(await subscriptions.reload()).toEqual({ started: [], stopped: [], refused: [] });
    directory.write("c.yml", one("c", "class: Notes, events: [task.completed]"));
    rmSync(join(directory.path, "b.yml"));
    expect(await subscriptions.reload()).toEqual({ started: ["c"], stopped: ["b"], refused: [] });
    await run();
    expect(seen.splice(0)).toEqual(["a step.completed", "c task.completed"]);

    directory.write("a.yml", one("a", "class: Notes, events: [task.completed], enabled: false"));
    expect(await subscriptions.reload()).toEqual({ started: [], stopped: ["a"], refused: [] });
    expect(told()).toEqual([
      "subscriber.registered a",
      "subscriber.registered b",
      "subscriber.registered a",
      `subscriber.validation_failed ${invalid}`,
      "subscriber.unregistered b",
      "subscriber.registered c",
      "subscriber.unregistered a",
    ]);
  });

  test("are looked at again by themselves, and a durable one goes on where it was", async () => {
    const durable = (events: string) => one("log", `class: Notes, events: [${events}], durable: true, from: beginning`);
    const directory = temporary({ "a.yml": durable("task.completed") });
    const { subscriptions, seen, run } = await startSubscriptions(directory, { watchMs: 20 });
    await subscriptions.start();
    let tasks = 0;
    const runOne = async () => {
      await run();
      tasks += 1;
    };
    await runOne();
    await until(() => seen.length === 1, "the first task");
    directory.write("a.yml", durable("task.completed, step.completed"));
    await until(async () => {
      await runOne();
      return seen.includes("log step.completed");
    }, "the new event");
    // Nothing is told again, and nothing is left out.
    const told = () => seen.filter((line) => line === "log task.completed").length;
    await until(() => told() >= tasks, "every task");
    expect(told()).toBe(tasks);
  });
});

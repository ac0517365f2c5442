import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import { NameBook } from "../../src/event-log/reading/name-book.ts";
import { maskEvents } from "../../src/events/bus/mask.ts";
import { LiveTail } from "../../src/live/live-tail.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { graphTemplate, makeEngine, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { byTask, Listener, openLive } from "./support.ts";

const failing = graphTemplate("a -> b", {
  name: "failing",
  namespace: "shop",
  run: () => {
    throw new PermanentError("card 4711 refused");
  },
});

describeEachDatabase("live events", (open) => {
  test("tell what happens in any process, that of a task in order", async () => {
    const database = await useDatabase(open);
    const { engine, events } = await startEngine(database, [graphTemplate("a -> b")]);
    const before = await engine.submit({ name: "graph", context: {} });
    await engine.settled(before.taskId);
    const live = openLive(database);
    const listener = await Listener.open(live);
    expect(listener.messages[0]?.kind).toBe("ready");
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => listener.events.length === 7, "the events of the task");
    expect(listener.ids).toEqual(events.filter((event) => event.taskId === taskId).map(({ id }) => id));
    await live.stop();
    await listener.ended;
    expect(listener.messages.at(-1)).toEqual({
      kind: "end",
      reason: "stopping",
      position: listener.told.at(-1)?.position,
    });
    expect((await Listener.open(live)).messages).toEqual([{ kind: "end", reason: "stopping", position: null }]);
  });

  test("are those that a client may see and wants", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b"), failing]);
    const live = openLive(database, { mask: maskEvents(["error_message"]) });
    const of = (filter: object) => Listener.open(live, { filter: { namespaces: "all", ...filter } });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const all = await of({});
    const [shop, none, template, names] = [
      await of({ namespaces: ["shop"] }),
      await of({ namespaces: [] }),
      await of({ templates: ["graph"] }),
      await of({ names: ["step.*", "!step.completed"] }),
    ];
    const other = await engine.submit({ name: "failing", namespace: "shop", context: {} });
    const task = await of({ taskId: other.taskId });
    const foreign = await of({ taskId: other.taskId, namespaces: ["default"] });
    const last = await engine.submit({ name: "graph", context: {} });
    await engine.settled(last.taskId);
    await engine.settled(other.taskId);
    await until(
      () => all.events.some(({ name, taskId }) => name === "task.failed" && taskId === other.taskId),
      "the failure",
    );
    await until(() => all.events.filter(({ taskId }) => taskId === last.taskId).length === 7, "the last task");
    const names_ = (listener: Listener) => listener.events.map(({ name }) => name);
    expect(new Set(shop.events.map(({ taskId }) => taskId))).toEqual(new Set([other.taskId]));
    expect(new Set(template.events.map(({ taskId }) => taskId))).toEqual(new Set([last.taskId]));
    expect(template.events).toHaveLength(7);
    expect([none.events, foreign.events]).toEqual([[], []]);
    expect(names_(names)).toContain("step.failed");
    expect(names_(names)).not.toContain("step.completed");
    expect(task.events.every(({ taskId }) => taskId === other.taskId)).toBe(true);
    const failure = all.events.find(({ name }) => name === "step.failed");
    expect(failure?.payload).toMatchObject({ error_message: "[masked]" });
    await expect(of({ names: ["step.complete"] })).rejects.toThrow("there is no event");
    expect(live.statistics()).toMatchObject({ feeds: 7, filters: 7, lagging: 0 });
  });

  test("of a task are told to whoever watches it, without the others being read", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = await startEngine(database, [graphTemplate("a -> b")]);
    const live = openLive(database);
    const runAt = new Date(clock.now() + 1_000);
    const made = await engine.submitMany([1, 2, 3].map(() => ({ name: "graph", context: {}, runAt })));
    const [one, other] = made.map(({ taskId }) => taskId);
    const watched = await Listener.open(live, { filter: { namespaces: ["default"], taskId: one } });
    const hidden = await Listener.open(live, { filter: { namespaces: ["shop"], taskId: other } });
    await until(() => {
      clock.advance(1_000);
      return watched.events.length === 6;
    }, "the end of the task");
    expect(watched.events.map(({ name, stepName }) => (stepName === null ? name : `${name} ${stepName}`))).toEqual([
      "task.start_requested",
      "step.execution_requested a",
      "step.completed a",
      "step.execution_requested b",
      "step.completed b",
      "task.completed",
    ]);
    const again = await Listener.open(live, {
      filter: { namespaces: "all", taskId: one },
      after: watched.told[1]?.position,
    });
    await until(() => again.events.length === 4, "the rest of it");
    expect(again.ids).toEqual(watched.ids.slice(2));
    expect(hidden.events).toEqual([]);
  });

  test("of a namespace are told to whoever watches it, without the others being read", async () => {
    const database = await useDatabase(open);
    const templates = ["default", "shop"].map((namespace) => graphTemplate("a -> b", { namespace }));
    const { engine } = await startEngine(database, templates);
    const live = openLive(database);
    const shop = await Listener.open(live, { filter: { namespaces: ["shop"] } });
    await engine.settled((await engine.submit({ name: "graph", context: {} })).taskId);
    const { taskId } = await engine.submit({ name: "graph", namespace: "shop", context: {} });
    await until(() => shop.events.some(({ name }) => name === "task.completed"), "the end of the task");
    expect(new Set(shop.events.map((event) => event.taskId))).toEqual(new Set([taskId]));
    expect(shop.events).toHaveLength(7);
  });

  test("of which the telling takes long come together with what happens until some time after", async () => {
    const database = await useDatabase(open);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    const windows: number[] = [];
    const tail = await LiveTail.open({
      ...{ database, names: new NameBook(), lookMs: 5, pollMs: 20, interest: () => null, onFailure: () => {} },
      onWindow: async ({ rows }) => {
        windows.push(rows.length);
        if (windows.length === 1) await sleep(250);
      },
    });
    await engine.submit({ name: "graph", context: {} });
    await until(() => windows.length === 1, "the first one");
    await engine.submit({ name: "graph", context: {} });
    await engine.submit({ name: "graph", context: {} });
    await until(() => windows.length === 2, "the others");
    expect(windows).toEqual([1, 2]);
    await tail.stop();
  });

  test("go on after any of them, with nothing left out and nothing twice", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b, a -> c"), failing]);
    const live = openLive(database);
    const first = await Listener.open(live);
    const run = async () => {
      const requests = [1, 2, 3].map(() => ({ name: "graph", context: {} }));
      const tasks = await engine.submitMany([...requests, { name: "failing", namespace: "shop", context: {} }]);
      await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    };
    await run();
    const total = 3 * 9 + 6;
    await until(
      () => first.events.filter(({ name }) => /^task.(completed|failed)$/.test(name)).length === 4,
      "the first tasks",
    );
    const seen = first.events.length;
    expect(seen).toBeGreaterThanOrEqual(total - 1);
    const positions = [first.messages[0], ...first.told].map((told) =>
      told && "position" in told ? told.position : null,
    );
    // Another process, which knows nothing of the first one.
    const other = openLive(database);
    const listeners = await Promise.all(positions.map((after) => Listener.open(other, { after })));
    await run();
    await until(() => first.events.length === 2 * seen, "the other tasks");
    for (const [place, listener] of listeners.entries()) {
      await until(() => listener.events.length >= 2 * seen - place, `those after event ${place}`);
      const expected = byTask(first.events.slice(place));
      expect(byTask(listener.events)).toEqual(expected);
    }
    expect(new Set(first.ids).size).toBe(2 * seen);
  });

  test("begin anew for a client that cannot go on where it was", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const clock = new ManualClock();
    const live = openLive(database, { clock, resumeRows: 10 });
    const first = await Listener.open(live);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await until(() => first.events.length === 7, "the first task");
    const [oldest, latest] = [first.told[0]?.position ?? "", first.told.at(-1)?.position ?? ""];
    const reasonAfter = async (after: string) => {
      const { messages } = await Listener.open(live, { after });
      return messages[0]?.kind === "reset" ? messages[0].reason : messages[0]?.kind;
    };
    const ahead = latest.split(".").with(3, "zzzz").join(".");
    expect(await reasonAfter("task:5:10")).toBe("malformed");
    expect(await reasonAfter(ahead)).toBe("unknown");
    expect(await reasonAfter(latest)).toBe("ready");
    await engine.submitMany([1, 2].map(() => ({ name: "graph", context: {} })));
    await until(() => first.events.length === 21, "two more tasks");
    const far = await Listener.open(live, { after: oldest });
    await until(() => far.messages.length === 2, "the answer");
    expect(far.messages[1]).toMatchObject({ kind: "reset", reason: "far" });
    clock.advance(3_601_000);
    expect(await reasonAfter(latest)).toBe("expired");
    const again = await engine.submit({ name: "graph", context: {} });
    await until(() => far.events.length === 7, "what happens after it began anew");
    expect(new Set(far.events.map(({ taskId }) => taskId))).toEqual(new Set([again.taskId]));
  });
});

describeOnPostgres("a live feed", () => {
  test("of a client that takes nothing ends, and holds nobody up", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const live = openLive(database, { buffer: 20 });
    const slow = await live.open({ filter: { namespaces: "all" } });
    await slow.next();
    const quick = await Listener.open(live);
    for (let round = 0; round < 5; round++) {
      const { taskId } = await engine.submit({ name: "graph", context: {} });
      await engine.settled(taskId);
      await until(() => quick.events.length === 7 * (round + 1), "the task");
    }
    expect(slow.isEnded).toBe(true);
    expect(await slow.next()).toMatchObject({ value: { kind: "end", reason: "lagging", position: slow.position } });
    expect(await slow.next()).toEqual({ done: true, value: undefined });
    expect(live.statistics()).toMatchObject({ feeds: 1, lagging: 1 });
    const resumed = await Listener.open(live, { after: slow.position });
    await until(() => resumed.events.length === 35, "what the slow client has missed");
  });

  test("tells where it is when nothing happens for it, and ends if that is not taken", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const live = openLive(database, { beatMs: 20 });
    const idle = await Listener.open(live, { filter: { namespaces: ["nowhere"] } });
    const stuck = await live.open({ filter: { namespaces: ["nowhere"] } });
    const all = await Listener.open(live);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await until(() => all.events.length === 7, "the task");
    const count = idle.messages.length;
    await until(() => idle.messages.length > count + 2, "beats");
    const beat = idle.messages.at(-1);
    const resumed = await Listener.open(live, { after: beat?.kind === "beat" ? beat.position : null });
    const next = await engine.submit({ name: "graph", context: {} });
    await until(() => resumed.events.length === 7, "the next task");
    expect(new Set(resumed.events.map(({ taskId }) => taskId))).toEqual(new Set([next.taskId]));
    await until(() => stuck.isEnded, "the end of the one that takes nothing");
  });

  test("ends when its client is gone, and nothing is read when the last one is", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const live = openLive(database);
    const gone = new AbortController();
    const listener = await Listener.open(live, { signal: gone.signal });
    gone.abort();
    await listener.ended;
    expect(live.statistics().feeds).toBe(0);
    expect((await live.open({ filter: { namespaces: "all" }, signal: gone.signal })).isEnded).toBe(true);
    await database.close();
    await expect(live.open({ filter: { namespaces: "all" } })).rejects.toThrow();
    expect(live.statistics().feeds).toBe(0);
  });
});

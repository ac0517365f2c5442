import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import type { LiveEvents } from "../../src/live/live-events.ts";
import type { LiveFilter } from "../../src/live/live-filter.ts";
import { seededRandom } from "../../src/testing/random.ts";
import { graphTemplate, makeGate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { createRailsTask } from "../support/rails-rows.ts";
import { createTestDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { byTask, Listener, openLive } from "./support.ts";

describeOnPostgres("between what was and what happens", () => {
  test("nothing is lost of a transaction that was open when a client came", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const railsTask = await createRailsTask(database, { steps: [{ name: "s" }] });
    const written = makeGate();
    const end = makeGate();
    const long = database.transaction(async (transaction) => {
      await transaction.query(
        `insert into tasker_task_transitions (task_id, to_state, sort_key, most_recent, created_at, updated_at)
         values ($1, 'in_progress', 10, true, now(), now())`,
        [railsTask],
      );
      written.open();
      await end.promise;
    });
    await written.promise;
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const live = openLive(database);
    const early = await Listener.open(live);
    const next = await engine.submit({ name: "graph", context: {} });
    await until(() => early.events.length === 7, "the other task");
    const resumed = await Listener.open(live, { after: early.told.at(3)?.position ?? null });
    const elsewhere = await Listener.open(openLive(database), { after: early.told.at(3)?.position ?? null });
    end.open();
    await long;
    for (const listener of [early, resumed, elsewhere]) {
      await until(() => listener.events.some(({ taskId }) => taskId === railsTask), "the long transaction");
      expect(listener.ids.filter((id) => id.startsWith(`task:${railsTask}`))).toHaveLength(1);
      expect(new Set(listener.events.map(({ taskId }) => taskId))).toEqual(new Set([next.taskId, railsTask]));
    }
    expect(resumed.events).toHaveLength(4);
  });

  test.each([
    { of: "everything", names: ["*"], each: 11 },
    // What steps do is then not read.
    { of: "tasks", names: ["task.*"], each: 3 },
  ])("nothing of $of is lost or comes twice while clients go from process to process", async ({ names, each }) => {
    const filter = { namespaces: "all", names } as const;
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const databases = await Promise.all([1, 2, 3].map(() => useDatabase(() => openPostgres(url, { connections: 4 }))));
    const [one, two, three] = databases;
    if (one === undefined || two === undefined || three === undefined) throw new Error("three databases");
    const engines = [
      await startEngine(one, [graphTemplate("a -> b, a -> c, b -> d, c -> d")]),
      await startEngine(two, [graphTemplate("a -> b, a -> c, b -> d, c -> d")]),
    ];
    const servers = [openLive(two), openLive(three)];
    const everything = await Listener.open(openLive(three), { filter });
    const random = seededRandom(7);
    const wanderers = await Promise.all([...Array(6).keys()].map(() => Wanderer.open(servers, filter, random)));
    const tasks = 120;
    for (let round = 0; round < tasks / 4; round++) {
      const made = await Promise.all(
        engines.map(({ engine }) => engine.submitMany([1, 2].map(() => ({ name: "graph", context: {} })))),
      );
      await Promise.all(made.flatMap((of, at) => of.map(({ taskId }) => engines[at]?.engine.settled(taskId))));
      await Promise.all(wanderers.map((wanderer) => random() < 0.7 && wanderer.move()));
    }
    const total = tasks * each;
    await until(() => everything.events.length >= total, "everything");
    await until(() => wanderers.every(({ events }) => events.length >= total), "everything for all who wander");
    const expected = byTask(everything.events);
    expect([...expected.values()].flat()).toHaveLength(total);
    for (const { events } of wanderers) expect(byTask(events)).toEqual(expected);
  });
});

/** A client that loses its connection in the middle of a message now and then, and goes on at another process after what it got. */
class Wanderer {
  readonly events: TaskerEvent[] = [];
  readonly #servers: readonly LiveEvents[];
  readonly #filter: LiveFilter;
  readonly #random: () => number;
  #position: string | null = null;
  #session = 0;

  private constructor(servers: readonly LiveEvents[], filter: LiveFilter, random: () => number) {
    this.#servers = servers;
    this.#filter = filter;
    this.#random = random;
  }

  static async open(servers: readonly LiveEvents[], filter: LiveFilter, random: () => number): Promise<Wanderer> {
    const wanderer = new Wanderer(servers, filter, random);
    await wanderer.move();
    return wanderer;
  }

  /** Goes on elsewhere; resolves when it has been heard of. */
  async move(): Promise<void> {
    this.#session += 1;
    const session = this.#session;
    const server = this.#servers[Math.floor(this.#random() * this.#servers.length)];
    if (server === undefined) throw new Error("no server");
    const feed = await server.open({ filter: this.#filter, after: this.#position });
    const begun = makeGate();
    void (async () => {
      for await (const message of feed) {
        if (session !== this.#session) break;
        if (message.kind === "reset") throw new Error(`told to begin anew: ${message.reason}`);
        if (message.kind === "ready") this.#position ??= message.position;
        for (const { event, position } of message.kind === "events" ? message.events : []) {
          if (session !== this.#session) break;
          this.events.push(event);
          this.#position = position;
          if (this.#random() < 0.02) await Promise.resolve();
        }
        begun.open();
      }
    })();
    await begun.promise;
  }
}

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import { listDeadLetters } from "../../src/event-log/manage/dead-letters.ts";
import { listSubscribers } from "../../src/event-log/manage/subscriber-status.ts";
import { graphTemplate, startEngine, useDatabase } from "../support/engine-harness.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";
import { fateOf } from "./event-fate.ts";
import { Story, startSubscriber } from "./support.ts";

/** How often the process that runs the subscriber is killed. More of it: TASKER_SUBSCRIBER_KILLS=200. */
const KILLS = Number(process.env.TASKER_SUBSCRIBER_KILLS ?? 12);
/** Processes that run or wait at a time. */
const PROCESSES = 3;

/** A line that a process has noted: who, in which session, and which event of which task. */
interface Note {
  readonly pid: number;
  readonly session: string;
  readonly taskId: number;
  readonly eventId: string;
}

function readNotes(file: string): readonly Note[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [session = "", taskId, eventId = ""] = line.split(" ");
    return { pid: Number.parseInt(session, 10), session, taskId: Number(taskId), eventId };
  });
}

/** As `until`, for processes that begin on a machine that has other things to do, too. */
async function patiently(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(5);
  }
}

describeOnPostgres("a subscriber whose process is killed", () => {
  test(
    `loses nothing and keeps the order of each task although handlers fail, killed ${KILLS} times at random moments`,
    async () => {
      const { url, drop } = await createTestDatabase();
      onTestFinished(drop);
      const database = await useDatabase(() => openPostgres(url));
      const { engine } = await startEngine(database, [graphTemplate("a -> b, a -> c")]);
      const file = join(mkdtempSync(join(scratchDirectory(), "tasker-kills-")), "notes");
      writeFileSync(file, "");

      const children = new Set<ChildProcess>();
      const program = new URL("subscriber-process.ts", import.meta.url).pathname;
      const begin = () => {
        const child = fork(program, [url, file], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
        children.add(child);
        child.once("exit", () => children.delete(child));
      };
      onTestFinished(() => {
        for (const child of children) child.kill("SIGKILL");
      });
      for (let n = 0; n < PROCESSES; n++) begin();

      let isOver = false;
      const load = (async () => {
        while (!isOver) {
          await engine.submitMany(Array.from({ length: 2 }, () => ({ name: "graph", context: {} })));
          await sleep(30);
        }
      })();
      for (let kills = 0; kills < KILLS; ) {
        const noted = readNotes(file).length;
        await patiently(() => readNotes(file).length > noted, "a process that delivers");
        await sleep(Math.random() * 60);
        const pid = readNotes(file).at(-1)?.pid;
        const victim = [...children].find((child) => child.pid === pid);
        if (victim === undefined) continue;
        victim.kill("SIGKILL");
        await once(victim, "exit");
        kills += 1;
        begin();
      }
      isOver = true;
      await load;
      await patiently(async () => engine.statistics().tasks === 0, "the last task");

      const held = async () => (await listSubscribers(database)).find(({ name }) => name === "killed")?.held;
      const reference = new Story();
      await startSubscriber(database, { name: "reference", from: "beginning", handle: reference.handle });
      const ends = "select from tasker_task_transitions where to_state = 'complete'";
      const tasks = (await database.query(ends)).length;
      const all = tasks * 9;
      await patiently(() => reference.events.length === all, "the reference");
      const taken = reference.events.filter(({ id }) => fateOf(id) !== "given up");
      const givenUp = reference.events.filter(({ id }) => fateOf(id) === "given up").map(({ id }) => id);
      const readDead = () => listDeadLetters(database, { subscriber: "killed", limit: all });
      const countNoted = () => new Set(readNotes(file).map(({ eventId }) => eventId)).size;
      // Many may be left: it is given time as long as there are more and more.
      for (let noted = countNoted(); noted < taken.length; noted = countNoted()) {
        await patiently(() => countNoted() > noted, `an event that can be taken, after ${noted} of ${taken.length}`);
        await sleep(500);
      }
      await patiently(async () => (await readDead()).length >= givenUp.length, "those that cannot");
      await patiently(async () => (await held()) === 0, "what is held back");
      expect((await readDead()).map(({ event }) => event.id).toSorted()).toEqual(givenUp.toSorted());

      const notes = Map.groupBy(readNotes(file), ({ taskId }) => taskId);
      for (const [taskId, events] of Map.groupBy(taken, (event) => event.taskId ?? 0)) {
        const order = new Map(events.map(({ id }, place) => [id, place]));
        const last = new Map<string, number>();
        let reached = -1;
        for (const { session, eventId } of notes.get(taskId) ?? []) {
          const place = order.get(eventId) ?? Number.NaN;
          // Nothing comes before what came earlier, and who is at it does not go back.
          expect(place).toBeLessThanOrEqual(reached + 1);
          expect(place).toBeGreaterThan(last.get(session) ?? -1);
          reached = Math.max(reached, place);
          last.set(session, place);
        }
        expect(reached).toBe(events.length - 1);
      }
    },
    180_000 + KILLS * 5_000,
  );
});

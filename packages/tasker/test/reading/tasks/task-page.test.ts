import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TaskActions } from "../../../src/actions/task-actions.ts";
import type { Database } from "../../../src/database/database.ts";
import { TASK_ORDERS, type TaskFilter } from "../../../src/reading/tasks/task-filter.ts";
import { cursorAfterTask, readTaskPage, type TaskPageRequest } from "../../../src/reading/tasks/task-page.ts";
import { createTestEngine } from "../../../src/testing/run/test-engine.ts";
import { graphTemplate, transitionAsRails } from "../../support/engine-harness.ts";
import { describeEachDatabase } from "../../support/test-database.ts";

describeEachDatabase("pages of tasks", (open) => {
  let database: Database;
  const moment = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const read = (request: Partial<TaskPageRequest> = {}) => readTaskPage(database, { scope: "all", ...request });
  const ids = async (request: Partial<TaskPageRequest> = {}) => (await read(request)).items.map((task) => task.task_id);
  /** All pages, one after the other. */
  const allPages = async (
    request: Partial<TaskPageRequest>,
    between: () => Promise<unknown> = async () => undefined,
  ) => {
    const pages: number[][] = [];
    let cursor: string | undefined;
    do {
      const page = await read({ ...request, cursor });
      pages.push(page.items.map((task) => task.task_id));
      cursor = page.nextCursor ?? undefined;
      await between();
    } while (cursor !== undefined);
    return pages;
  };

  // Tasks 1 to 8; those of payments are odd. They were requested in the order 1, 2, 3, 4 and 8, 7, 6, 5, two at a time.
  beforeAll(async () => {
    database = await open();
    const templates = [
      graphTemplate("a -> b", { namespace: "payments", name: "charge" }),
      graphTemplate("a", { namespace: "payments", name: "charge", version: "2.0.0" }),
      graphTemplate("a -> b, a -> c", { namespace: "stock", name: "count" }),
    ];
    const { engine } = createTestEngine({ database, templates });
    const payments = { namespace: "payments", name: "charge", version: "1.0.0", context: {} };
    const stock = { namespace: "stock", name: "count", context: {} };
    const minutes = [1, 1, 2, 2, 6, 6, 5, 5];
    for (const [place, minute] of minutes.entries()) {
      const number = place + 1;
      await engine.submit({
        ...(number % 2 === 1 ? payments : stock),
        ...(number === 7 ? { version: "2.0.0" } : {}),
        requestedAt: moment(minute),
        initiator: number < 3 ? "ada" : "grace",
        sourceSystem: number < 5 ? "shop" : "cron",
        reason: `order ${number} of 100% "x_y"`,
        tags: number === 4 ? ["urgent", "paid"] : ["paid"],
        correlationId: `request-${number % 4}`,
      });
    }
    for (const [taskId, ...states] of [
      [1, "in_progress", "complete"],
      [2, "in_progress", "error"],
      [3, "in_progress"],
      [4, "cancelled"],
      [5, "in_progress", "error"],
    ] as const) {
      for (const state of states) await transitionAsRails(database, { taskId }, state);
    }
    await database.execute(`
      insert into tasker_annotation_types (name, created_at, updated_at) values ('note', now(), now());
      insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
      select id, 1, jsonb_build_object('by', 'ada', 'place', id), now(), now() from unnest('{3,3,6}'::int[]) as id;
      update tasker_task_runs set parent_task_id = 1 where task_id in (6, 8)`);
    await new TaskActions({ database }).pauseTask(7, { actor: "ada", reason: "audit" });
  });
  afterAll(() => database.close());

  describe("in an order", () => {
    const inOrder = {
      "-task_id": [8, 7, 6, 5, 4, 3, 2, 1],
      task_id: [1, 2, 3, 4, 5, 6, 7, 8],
      "-requested_at": [6, 5, 8, 7, 4, 3, 2, 1],
      requested_at: [1, 2, 3, 4, 7, 8, 5, 6],
    };

    test.each(TASK_ORDERS)("%s have each task once, whatever is on a page", async (order) => {
      expect(await ids({ order })).toEqual(inOrder[order]);
      for (const limit of [1, 3, 8]) {
        const pages = await allPages({ order, limit });
        expect(pages.flat()).toEqual(inOrder[order]);
        expect(pages.map((page) => page.length)).toEqual(
          Array.from({ length: Math.ceil(8 / limit) }, (_, page) => Math.min(limit, 8 - page * limit)),
        );
      }
    });

    test.each(TASK_ORDERS)("%s are limited by the scope and filtered alike", async (order) => {
      const [even, failed] = [{ scope: ["stock"] }, { states: ["error" as const] }];
      expect((await allPages({ order, limit: 2, ...even })).flat()).toEqual(
        inOrder[order].filter((id) => id % 2 === 0),
      );
      expect((await allPages({ order, limit: 1, ...failed })).flat()).toEqual(
        inOrder[order].filter((id) => id === 2 || id === 5),
      );
    });
  });

  describe("with a filter", () => {
    test.each<[TaskFilter, number[]]>([
      [{ namespaces: ["payments"] }, [7, 5, 3, 1]],
      [{ namespaces: ["payments", "stock"] }, [8, 7, 6, 5, 4, 3, 2, 1]],
      [{ namespaces: ["payments", "nowhere"], version: "2.0.0" }, [7]],
      [{ namespaces: [] }, []],
      [{ name: "count" }, [8, 6, 4, 2]],
      [{ name: "count", version: "2.0.0" }, []],
      [{ states: ["pending"] }, [8, 7, 6]],
      [{ states: ["complete"] }, [1]],
      [{ states: ["error", "cancelled", "error"] }, [5, 4, 2]],
      [{ states: ["pending", "in_progress"] }, [8, 7, 6, 3]],
      [{ states: [] }, []],
      [{ states: ["error"], namespaces: ["payments"] }, [5]],
      [{ initiator: "ada" }, [2, 1]],
      [{ initiator: "ad%" }, []],
      [{ sourceSystem: "cron", states: ["error"] }, [5]],
      [{ tag: "urgent" }, [4]],
      [{ tag: "urg" }, []],
      [{ correlationId: "request-2" }, [6, 2]],
      [{ parentTaskId: 1 }, [8, 6]],
      [{ requestedFrom: moment(2), requestedBefore: moment(6) }, [8, 7, 4, 3]],
      [{ requestedFrom: moment(6) }, [6, 5]],
      [{ reason: "ORDER 3" }, [3]],
      [{ reason: '100% "x_y"' }, [8, 7, 6, 5, 4, 3, 2, 1]],
      [{ reason: "order_" }, []],
      [{ annotation: { type: "note" } }, [6, 3]],
      [{ annotation: { type: "note", key: "place", value: 3 } }, [3]],
      [{ annotation: { type: "note", key: "by" } }, [6, 3]],
      [{ annotation: { type: "note", key: "at" } }, []],
      [{ annotation: { type: "other" } }, []],
      [{ paused: true }, [7]],
      [{ paused: false, sourceSystem: "cron" }, [8, 6, 5]],
    ])("%j", async (filter, expected) => {
      expect(await ids(filter)).toEqual(expected);
      expect((await read({ ...filter, total: true })).total).toBe(expected.length);
      expect((await allPages({ ...filter, limit: 1, order: "task_id" })).flat()).toEqual(expected.toReversed());
      const own = await ids({ ...filter, scope: ["payments"] });
      expect(own).toEqual(expected.filter((id) => id % 2 === 1));
      expect(await ids({ ...filter, scope: [] })).toEqual([]);
      expect((await read({ ...filter, scope: ["stock"], total: true })).total).toBe(expected.length - own.length);
    });
  });

  test("tell of each task how it stands", async () => {
    const [task] = (await read({ correlationId: "request-1", states: ["error"] })).items;
    expect(task).toMatchObject({
      task_id: 5,
      namespace: "payments",
      name: "charge",
      version: "1.0.0",
      state: "error",
      requested_at: moment(6),
      changed_at: expect.any(Date),
      initiator: "grace",
      source_system: "cron",
      tags: ["paid"],
      correlation_id: "request-1",
      paused: false,
      parent_task_id: null,
      steps: 2,
      done_steps: 0,
      failed_steps: 0,
    });
  });

  test("stay as they are while tasks are inserted: none twice, none left out", async () => {
    const noise = graphTemplate("a", { name: "noise", namespace: "noise" });
    const { engine } = createTestEngine({ database, templates: [noise] });
    const submitted: number[] = [];
    const insert = async () => {
      submitted.push((await engine.submit({ name: "noise", namespace: "noise", context: {} })).taskId);
    };
    const newest = await allPages({ limit: 2 }, insert);
    expect(newest.flat()).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    let inserts = 0;
    const oldest = await allPages({ limit: 4, order: "task_id" }, async () => {
      if (inserts++ < 2) await insert();
    });
    expect(oldest.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, ...submitted]);
    for (const id of submitted) await database.query("delete from tasker_workflow_steps where task_id = $1", [id]);
    for (const id of submitted) await database.query("delete from tasker_tasks where task_id = $1", [id]);
  });

  test("go on after a task that is named", async () => {
    expect(await ids({ cursor: cursorAfterTask(4) })).toEqual([3, 2, 1]);
  });

  test("are refused for a limit, and for a cursor, that are none", async () => {
    for (const limit of [0, 1_001, 1.5, Number.NaN]) {
      await expect(read({ limit })).rejects.toMatchObject({
        code: "TASKER_INVALID_REQUEST",
        context: { field: "limit", expected: "a whole number from 1 to 1000" },
      });
    }
    const other = (await read({ order: "requested_at", limit: 1 })).nextCursor ?? "";
    for (const cursor of ["", "x", "1", other]) {
      await expect(read({ cursor })).rejects.toMatchObject({
        code: "TASKER_INVALID_REQUEST",
        context: { field: "cursor" },
      });
    }
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { z } from "zod";
import type { JsonValue } from "../../../src/json/json-value.ts";
import { valueAtPath } from "../../../src/json/value-at-path.ts";

const Json: z.ZodType<JsonValue> = z.json();
const save = z.record(z.string(), z.string()).default({});

const Action = z.union([
  z.strictObject({ call: z.string(), body: Json, status: z.int(), answer: Json, save }),
  z.strictObject({ submit: Json, save }),
  z.strictObject({ cancel: z.string() }),
  z.strictObject({ settled: z.string(), state: z.string(), steps: z.record(z.string(), Json).default({}) }),
]);

const Case = z.strictObject({ name: z.string(), description: z.string(), template: Json, actions: z.array(Action) });

/** What a worker does, and what it is answered. */
export type Case = z.infer<typeof Case>;

/** Sends a request; gives the status and the answer. */
export type Send = (method: string, path: string, body?: unknown) => Promise<{ status: number; answer: unknown }>;

/** The cases of the worker protocol. */
export function readCases(): Case[] {
  const folder = join(import.meta.dirname, "../../../conformance/worker-protocol");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => Case.parse(JSON.parse(readFileSync(join(folder, file), "utf8"))));
}

/** Plays a case against a server. */
export async function playCase({ actions }: Case, send: Send): Promise<void> {
  const known = new Map<string, JsonValue>();
  const remember = (names: Readonly<Record<string, string>>, answer: unknown) => {
    for (const [name, path] of Object.entries(names)) known.set(name, Json.parse(valueAtPath(answer, path)));
  };
  for (const [place, action] of actions.entries()) {
    const what = `action ${place}: ${JSON.stringify(action).slice(0, 120)}`;
    if ("call" in action) {
      const { status, answer } = await send("POST", `/v1/worker/${action.call}`, fill(action.body, known));
      expect({ status, answer }, what).toMatchObject({
        status: action.status,
        answer: expected(action.answer, known) as object,
      });
      remember(action.save, answer);
    } else if ("submit" in action) {
      const { status, answer } = await send("POST", "/v1/tasks", fill(action.submit, known));
      expect(status, what).toBe(201);
      remember(action.save, answer);
    } else if ("cancel" in action) {
      const { status } = await send("POST", `/v1/tasks/${fill(action.cancel, known)}/cancel`, { reason: "for a test" });
      expect(status, what).toBe(200);
    } else {
      const task = await settle(send, Number(fill(action.settled, known)), action.state);
      for (const [name, step] of Object.entries(action.steps)) {
        expect(
          task.steps.find((one) => one.name === name),
          `${what}, ${name}`,
        ).toMatchObject(expected(step, known) as object);
      }
    }
  }
}

const Details = z.looseObject({ state: z.string(), steps: z.array(z.looseObject({ name: z.string() })) });

async function settle(send: Send, taskId: number, state: string): Promise<z.infer<typeof Details>> {
  for (let looks = 0; looks < 400; looks += 1) {
    const task = Details.parse((await send("GET", `/v1/tasks/${taskId}`)).answer);
    if (task.state === state) return task;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`task ${taskId} is not ${state} in time`);
}

/** Puts in what earlier answers gave: `$name` stands for it. */
function fill(value: JsonValue, known: ReadonlyMap<string, JsonValue>): JsonValue {
  if (typeof value === "string" && value.startsWith("$")) return known.get(value.slice(1)) ?? value;
  if (Array.isArray(value)) return value.map((item) => fill(item, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, known)]));
}

const WILD: Readonly<Record<string, unknown>> = {
  $text: expect.any(String),
  $number: expect.any(Number),
  $any: expect.toSatisfy(() => true),
};

/** What an answer must have: members that are not named may be there as well. */
function expected(value: JsonValue, known: ReadonlyMap<string, JsonValue>): unknown {
  if (typeof value === "string") return WILD[value] ?? fill(value, known);
  if (Array.isArray(value)) return value.map((item) => expected(item, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expected(item, known)]));
}

import { expect, test } from "vitest";
import { Watchmen } from "../../src/server/live/watchmen.ts";
import { until } from "../support/engine-harness.ts";

test("clients are asked one round after the other, also if all of them change during a round", async () => {
  const watchmen = new Watchmen(1);
  let hasBegun = false;
  let answer: (may: boolean) => void = () => {};
  const leave = watchmen.watch(
    () =>
      new Promise((resolve) => {
        answer = resolve;
        hasBegun = true;
      }),
    () => {},
  );
  let isAsked = false;
  let overlaps = 0;
  let rounds = 0;
  await until(() => hasBegun, "the first round");
  leave();
  const stop = watchmen.watch(
    async () => {
      if (isAsked) overlaps += 1;
      isAsked = true;
      await new Promise((resolve) => setTimeout(resolve, 5));
      isAsked = false;
      rounds += 1;
      return true;
    },
    () => {},
  );
  answer(true);
  await until(() => rounds > 10, "rounds");
  stop();
  expect(overlaps).toBe(0);
});

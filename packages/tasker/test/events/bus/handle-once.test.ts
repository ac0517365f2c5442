import { expect, test } from "vitest";
import { handleOnce } from "../../../src/events/bus/handle-once.ts";
import { sampleEvent } from "../../support/sample-event.ts";

const make = (remember?: number) => {
  const seen: string[] = [];
  let isBroken = false;
  const listener = handleOnce(
    async ({ id }) => {
      await Promise.resolve();
      if (isBroken) throw new Error("down");
      seen.push(id);
    },
    remember === undefined ? {} : { remember },
  );
  return {
    seen,
    tell: (id: string) => listener(sampleEvent({ id })),
    breakIt: (broken: boolean) => (isBroken = broken),
  };
};

test("an event is handled once, however often it is told, even at the same time", async () => {
  const { seen, tell } = make();
  await Promise.all([tell("a"), tell("a"), tell("b")]);
  await tell("a");
  expect(seen).toEqual(["a", "b"]);
});

test("an event that could not be handled is handled when it comes again", async () => {
  const { seen, tell, breakIt } = make();
  breakIt(true);
  await expect(tell("a")).rejects.toThrow("down");
  breakIt(false);
  await tell("a");
  expect(seen).toEqual(["a"]);
});

test("as many as asked for are remembered, the last ones", async () => {
  const { seen, tell } = make(2);
  for (const id of ["a", "b", "c", "b", "a"]) await tell(id);
  expect(seen).toEqual(["a", "b", "c", "a"]);
});

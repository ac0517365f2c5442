import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock/clock.ts";
import { NotRunningError } from "../../src/errors/index.ts";
import { type ResourceKind, SharedResources } from "../../src/handlers/resources.ts";

const kindOf = (close: (resource: object) => void | Promise<void> = () => {}): ResourceKind<object> => ({
  name: "things",
  open: () => ({}),
  close,
});

describe("resources of handlers", () => {
  test("are opened once for all that ask, and closed together", async () => {
    const closed: object[] = [];
    const kind = kindOf((resource) => void closed.push(resource));
    const resources = new SharedResources(systemClock, Math.random);
    const first = resources.get(kind);
    expect(resources.get(kind)).toBe(first);
    expect(resources.get(kindOf())).not.toBe(first);
    await resources.close();
    expect(closed).toEqual([first]);
    expect(() => resources.get(kind)).toThrow(NotRunningError);
    await resources.close();
    expect(closed).toHaveLength(1);
  });

  test("are all closed, although one of them fails to", async () => {
    const closed: object[] = [];
    const resources = new SharedResources(systemClock, Math.random);
    resources.get(
      kindOf(() => {
        throw new Error("stuck");
      }),
    );
    resources.get(kindOf(async (resource) => void closed.push(resource)));
    await expect(resources.close()).rejects.toThrow("could not be closed");
    expect(closed).toHaveLength(1);
  });
});

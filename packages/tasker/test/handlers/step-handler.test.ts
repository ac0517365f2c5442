import { describe, expect, test } from "vitest";
import type { StepExecution } from "../../src/handlers/execution.ts";
import { StepHandler } from "../../src/handlers/step-handler.ts";
import { runStep } from "./run-step.ts";

type Shaping = (step: StepExecution, output: unknown, previous: unknown) => void | Promise<void>;

class Sample extends StepHandler<null> {
  readonly #output: () => unknown;
  readonly #shape: Shaping;

  constructor(output: () => unknown, shape: Shaping = () => undefined) {
    super(null);
    this.#output = output;
    this.#shape = shape;
  }

  override process(): unknown {
    return this.#output();
  }

  override processResults(step: StepExecution, output: unknown, previous: unknown): void | Promise<void> {
    return this.#shape(step, output, previous);
  }
}

describe("a step handler", () => {
  test.each([[{ total: 3 }], ["text"], [0], [false], [[]]])("stores what process returns: %j", async (output) => {
    expect(await runStep(new Sample(() => output))).toEqual({ output, stored: output });
  });

  test.each([[null], [undefined]])("stores null where process returns %s", async (output) => {
    expect((await runStep(new Sample(() => output))).stored).toBeNull();
  });

  test("waits for a process that takes its time", async () => {
    expect((await runStep(new Sample(() => Promise.resolve("later")))).stored).toBe("later");
  });

  test("stores what processResults assigns, and still returns what process did", async () => {
    const shape: Shaping = async (step, output) => {
      await Promise.resolve();
      step.results = { shaped: output };
    };
    expect(await runStep(new Sample(() => 5, shape))).toEqual({ output: 5, stored: { shaped: 5 } });
  });

  test("sees that results were changed in place", async () => {
    const shape: Shaping = (step) => {
      Object.assign(step.results as object, { added: 1 });
    };
    const { stored } = await runStep(new Sample(() => "output", shape), { previous: { kept: 1 } });
    expect(stored).toEqual({ kept: 1, added: 1 });
  });

  test("hands processResults what an earlier attempt left, and replaces it by the output", async () => {
    const seen: unknown[] = [];
    const previous = { error: "once" };
    const { stored } = await runStep(
      new Sample(
        () => "fine",
        (_step, _output, before) => void seen.push(before),
      ),
      {
        previous,
      },
    );
    expect(seen).toEqual([{ error: "once" }]);
    expect(stored).toBe("fine");
  });

  test.each([
    [
      "process",
      new Sample(() => {
        throw new RangeError("no");
      }),
    ],
    ["process, later", new Sample(() => Promise.reject(new RangeError("no")))],
    [
      "processResults",
      new Sample(
        () => 1,
        () => {
          throw new RangeError("no");
        },
      ),
    ],
  ])("fails with what %s throws", async (_what, handler) => {
    await expect(runStep(handler)).rejects.toThrow(new RangeError("no"));
  });
});

import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import type { StepExecution, StepSequence, TaskView } from "../../src/handlers/execution.ts";
import type { JsonShape } from "../../src/handlers/json-shape.ts";
import { StepHandler } from "../../src/handlers/step-handler.ts";
import type { JsonObject, JsonValue } from "../../src/json/json-value.ts";

class ShipOrder extends StepHandler<{ readonly carrier: string }> {
  override process(_task: TaskView, _sequence: StepSequence, _step: StepExecution): { parcel: string } {
    return { parcel: this.config.carrier };
  }
}

class Shape extends StepHandler {
  override process(): { raw: string } {
    return { raw: "x" };
  }
  override processResults(step: StepExecution): void {
    step.results = { shaped: true };
  }
}

const shop = () =>
  defineTask({ name: "order", context: z.object({ amount: z.number(), note: z.string().default("") }) });

describe("types of defineTask", () => {
  test("a step sees the context as zod returns it", () => {
    shop().step("a", {
      process: (task) => {
        expectTypeOf(task.context).toEqualTypeOf<Readonly<{ amount: number; note: string }>>();
        // @ts-expect-error there is no such field
        return task.context.amont;
      },
    });
  });

  test("without a zod schema the context is any JSON object, or the type that is given", () => {
    defineTask({ name: "free" }).step("a", {
      process: (task) => expectTypeOf(task.context).toEqualTypeOf<Readonly<JsonObject>>(),
    });
    defineTask<{ id: number }>({ name: "free", context: { type: "object" } }).step("a", {
      process: (task) => expectTypeOf(task.context.id).toEqualTypeOf<number>(),
    });
  });

  test("a step reads the results of the steps before it, direct or not, as JSON gives them back", () => {
    shop()
      .step("first", { process: async () => ({ at: new Date(0), total: 1, gone: undefined as string | undefined }) })
      .step("second", { dependsOn: ["first"], process: () => ["x"] })
      .step("third", {
        dependsOn: ["second"],
        process: (_task, sequence) => {
          expectTypeOf(sequence.resultsOf("first")).toEqualTypeOf<{ at: string; total: number; gone?: string }>();
          expectTypeOf(sequence.resultsOf("second")).toEqualTypeOf<string[]>();
        },
      })
      .step("fourth", {
        dependsOn: ["third"],
        process: (_task, sequence) => expectTypeOf(sequence.resultsOf("third")).toEqualTypeOf<null>(),
      });
  });

  test("a step does not see the results of steps that it does not wait for", () => {
    shop()
      .step("left", { process: () => 1 })
      .step("right", { process: () => 2 })
      .step("end", {
        dependsOn: ["left"],
        process: (_task, sequence) => {
          // @ts-expect-error `end` does not depend on `right`
          sequence.resultsOf("right");
          return sequence.resultsOf("left");
        },
      })
      .step("alone", {
        process: (_task, sequence) => {
          // @ts-expect-error a step without dependencies sees none
          sequence.resultsOf("left");
        },
      });
  });

  test("a name in dependsOn must be that of a step that is defined already", () => {
    shop()
      .step("first", { process: () => 1 })
      // @ts-expect-error `fist` is not a step
      .step("second", { dependsOn: ["fist"], process: () => 2 });
    // @ts-expect-error a step cannot depend on itself
    shop().step("loop", { dependsOn: ["loop"], process: () => 2 });
    shop()
      .step("first", { process: () => 1 })
      // @ts-expect-error the name is taken
      .step("first", { process: () => 2 });
  });

  test("what processResults returns is what later steps read", () => {
    shop()
      .step("shaped", {
        process: () => ({ body: "x", status: 200 }),
        processResults: (_step, output) => ({ ok: output.status === 200 }),
      })
      .step("assigned", {
        process: () => ({ body: "x" }),
        processResults: (step, output) => {
          step.results = output.body;
        },
      })
      .step("end", {
        dependsOn: ["shaped", "assigned"],
        process: (_task, sequence) => {
          expectTypeOf(sequence.resultsOf("shaped")).toEqualTypeOf<{ ok: boolean }>();
          expectTypeOf(sequence.resultsOf("assigned")).toEqualTypeOf<JsonValue>();
        },
      });
  });

  test("a handler class is given its configuration, and its process tells what is stored", () => {
    shop()
      .step("ship", { handler: ShipOrder, handlerConfig: { carrier: "post" } })
      .step("shape", { handler: Shape })
      .step("end", {
        dependsOn: ["ship", "shape"],
        process: (_task, sequence) => {
          expectTypeOf(sequence.resultsOf("ship")).toEqualTypeOf<{ parcel: string }>();
          expectTypeOf(sequence.resultsOf("shape")).toEqualTypeOf<JsonValue>();
        },
      });
    // @ts-expect-error `carrier` is a text
    shop().step("ship", { handler: ShipOrder, handlerConfig: { carrier: 5 } });
    // @ts-expect-error the class needs a configuration
    shop().step("ship", { handler: ShipOrder });
    // @ts-expect-error an unknown option
    shop().step("a", { process: () => 1, retries: 3 });
  });

  test("a step that runs for each item sees the item, and the steps after it a list", () => {
    shop()
      .step("load", { process: () => ({ orders: [{ id: 1, at: new Date(0) }], deep: { lists: [["x"]] } }) })
      .step("ids", { process: () => [1, 2] })
      .step("loose", { process: (): unknown => [] })
      .step("each", {
        forEach: { step: "load", path: "orders", maxParallel: 3 },
        process: (_task, sequence, step) => {
          expectTypeOf(step.inputs).toEqualTypeOf<{ id: number; at: string }>();
          expectTypeOf(sequence.resultsOf("load").deep).toEqualTypeOf<{ lists: string[][] }>();
          return { done: step.inputs.id };
        },
      })
      .step("whole", {
        forEach: { step: "ids" },
        process: (_task, _sequence, step) => expectTypeOf(step.inputs).toEqualTypeOf<number>(),
      })
      .step("deep", {
        forEach: { step: "load", path: "deep.lists.0" },
        process: (_task, _sequence, step) => expectTypeOf(step.inputs).toEqualTypeOf<string>(),
      })
      .step("any", {
        forEach: { step: "loose" },
        process: (_task, _sequence, step) => expectTypeOf(step.inputs).toEqualTypeOf<JsonValue>(),
      })
      .step("shipped", { forEach: { step: "ids" }, handler: ShipOrder, handlerConfig: { carrier: "post" } })
      .step("again", {
        forEach: { step: "each" },
        process: (_task, _sequence, step) => expectTypeOf(step.inputs).toEqualTypeOf<{ done: number }>(),
      })
      .step("end", {
        dependsOn: ["each", "shipped"],
        process: (_task, sequence) => {
          expectTypeOf(sequence.resultsOf("each")).toEqualTypeOf<readonly { done: number }[]>();
          expectTypeOf(sequence.resultsOf("shipped")).toEqualTypeOf<readonly { parcel: string }[]>();
        },
      });
    // @ts-expect-error no step of this name comes before
    shop().step("each", { forEach: { step: "lode" }, process: () => 1 });
  });

  test("the shape of a value after JSON", () => {
    expectTypeOf<JsonShape<unknown>>().toEqualTypeOf<JsonValue>();
    expectTypeOf<JsonShape<void>>().toEqualTypeOf<null>();
    expectTypeOf<JsonShape<{ a?: Date; b: bigint; c: [1, Date] }>>().toEqualTypeOf<{
      a?: string;
      b: never;
      c: [1, string];
    }>();
    expectTypeOf<JsonShape<Date | null>>().toEqualTypeOf<string | null>();
    expectTypeOf<JsonShape<readonly { at: Date }[]>>().toEqualTypeOf<readonly { at: string }[]>();
  });

  test("results of a step that may be skipped or fail may be missing", () => {
    const read = (sequence: StepSequence<{ a: unknown }>) => sequence.resultsOf("a");
    const process = () => 1;
    shop()
      .step("a", { process })
      .step("plain", { process, dependsOn: ["a"], onFailure: "fail", skippable: false })
      .step("asked", { process, runIf: (task) => task.context.amount > 3 })
      .step("tested", { process, dependsOn: ["a"], runIf: { step: "a", greaterThan: 3 }, defaultResults: "none" })
      .step("skippable", { process, skippable: true })
      .step("ignored", { process, onFailure: "continue" })
      .step("taking", { process, runIf: { path: "amount", exists: true }, whenSkipped: "skip_dependants" })
      .step("class", { handler: ShipOrder, handlerConfig: { carrier: "x" }, onFailure: "continue" })
      .step("last", {
        dependsOn: ["plain", "asked", "tested", "skippable", "ignored", "taking", "class"],
        process: (_task, sequence) => {
          expectTypeOf(sequence.resultsOf("plain")).toEqualTypeOf<number>();
          expectTypeOf(sequence.resultsOf("asked")).toEqualTypeOf<number | null>();
          expectTypeOf(sequence.resultsOf("tested")).toEqualTypeOf<number | "none">();
          expectTypeOf(sequence.resultsOf("skippable")).toEqualTypeOf<number | null>();
          expectTypeOf(sequence.resultsOf("ignored")).toEqualTypeOf<number | null>();
          expectTypeOf(sequence.resultsOf("taking")).toEqualTypeOf<number>();
          expectTypeOf(sequence.resultsOf("class")).toEqualTypeOf<{ parcel: string } | null>();
          return read(sequence);
        },
      });
  });

  test("a condition sees its context and the results of the steps before it, and names no other", () => {
    shop()
      .step("first", { process: () => ({ total: 1 }) })
      .step("beside", { process: () => 1 })
      .step("second", {
        dependsOn: ["first"],
        runIf: (task, sequence) => {
          expectTypeOf(task.context.amount).toEqualTypeOf<number>();
          expectTypeOf(sequence.resultsOf("first")).toEqualTypeOf<{ total: number }>();
          return true;
        },
        process: () => 1,
      })
      // @ts-expect-error a condition answers at once
      .step("third", { runIf: async () => true, process: () => 1 });
    const begun = shop()
      .step("first", { process: () => 1 })
      .step("beside", { process: () => 1 });
    // @ts-expect-error "beside" is not before it
    begun.step("second", { dependsOn: ["first"], runIf: { step: "beside", exists: true }, process: () => 1 });
  });
});

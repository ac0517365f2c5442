import { PermanentError } from "../../errors/index.ts";
import { recordCalls } from "../handlers/recorded-handler.ts";
import { type BoundShape, bindShape, defineShape } from "../shapes/shape.ts";
import { checkSize } from "../shapes/sized-shapes.ts";

/** Options of {@link systemCoordination}. */
export interface CoordinationOptions {
  /** A system that refuses its reservation for good. Default: none. */
  readonly refusing?: string;
}

/**
 * Several systems that act together: a reservation in each, at the same time; a decision once all are made; a
 * confirmation in each; a report. Steps belong to the systems that they talk to. If a system refuses, nothing is decided.
 * @param systems names, such as `payments` and `stock`; the steps are `reserve_payments`, `confirm_payments`, ...
 * @throws ConfigurationError without a system
 */
export function systemCoordination(systems: readonly string[], options: CoordinationOptions = {}): BoundShape {
  checkSize("systems.length", systems.length, 1);
  const reserve = systems.map((system) => `reserve_${system}`);
  const confirm = systems.map((system) => `confirm_${system}`);
  const shape = defineShape(
    "system_coordination",
    {
      ...Object.fromEntries(reserve.map((step) => [step, []])),
      decide: reserve,
      ...Object.fromEntries(confirm.map((step) => [step, ["decide"]])),
      report: confirm,
    },
    {
      version: "1.0.0",
      stepSettings: Object.fromEntries(
        systems.flatMap((system) => [
          [`reserve_${system}`, { dependentSystem: system }],
          [`confirm_${system}`, { dependentSystem: system }],
        ]),
      ),
    },
  );
  const reservations = systems.map((system) => {
    const handler = recordCalls((_execution, step) => {
      if (system === options.refusing) throw new PermanentError(`${system} refuses`, { errorCode: "REFUSED" });
      return { reservation: `${system}-${step.stepId}` };
    });
    return [`reserve_${system}`, handler] as const;
  });
  const confirmations = systems.map((system) => {
    const handler = recordCalls((_execution, _step, _task, sequence) => ({
      confirmed: sequence.resultsOf(`reserve_${system}`),
    }));
    return [`confirm_${system}`, handler] as const;
  });
  return bindShape(shape, Object.fromEntries([...reservations, ...confirmations]));
}

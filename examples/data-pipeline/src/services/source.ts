import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "@example/simulation";
import type { Period } from "../analytics-context.ts";

/** A system that records are fetched from. */
export interface Source<Row> {
  readonly name: string;
  /**
   * Fetches the records of a period.
   * @param patienceSeconds the answer is `timeout` if the source would take longer
   */
  fetch(period: Period, patienceSeconds: number): Promise<Answer<readonly Row[]>>;
}

/** How a {@link SimulatedSource} behaves. */
export interface SimulatedSourceOptions<Row> {
  readonly rows: readonly Row[];
  /** Whether a record belongs to a period. Default: every one does. */
  readonly isIn?: (row: Row, period: Period) => boolean;
  /** Outcomes of the first calls. Default: none fails. */
  readonly script?: OutcomeScript;
  /** How long an answer would take. No time passes: a caller with less patience is told `timeout` at once. Default: 0. */
  readonly latencySeconds?: number;
}

/** A source in memory. */
export class SimulatedSource<Row> implements Source<Row> {
  readonly name: string;
  readonly #options: SimulatedSourceOptions<Row>;
  readonly #script: ScriptPlayer;

  constructor(name: string, options: SimulatedSourceOptions<Row>) {
    this.name = name;
    this.#options = options;
    this.#script = new ScriptPlayer(options.script);
  }

  /** Calls so far, whatever became of them. */
  get calls(): number {
    return this.#script.calls;
  }

  fetch(period: Period, patienceSeconds: number): Promise<Answer<readonly Row[]>> {
    const { rows, isIn = () => true, latencySeconds = 0 } = this.#options;
    const scripted = this.#script.next() ?? (latencySeconds > patienceSeconds ? "timeout" : null);
    return Promise.resolve(scripted === null ? answer(rows.filter((row) => isIn(row, period))) : refuse(scripted));
  }
}

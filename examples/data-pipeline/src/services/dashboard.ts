import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "@example/simulation";
import type { JsonValue } from "tasker";

/** What a dashboard shows, section by section. */
export type Sections = Readonly<Record<string, JsonValue>>;

/** The dashboards of the house, in memory. Putting one there again replaces it. */
export class Dashboards {
  readonly #boards = new Map<string, Sections>();
  readonly #script: ScriptPlayer;

  readonly #latencySeconds: number;

  /**
   * @param script outcomes of the first calls to {@link update}. Default: none fails
   * @param latencySeconds how long an answer would take; no time passes. Default: 0
   */
  constructor(script: OutcomeScript = [], latencySeconds = 0) {
    this.#script = new ScriptPlayer(script);
    this.#latencySeconds = latencySeconds;
  }

  /** Calls so far, whatever became of them. */
  get calls(): number {
    return this.#script.calls;
  }

  /** What a dashboard shows, if it exists. */
  get(id: string): Sections | undefined {
    return this.#boards.get(id);
  }

  /** @param patienceSeconds the answer is `timeout` if it would take longer */
  update(
    id: string,
    sections: Sections,
    patienceSeconds: number,
  ): Promise<Answer<{ readonly id: string; readonly sections: Sections }>> {
    const scripted = this.#script.next() ?? (this.#latencySeconds > patienceSeconds ? "timeout" : null);
    if (scripted !== null) return Promise.resolve(refuse(scripted));
    this.#boards.set(id, sections);
    return Promise.resolve(answer({ id, sections }));
  }
}

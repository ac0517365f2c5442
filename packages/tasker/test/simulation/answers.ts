import type { SqlType } from "../../src/database/sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "../../src/database/statement.ts";

interface Answer {
  answer(parameters: readonly unknown[]): readonly object[];
}

/** What a simulated database answers to the statements of the engine, each by its name. */
export class Answers {
  /** Statements that were asked and to which there is no answer. */
  readonly unknown = new Set<string>();
  readonly #answers = new Map<string, Answer>();

  /** Sets what is answered to a statement. */
  on<const P extends readonly SqlType<unknown>[], C extends Readonly<Record<string, SqlType<unknown>>>>(
    { name }: Statement<P, C>,
    answer: (parameters: ParametersOf<P>) => readonly RowOf<C>[],
  ): void {
    const entry: { answer(parameters: ParametersOf<P>): readonly object[] } = { answer };
    this.#answers.set(name, entry);
  }

  /** The rows of one call of a statement. */
  answer(name: string, parameters: readonly unknown[]): readonly object[] {
    const known = this.#answers.get(name);
    if (known === undefined) this.unknown.add(name);
    return known?.answer(parameters) ?? [];
  }
}

/** Something that breaks a rule, or may. */
export interface HistoryFinding {
  readonly taskId: number;
  /** Null: the task itself. */
  readonly stepId: number | null;
  /** What is there, for readers. */
  readonly found: string;
  /** Whether it cannot be told from the rows if the rule is broken: rows that somebody else wrote do not say enough. */
  readonly unclear: boolean;
}

/** What breaks a rule: how often, and the first findings. */
export interface RuleBreaches {
  readonly violations: number;
  /** Cases of which it cannot be told. */
  readonly unclear: number;
  readonly findings: readonly HistoryFinding[];
}

/** How a rule fared. */
export interface RuleReport extends RuleBreaches {
  readonly rule: string;
  /** What is so where the rule is kept. */
  readonly verifies: string;
}

/** What a check of the audit trail has found. */
export interface HistoryReport {
  /** Tasks that were checked. */
  readonly tasks: number;
  /** Their steps. */
  readonly steps: number;
  /** Breaches of rules, all rules together. */
  readonly violations: number;
  /** Cases of which it cannot be told, all rules together. */
  readonly unclear: number;
  /** Every rule that was checked, also those that hold. */
  readonly rules: readonly RuleReport[];
  /** Rules that could not be checked, and why. */
  readonly unchecked: readonly { readonly rule: string; readonly reason: string }[];
}

/** Adds up what stretch after stretch of tasks breaks a rule. */
export class RuleTally {
  readonly #listed: number;
  readonly #facts: { readonly name: string; readonly verifies: string };
  readonly #findings: HistoryFinding[] = [];
  #violations = 0;
  #unclear = 0;

  /** @param listed findings that are kept of each kind */
  constructor(facts: { readonly name: string; readonly verifies: string }, listed: number) {
    this.#facts = facts;
    this.#listed = listed;
  }

  add({ violations, unclear, findings }: RuleBreaches): void {
    this.#violations += violations;
    this.#unclear += unclear;
    for (const one of findings) {
      if (this.#findings.filter(({ unclear }) => unclear === one.unclear).length < this.#listed)
        this.#findings.push(one);
    }
  }

  report(): RuleReport {
    const { name: rule, verifies } = this.#facts;
    const findings = this.#findings.toSorted((a, b) => Number(a.unclear) - Number(b.unclear));
    return { rule, verifies, violations: this.#violations, unclear: this.#unclear, findings };
  }
}

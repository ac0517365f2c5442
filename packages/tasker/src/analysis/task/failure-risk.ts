import { itemAt, type TaskGraph } from "./task-graph.ts";

/** Steps that are named, those most likely to fail. */
const MOST_NAMED = 5;

/** A step that has often failed in earlier tasks. */
export interface RiskyStep {
  readonly step_id: number;
  readonly step_name: string;
  /** Attempts of earlier tasks, and those among them that failed. */
  readonly past_attempts: number;
  readonly past_failures: number;
  readonly attempts_left: number;
  /** Probability that all of these fail. */
  readonly probability: number;
}

/** How likely it is that a task fails. */
export interface FailureRisk {
  /**
   * Probability, 0 to 1, that a remaining step uses up its attempts, if attempts fail as often as in earlier tasks and
   * independently of each other; 1 if one has. Null if no remaining step has a history.
   */
  readonly probability_of_failure: number | null;
  /** The five most likely to fail, without those that never did. */
  readonly riskiest_steps: readonly RiskyStep[];
}

/** Estimates from earlier tasks how likely it is that a task fails. */
export function estimateRisk({ steps, standings }: TaskGraph): FailureRisk {
  const risks: RiskyStep[] = [];
  let known = 0;
  let success = 1;
  for (const [index, step] of steps.entries()) {
    const { isSatisfied, isExhausted } = itemAt(standings, index);
    if (isSatisfied || step.state === "cancelled") continue;
    if (isExhausted) success = 0;
    const { history } = step;
    if (isExhausted || history === null || history.attempts === 0) continue;
    known += 1;
    // An attempt under way counts as used, and can still fail.
    const left = Math.max(1, step.retryLimit - step.attempts + (step.state === "in_progress" ? 1 : 0));
    const probability = (history.failed_attempts / history.attempts) ** (step.retryable ? left : 1);
    success *= 1 - probability;
    if (probability === 0) continue;
    risks.push({
      step_id: step.id,
      step_name: step.name,
      past_attempts: history.attempts,
      past_failures: history.failed_attempts,
      attempts_left: step.retryable ? left : 1,
      probability: round(probability),
    });
  }
  return {
    probability_of_failure: known === 0 && success === 1 ? null : round(1 - success),
    riskiest_steps: risks.sort((a, b) => b.probability - a.probability).slice(0, MOST_NAMED),
  };
}

const round = (probability: number) => Math.round(probability * 1e6) / 1e6;

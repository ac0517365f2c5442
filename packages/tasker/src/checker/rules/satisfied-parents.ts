import type { HistoryRule } from "../history-rule.ts";

/**
 * By the order of commits, which is exact. A row that somebody else has written has none: then the times are compared, and as
 * clocks differ a wrong order of them is no proof.
 */
export const satisfiedParents: HistoryRule = {
  name: "satisfied parents",
  verifies: "a step starts, or is skipped by an engine, after each of its parents is complete or resolved",
  sql: `
    select e.task_id, c.step_id,
      case
        when not p.satisfied then format('%s although parent %s is %s', c.begun, p.step_id, p.state)
        when p.satisfied_seq > c.begun_seq then
          format('%s at seq %s, parent %s is satisfied at %s', c.begun, c.begun_seq, p.step_id, p.satisfied_seq)
        else format('%s at %s, parent %s is satisfied at %s, not both by an engine', c.begun, c.begun_at, p.step_id,
          p.satisfied_at)
      end as found,
      p.satisfied and (p.satisfied_seq is null or c.begun_seq is null) as unclear
    from edges e
    join steps c on c.step_id = e.to_step_id
    join steps p on p.step_id = e.from_step_id
    where c.begun is not null and case
      when not p.satisfied then true
      when p.satisfied_seq is null or c.begun_seq is null then p.satisfied_at > c.begun_at
      else p.satisfied_seq > c.begun_seq end`,
};

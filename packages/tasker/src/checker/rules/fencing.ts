import type { HistoryRule } from "../history-rule.ts";

/** An epoch is drawn with each change of the owner, so a row with an older one than the row before is a zombie's. */
export const fencing: HistoryRule = {
  name: "fencing",
  verifies:
    "within a task epochs never decrease in the order of commits, each is one writer's, and none is above the run's",
  readsEngineTables: true,
  sql: `
    select n.task_id, n.step_id,
      case when n.epoch is null then format('writer %s without an epoch at sort key %s', n.writer, n.sort_key)
           when n.epoch < n.newest_before then
             format('epoch %s of writer %s after epoch %s at sort key %s', n.epoch, n.writer, n.newest_before, n.sort_key)
           when n.writer <> n.first_writer then
             format('epoch %s of writer %s, which is writer %s''s, at sort key %s', n.epoch, n.writer, n.first_writer,
               n.sort_key)
           else format('epoch %s of writer %s at sort key %s, the run has %s', n.epoch, n.writer, n.sort_key, k.epoch) end
        as found,
      false as unclear
    from (
      select m.*,
        max(m.epoch) over (partition by m.task_id order by m.seq rows between unbounded preceding and 1 preceding)
          as newest_before,
        first_value(m.writer) over (partition by m.task_id, m.epoch order by m.seq) as first_writer
      from moves m where m.writer > 0
    ) n
    join tasks k on k.task_id = n.task_id
    where n.epoch is null or n.epoch < n.newest_before or n.writer <> n.first_writer or n.epoch > k.epoch`,
};

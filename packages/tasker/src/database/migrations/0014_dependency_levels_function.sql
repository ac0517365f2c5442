-- made elsewhere if exists: calculate_dependency_levels(bigint)
--
-- The level of each step of a task: the length of the longest path to it from a step without parents. Paths that leave
-- the task do not count. Absent are the steps that no such path reaches and, because their longest path has no end,
-- the members of a cycle and all steps below one; the reference's function does not return then.
--
-- Each edge is looked at twice, whatever the number of paths: to count the edges by which the roots reach a step, and to
-- take them off again as the levels of its parents become known. Steps are known by their position in the sorted list
-- of ids, where a child is found by binary search: there is nothing to join, and no plan to go wrong.
create function calculate_dependency_levels(input_task_id bigint)
returns table (workflow_step_id bigint, dependency_level integer)
language plpgsql stable
as $$
#variable_conflict use_column
declare
  ids bigint[];
  roots integer[];
  -- the children of all steps, by parent, and where those of each step end
  children integer[];
  ends integer[];
  queue integer[];
  queued integer;
  head integer := 0;
  step integer;
  child integer;
  unmet integer[];
  levels integer[];
begin
  select array_agg(step.workflow_step_id order by step.workflow_step_id) into ids
  from tasker_workflow_steps step where step.task_id = input_task_id;

  select array_agg(own.position) into roots
  from unnest(ids) with ordinality own (id, position)
  where not exists (select from tasker_workflow_step_edges edge where edge.to_step_id = own.id offset 0);

  if roots is null then
    return;
  end if;

  with edges as materialized (
    select own.position, found.position as child
    from unnest(ids) with ordinality own (id, position)
    left join lateral (
      select target.position
      from tasker_workflow_step_edges edge
      -- (select ids): a flat array, where the variable itself would be flattened again for each edge
      cross join lateral (select width_bucket(edge.to_step_id, (select ids)) as position) target
      where edge.from_step_id = own.id and (select ids)[target.position] = edge.to_step_id
      offset 0
    ) found on true
  )
  select
    (select array_agg(edges.child order by edges.position) from edges where edges.child is not null),
    (
      select array_agg(counted.ends order by counted.position)
      from (
        select edges.position, sum(count(edges.child)) over (order by edges.position)::integer as ends
        from edges group by edges.position
      ) counted
    )
    into children, ends;

  unmet := array_fill(0, array[cardinality(ids)]);
  levels := unmet;
  queue := roots;
  queued := cardinality(queue);
  while head < queued loop
    head := head + 1;
    step := queue[head];
    for edge in coalesce(ends[step - 1], 0) + 1 .. ends[step] loop
      child := children[edge];
      if unmet[child] = 0 then
        queued := queued + 1;
        queue[queued] := child;
      end if;
      unmet[child] := unmet[child] + 1;
    end loop;
  end loop;

  -- Steps come into the queue in the order of their levels: the parent that is met last is one of the highest.
  queue := roots;
  queued := cardinality(queue);
  head := 0;
  while head < queued loop
    head := head + 1;
    step := queue[head];
    for edge in coalesce(ends[step - 1], 0) + 1 .. ends[step] loop
      child := children[edge];
      unmet[child] := unmet[child] - 1;
      if unmet[child] = 0 then
        queued := queued + 1;
        queue[queued] := child;
        levels[child] := levels[step] + 1;
      end if;
    end loop;
  end loop;

  return query
  select ids[position], levels[position] from unnest(queue) position order by 2, 1;
end
$$;

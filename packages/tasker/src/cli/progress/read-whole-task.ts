import type { z } from "zod";
import type { Step } from "../../api/shapes/step.ts";
import type { TaskDetails } from "../../api/shapes/task.ts";
import { type Client, ROUTES } from "../../client/index.ts";
import { readPages } from "../read-pages.ts";

type Answer = z.output<typeof TaskDetails>;

const ALL = { limit: Number.POSITIVE_INFINITY };

/** Everything about a task: where the answer about it says that there are more steps or transitions, with all of them. */
export async function readWholeTask(client: Client, taskId: number): Promise<Answer> {
  const params = { task_id: taskId };
  const answer = await client.call(ROUTES.getTask, { params });
  const { truncated } = answer;
  const isWhole = !answer.steps.some((step) => step.left_out);
  const steps =
    isWhole && !truncated.includes("steps") && !truncated.includes("edges")
      ? answer
      : withParents(
          await readPages(ALL, async (query) => {
            const page = await client.call(ROUTES.listSteps, { params, query });
            return { items: page.steps, next: page.next_cursor };
          }),
        );
  const { items: transitions } = truncated.includes("transitions")
    ? await readPages(ALL, async (query) => {
        const page = await client.call(ROUTES.listTransitions, { params, query });
        return { items: page.transitions, next: page.next_cursor };
      })
    : { items: answer.transitions };
  const { steps: all, edges } = steps;
  const rest = truncated.filter((kind) => kind !== "steps" && kind !== "edges" && kind !== "transitions");
  return { ...answer, steps: all, edges, transitions: [...transitions], truncated: rest };
}

function withParents({ items }: { readonly items: readonly z.output<typeof Step>[] }): Pick<Answer, "steps" | "edges"> {
  const names = new Map(items.map(({ step_id: id, name }) => [id, name]));
  return {
    steps: items.map(({ parents, children: _, task_id: __, ...step }) => ({
      ...step,
      depends_on: parents.flatMap((id) => names.get(id) ?? []),
      left_out: false,
    })),
    edges: items.flatMap(({ step_id: id, parents }) => parents.map((from) => ({ from_step_id: from, to_step_id: id }))),
  };
}

import type { Command } from "commander";
import { z } from "zod";
import { type Client, ROUTES } from "../../client/index.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { withClient } from "../command-client.ts";
import { chooseDisplay } from "../displays/choose-display.ts";
import { EXIT } from "../exit-code.ts";
import { followStream, type ToldEvent } from "../follow-stream.ts";
import { GlobalOptions } from "../global-options.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { CHANGE_EVENTS } from "../progress/change-event.ts";
import { detailsOfAnswer } from "../progress/details-of-answer.ts";
import { progressFromDetails } from "../progress/progress-from-details.ts";
import { readWholeTask } from "../progress/read-whole-task.ts";
import type { CommandSession } from "../session.ts";
import { StopRequest } from "../stop-request.ts";
import { TaskFollower } from "../task-follower.ts";

const WatchOptions = GlobalOptions.extend({ json: z.boolean().default(false) });

/** States in which a task does not go on by itself. */
const OVER = new Set(["complete", "error", "cancelled", "resolved_manually"]);

/** Adds `task watch`: a task as it goes on. */
export function addWatchCommand(task: Command, session: CommandSession): void {
  task
    .command("watch")
    .description("watch a task until it is over; exit code 1 unless it is complete")
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .option("--json", "print one JSON object a line: the task, each event, and the result")
    .addHelpText("after", "\nExample:\n  $ tasker task watch 12")
    .action(async (id: number, _options: unknown, command: Command) => {
      const options = WatchOptions.parse(command.optsWithGlobals());
      session.finish(await withClient(session, options, (client) => watchTask(session, client, id, options)));
    });
}

async function watchTask(
  session: CommandSession,
  client: Client,
  taskId: number,
  options: z.infer<typeof WatchOptions>,
): Promise<number> {
  const { io } = session;
  const display = chooseDisplay(session, { watch: true, json: options.json });
  const follower = new TaskFollower(display);
  const stop = new StopRequest(io, null);
  const abort = new AbortController();
  void stop.asked.then(() => abort.abort());
  const read = async () => detailsOfAnswer(await readWholeTask(client, taskId));
  try {
    let details = await read();
    const since = details.transitions.at(0)?.at.getTime() ?? details.requested_at.getTime();
    if (OVER.has(details.state)) {
      display.begin(progressFromDetails(details, since));
    } else {
      const params = { task_id: taskId };
      const open = (after: string | undefined) =>
        client.send(ROUTES.streamTaskEvents, {
          params,
          query: { name: [...CHANGE_EVENTS], ...(after === undefined ? {} : { after }) },
          signal: abort.signal,
        });
      const events = followStream(io, open, abort.signal);
      // From now on the server remembers where this is: what happens between that and the reading below is told.
      await events.next();
      details = await read();
      follower.begin(progressFromDetails(details, since));
      while (!OVER.has(details.state)) {
        const { done, value } = await events.next();
        if (done === true) break;
        if (value !== null) follower.observe(eventOf(value));
        // A stream that began anew may have left something out.
        if (value === null || value.step_id === null) details = await read();
      }
      await events.return();
      if (stop.reason === null) details = await read();
    }
    display.end();
    display.result(details, progressFromDetails(details, since));
    return details.state === "complete" ? EXIT.done : EXIT.failed;
  } finally {
    display.end();
    stop.release();
  }
}

function eventOf(told: ToldEvent): TaskerEvent {
  const { occurred_at: at, task_id: taskId, step_id: stepId, step_name: stepName, ...rest } = told;
  const { id, name, namespace, version, payload } = rest;
  const names = { taskName: rest.task_name, correlationId: rest.correlation_id, stepName };
  return { id, name, at: Date.parse(at), taskId, stepId, namespace, version, payload, ...names };
}

import type { CommandSession } from "../session.ts";
import type { TaskDisplay } from "./display.ts";
import { JsonDisplay } from "./json-display.ts";
import { LineDisplay } from "./line-display.ts";
import { LiveDisplay } from "./live-display.ts";

/** What shows a task while it runs: JSON if that is asked for, a drawing for somebody who watches at a terminal, else lines. */
export function chooseDisplay(
  { io, printer }: CommandSession,
  options: { readonly json: boolean; readonly watch: boolean },
): TaskDisplay {
  if (options.json) return new JsonDisplay(printer);
  return options.watch && io.terminal.isTty ? new LiveDisplay(io, printer) : new LineDisplay(printer);
}

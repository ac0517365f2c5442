import type { CommandIo } from "../io.ts";
import { type Span, span, type Tone } from "./span.ts";

interface Mark {
  readonly unicode: string;
  readonly ascii: string;
  readonly tone: Tone;
}

const MARKS: Readonly<Record<string, Mark>> = {
  pending: { unicode: "○", ascii: ".", tone: "faint" },
  in_progress: { unicode: "●", ascii: ">", tone: "busy" },
  complete: { unicode: "✓", ascii: "+", tone: "good" },
  error: { unicode: "✗", ascii: "x", tone: "bad" },
  cancelled: { unicode: "–", ascii: "-", tone: "faint" },
  resolved_manually: { unicode: "✓", ascii: "+", tone: "waiting" },
};

const WAITING: Mark = { unicode: "↻", ascii: "~", tone: "waiting" };
const UNKNOWN: Mark = { unicode: "?", ascii: "?", tone: "plain" };

/** Whether the terminal draws more than ASCII: all do but the Linux console. */
export function drawsUnicode(io: Pick<CommandIo, "env">): boolean {
  return io.env.TERM !== "linux";
}

/** One character that stands for a state. `waiting`: failed, with another attempt to come. */
export function stateMark(
  state: string,
  options: { readonly waiting?: boolean; readonly unicode?: boolean } = {},
): Span {
  const mark = options.waiting === true ? WAITING : (MARKS[state] ?? UNKNOWN);
  return span(options.unicode === false ? mark.ascii : mark.unicode, mark.tone);
}

/** The tone in which a state is written. */
export function stateTone(state: string, waiting = false): Tone {
  return waiting ? WAITING.tone : (MARKS[state] ?? UNKNOWN).tone;
}

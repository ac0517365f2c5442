import { z } from "zod";

/** What a handler does when it is called: the `handler_config` of its step. The same in every process and every attempt. */
export const Conduct = z.strictObject({
  /** Milliseconds of work. */
  ms: z.number(),
  /** Attempts, counted from the first, that fail and may be tried again. */
  failures: z.number().default(0),
  /** Whether the attempt after those fails for good. */
  dies: z.boolean().default(false),
  /** Attempts, counted from the first, that do nothing until they are aborted; if it is deaf, nothing for 4 seconds. */
  hangs: z.number().default(0),
  /** Whether it goes on when it is aborted. */
  deaf: z.boolean().default(false),
  /** Length of the list that it returns; 0: none. */
  items: z.number().default(0),
  /** Whether it publishes the event `chaos.worked`. */
  publishes: z.boolean().default(false),
});
export type Conduct = z.infer<typeof Conduct>;

/** A conduct that only works. */
export function working(ms: number, more: Partial<Conduct> = {}): Conduct {
  return Conduct.parse({ ms, ...more });
}

import { z } from "zod";

/** One thing that is wrong with a request. */
export const Violation = z.object({
  path: z.string().describe("Where: `body.context`, `query.limit`"),
  value: z.unknown().optional().describe("What was found there, shortened"),
  expected: z.string(),
});

/** What is answered when something went wrong: a problem document of RFC 9457. */
export const Problem = z.object({
  type: z.string().describe("`urn:tasker:error:` and the code"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe("Stable: programs go by it"),
  request_id: z.string(),
  reason: z.string().optional().describe("Of an action that was refused: the rule by which it was, for programs"),
  violations: z.array(Violation).optional(),
});

/** One thing that is wrong with a request. */
export type Violation = z.infer<typeof Violation>;
/** What is answered when something went wrong. */
export type Problem = z.infer<typeof Problem>;

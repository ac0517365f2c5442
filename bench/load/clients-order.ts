import { z } from "zod";

/** What the process of the clients is told; see workloads/live.ts. */
export const ClientsOrder = z.discriminatedUnion("kind", [
  /** Opens a client for each path, from an address of this machine. */
  z.strictObject({
    kind: z.literal("open"),
    port: z.int(),
    from: z.string(),
    paths: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal("report") }),
  z.strictObject({ kind: z.literal("close") }),
]);
export type ClientsOrder = z.infer<typeof ClientsOrder>;

/** What has come so far: for each path what its clients have got, as marks of `EventSequences`, the same ones once. */
export const ClientsReport = z.strictObject({
  events: z.int(),
  /** Clients that are told nothing more. */
  ended: z.int(),
  marks: z.record(z.string(), z.array(z.string())),
});
export type ClientsReport = z.infer<typeof ClientsReport>;

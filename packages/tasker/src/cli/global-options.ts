import { z } from "zod";

/** Options that every command takes, wherever on the command line they stand. */
export const GlobalOptions = z.object({
  /** URL of a PostgreSQL database. */
  databaseUrl: z.string().optional(),
  /** Directory of the embedded database, absolute or relative to the working directory. */
  data: z.string().optional(),
  /** The configuration file, absolute or relative to the working directory. */
  config: z.string().optional(),
  /** URL of a server to go through instead of a database. */
  server: z.string().optional(),
  /** API token for the server. */
  token: z.string().optional(),
});
export type GlobalOptions = z.infer<typeof GlobalOptions>;

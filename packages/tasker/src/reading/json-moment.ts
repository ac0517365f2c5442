import { z } from "zod";

/** A time as `to_json` writes a `timestamp` column, which holds UTC. */
export const moment = z.string().transform((text) => new Date(`${text}Z`));

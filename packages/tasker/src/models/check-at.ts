import { z } from "zod";
import { moment } from "./attributes.ts";
import { validate } from "./validate.ts";

const Stored = z.object({ at: moment() });

/**
 * Checks the time that is stored as `created_at` and `updated_at`.
 * @throws InvalidRecordError about the field `at`
 */
export function checkAt(model: string, at: Date): void {
  validate(model, Stored, { at });
}

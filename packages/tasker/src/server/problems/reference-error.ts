import type { Problem } from "../../api/shapes/problem.ts";
import { titleOf } from "./status-of-code.ts";

/** A field below the root of a body, such as `body.task.reason`. */
const FIELD = /^body\.(?:task|workflow_step)\.([^.]+)/;

/**
 * A problem as the reference's clients know it: a path that names what cannot be leads nowhere, and fields of a body that are wrong
 * are unprocessable, not a bad request.
 */
export function inReferenceTerms({ violations = [], ...rest }: Problem): Problem {
  if (violations.some(({ path }) => path.startsWith("params."))) {
    return { ...rest, status: 404, title: titleOf(404) };
  }
  const problem = { ...rest, ...(violations.length === 0 ? {} : { violations }) };
  const isAboutFields = violations.length > 0 && violations.every(({ path }) => FIELD.test(path));
  return rest.status === 400 && isAboutFields ? { ...problem, status: 422, title: titleOf(422) } : problem;
}

/** The body of an error below the reference's paths: a text and a message, or what is wrong with each field. */
export function referenceBody({ title, detail, violations = [] }: Problem): object {
  if (violations.length === 0) return { error: title, message: detail };
  const fields = new Map<string, string[]>();
  for (const { path, expected } of violations) {
    const field = FIELD.exec(path)?.[1] ?? path.replace(/^(?:query|params|body)\./, "");
    fields.set(field, [...(fields.get(field) ?? []), `expected ${expected}`]);
  }
  return { error: Object.fromEntries(fields), message: detail };
}

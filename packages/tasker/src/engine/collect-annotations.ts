import { withCorrelationId } from "../correlation/current-correlation.ts";
import { TaskHandler } from "../handlers/task-handler.ts";
import { encodeJson } from "../json/encode.ts";
import { textDefect } from "../text/text-defect.ts";
import type { EncodedAnnotation } from "./batch.ts";
import { LiveSequence } from "./live-sequence.ts";
import type { Log } from "./options.ts";
import type { TaskRun } from "./task-run.ts";

/** Whether the task has a hook that is to run before it completes. */
export function hasAnnotations({ template: { taskHandler } }: TaskRun): boolean {
  return taskHandler !== null && taskHandler.updateAnnotations !== TaskHandler.prototype.updateAnnotations;
}

/** What the hook is run for. */
export interface AnnotationRules {
  /** Largest value of an annotation, in bytes of JSON. */
  readonly maxValueBytes: number;
  readonly log: Log;
}

/** Runs that hook and gives what it returns, checked and encoded; nothing if it cannot be had, which is logged. */
export async function collectAnnotations(run: TaskRun, rules: AnnotationRules): Promise<EncodedAnnotation[]> {
  try {
    return await withCorrelationId(run.view.correlationId, () => callHook(run, rules.maxValueBytes));
  } catch (error) {
    const { taskId } = run;
    rules.log.error({ err: error, taskId }, "updateAnnotations failed: the task completes without annotations");
    return [];
  }
}

async function callHook(run: TaskRun, maxBytes: number): Promise<EncodedAnnotation[]> {
  const annotations = (await run.template.taskHandler?.updateAnnotations(run.view, new LiveSequence(run))) ?? [];
  if (!Array.isArray(annotations)) {
    throw new RangeError(`updateAnnotations returned ${typeof annotations}, expected an array of { type, value }`);
  }
  return annotations.map(({ type, value }) => {
    if (type.length < 1 || type.length > 64 || textDefect(type) !== null) {
      throw new RangeError(`annotation type ${JSON.stringify(type)} is not 1 to 64 characters that can be stored`);
    }
    return { type, valueText: encodeJson(value, { maxBytes, what: `annotation ${type}` }) };
  });
}

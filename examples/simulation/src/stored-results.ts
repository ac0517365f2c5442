import { PermanentError, type StepExecution, type StepSequence } from "tasker";
import { z } from "zod";

/**
 * What an earlier step stored.
 * @throws PermanentError with `errorCode` if the step stored nothing of this shape
 */
export function readResults<Result>(
  sequence: StepSequence,
  stepName: string,
  shape: z.ZodType<Result>,
  errorCode: string,
): Result {
  const parsed = shape.safeParse(sequence.findStepByName(stepName)?.results);
  if (parsed.success) return parsed.data;
  throw new PermanentError(`Step ${stepName} left no usable results: ${z.prettifyError(parsed.error)}`, {
    errorCode,
    context: { step: stepName },
  });
}

/**
 * Stores what `build` returns, if it has the right shape. If not, the work is done all the same and must not be repeated:
 * the step completes, and what it stores says so. Steps that need its results then fail for good.
 */
export function storeResults<Result>(step: StepExecution, shape: z.ZodType<Result>, build: () => Result): void {
  try {
    step.results = shape.parse(build());
  } catch (error) {
    step.results = {
      error: true,
      error_code: "RESULT_PROCESSING_FAILED",
      error_message: error instanceof Error ? error.message : String(error),
      status: "processing_error",
    };
  }
}

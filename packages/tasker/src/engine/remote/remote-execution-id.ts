const FORM = /^\d{1,19}\.\d{1,16}\.([1-9]\d{0,15})$/;

/** The id of an attempt that a worker will run: that of an execution, with its step, so that both are found by it. */
export function remoteExecutionId(executionId: string, stepId: number): string {
  return `${executionId}.${stepId}`;
}

/** The step of such an id; null if it is none. */
export function stepOfRemoteExecution(id: string): number | null {
  const stepId = Number(FORM.exec(id)?.[1]);
  return Number.isSafeInteger(stepId) ? stepId : null;
}

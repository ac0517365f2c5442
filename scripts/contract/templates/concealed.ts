import { PermanentError, type TaskView } from "tasker";

/** Gives back what the task is about. */
export const Echo = (task: TaskView) => ({ context: task.context });

/** Fails for good when the task says so. */
export const FailIfTold = (task: TaskView) => {
  if (task.context.fails === true) throw new PermanentError("it was told to fail");
  return { failed: false };
};

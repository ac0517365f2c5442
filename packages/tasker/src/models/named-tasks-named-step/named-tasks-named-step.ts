export { associateNamedStepWithNamedTask, type LinkTemplate } from "./associate.ts";
export { loadNamedSteps, loadNamedTasks, stepName, taskName } from "./ends.ts";
export {
  create,
  createIfAbsent,
  createMany,
  destroy,
  find,
  findMany,
  findOrCreate,
  type LinkOptions,
  type NamedTasksNamedStepRow,
  namedStepsForNamedTask,
  update,
} from "./record.ts";

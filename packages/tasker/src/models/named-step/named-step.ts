export { createNamedStepsFromTemplates, type NamedStepTemplate } from "./create-from-templates.ts";
export {
  create,
  createIfAbsent,
  createMany,
  destroy,
  find,
  findMany,
  loadDependentSystems,
  loadWorkflowSteps,
  type NamedStepRow,
  update,
} from "./record.ts";

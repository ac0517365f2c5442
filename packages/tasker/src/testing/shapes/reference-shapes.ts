import type { StepSequence, TaskView } from "../../handlers/execution.ts";
import { type Annotation, TaskHandler } from "../../handlers/task-handler.ts";
import { defineShape, type PlannedBehaviour, type Shape } from "./shape.ts";

// The workflows of the reference engine's test suite: its names, steps, edges and planned failures.

const fails = (times: number): PlannedBehaviour => ({ kind: "fail", times });
const timesOut = (times: number): PlannedBehaviour => ({ kind: "time out", times });
const IDEMPOTENT: PlannedBehaviour = { kind: "idempotent" };

/** `linear_workflow_task`: a chain of six steps; the third fails once. */
export function linearWorkflow(): Shape {
  return defineShape(
    "linear_workflow_task",
    {
      initialize_data: [],
      validate_input: ["initialize_data"],
      process_data: ["validate_input"],
      transform_results: ["process_data"],
      validate_output: ["transform_results"],
      finalize_workflow: ["validate_output"],
    },
    { plans: { process_data: fails(1) } },
  );
}

/** `diamond_workflow_task`: two branches of two steps; one fails once, the other times out once. */
export function diamondWorkflow(): Shape {
  return defineShape(
    "diamond_workflow_task",
    {
      start_workflow: [],
      branch_one_process: ["start_workflow"],
      branch_two_process: ["start_workflow"],
      branch_one_validate: ["branch_one_process"],
      branch_two_validate: ["branch_two_process"],
      merge_branches: ["branch_one_validate", "branch_two_validate"],
      end_workflow: ["merge_branches"],
    },
    { plans: { branch_one_process: fails(1), branch_two_process: timesOut(1) } },
  );
}

/** `parallel_merge_workflow_task`: four sources of different depth that meet in one step. */
export function parallelMergeWorkflow(): Shape {
  return defineShape(
    "parallel_merge_workflow_task",
    {
      fetch_user_data: [],
      fetch_order_data: [],
      fetch_inventory_data: [],
      fetch_pricing_data: [],
      process_user_data: ["fetch_user_data"],
      process_order_data: ["fetch_order_data"],
      merge_all_data: ["process_user_data", "process_order_data", "fetch_inventory_data", "fetch_pricing_data"],
    },
    { plans: { fetch_order_data: fails(1), fetch_inventory_data: timesOut(1), merge_all_data: fails(1) } },
  );
}

/** `tree_workflow_task`: a root, two branches, four tasks, and a step that waits for all four. */
export function treeWorkflow(): Shape {
  return defineShape(
    "tree_workflow_task",
    {
      root_initialization: [],
      branch_a_setup: ["root_initialization"],
      branch_b_setup: ["root_initialization"],
      branch_a_task_one: ["branch_a_setup"],
      branch_a_task_two: ["branch_a_setup"],
      branch_b_task_one: ["branch_b_setup"],
      branch_b_task_two: ["branch_b_setup"],
      aggregate_results: ["branch_a_task_one", "branch_a_task_two", "branch_b_task_one", "branch_b_task_two"],
    },
    { plans: { branch_b_setup: fails(1), branch_a_task_two: timesOut(1), branch_b_task_two: fails(1) } },
  );
}

/** `mixed_workflow_task`: two roots, a join, a branch that nobody waits for, and a last step that is idempotent. */
export function mixedWorkflow(): Shape {
  return defineShape(
    "mixed_workflow_task",
    {
      init_auth: [],
      init_config: [],
      validate_permissions: ["init_auth"],
      setup_environment: ["init_config"],
      begin_processing: ["validate_permissions", "setup_environment"],
      process_critical_data: ["begin_processing"],
      process_optional_data: ["begin_processing"],
      cleanup_temp_files: ["setup_environment"],
      finalize_and_report: ["process_critical_data", "cleanup_temp_files"],
    },
    {
      plans: {
        validate_permissions: fails(1),
        setup_environment: timesOut(1),
        process_critical_data: fails(2),
        finalize_and_report: IDEMPOTENT,
      },
    },
  );
}

/** `configurable_failure_task`: one step of each kind of test handler. */
export function configurableFailureWorkflow(): Shape {
  return defineShape(
    "configurable_failure_task",
    {
      reliable_step: [],
      flaky_step: ["reliable_step"],
      timeout_step: ["flaky_step"],
      idempotent_step: ["timeout_step"],
    },
    { plans: { flaky_step: fails(2), timeout_step: timesOut(1), idempotent_step: IDEMPOTENT } },
  );
}

/** On completion: an annotation of type `dummy-annotation` for each completed step. */
class DummyAnnotations extends TaskHandler {
  override updateAnnotations(_task: TaskView, sequence: StepSequence): Annotation[] {
    return sequence.steps
      .filter(({ state }) => state === "complete")
      .map(({ name }) => ({
        type: "dummy-annotation",
        value: { "dummy-annotation": "something that might be important", step: name },
      }));
  }
}

const DUMMY_STEPS = { "step-one": [], "step-two": [], "step-three": ["step-two"], "step-four": ["step-three"] };

function dummy(name: string): Shape {
  return defineShape(name, DUMMY_STEPS, {
    contextSchema: { type: "object", required: ["dummy"], properties: { dummy: { type: "boolean" } } },
    context: { dummy: true },
    everyStep: { dependentSystem: "dummy-system" },
    taskHandler: new DummyAnnotations(),
  });
}

/** `dummy_task`: a step by itself and a chain of three; annotates each completed step. */
export function dummyTask(): Shape {
  return dummy("dummy_task");
}

/** `dummy_task_two`: the same under another name. */
export function dummyTaskTwo(): Shape {
  return dummy("dummy_task_two");
}

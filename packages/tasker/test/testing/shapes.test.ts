import { describe, expect, test } from "vitest";
import { buildGraph } from "../../src/graph/step-graph.ts";
import { computeLevels, findLeaves, findRoots } from "../../src/graph/topology.ts";
import { orderProcessing, stockManagement, userOnboarding } from "../../src/testing/shapes/demo-shapes.ts";
import {
  configurableFailureWorkflow,
  diamondWorkflow,
  dummyTask,
  dummyTaskTwo,
  linearWorkflow,
  mixedWorkflow,
  parallelMergeWorkflow,
  treeWorkflow,
} from "../../src/testing/shapes/reference-shapes.ts";
import {
  apiIntegrationWorkflow,
  independentSteps,
  parallelWorkflow,
  simpleLinearWorkflow,
  singleEdge,
} from "../../src/testing/shapes/row-driven-shapes.ts";
import type { Shape } from "../../src/testing/shapes/shape.ts";
import {
  diamond,
  fanOutFanIn,
  layeredRandom,
  linear,
  mixed,
  parallelMerge,
  tree,
} from "../../src/testing/shapes/sized-shapes.ts";

/** What the graph of a shape looks like: roots, leaves, and steps by level. */
function graphOf({ definition }: Shape) {
  const graph = buildGraph(definition.steps);
  const nameAll = (indexes: Int32Array) => Array.from(indexes, (index) => graph.names[index]);
  const perLevel: number[] = [];
  for (const level of computeLevels(graph)) perLevel[level] = (perLevel[level] ?? 0) + 1;
  return {
    name: definition.name,
    steps: graph.size,
    edges: graph.edgeCount,
    roots: nameAll(findRoots(graph)),
    leaves: nameAll(findLeaves(graph)),
    perLevel,
  };
}

const fails = (times: number) => ({ kind: "fail", times });
const timesOut = (times: number) => ({ kind: "time out", times });
const FETCHES = ["fetch_user_data", "fetch_order_data", "fetch_inventory_data", "fetch_pricing_data"];

/** The table of expected graph values of the data model's specification, section 5.1. */
const EXPECTED = [
  {
    make: linearWorkflow,
    graph: {
      name: "linear_workflow_task",
      steps: 6,
      edges: 5,
      roots: ["initialize_data"],
      leaves: ["finalize_workflow"],
      perLevel: [1, 1, 1, 1, 1, 1],
    },
    plans: { process_data: fails(1) },
  },
  {
    make: diamondWorkflow,
    graph: {
      name: "diamond_workflow_task",
      steps: 7,
      edges: 7,
      roots: ["start_workflow"],
      leaves: ["end_workflow"],
      perLevel: [1, 2, 2, 1, 1],
    },
    plans: { branch_one_process: fails(1), branch_two_process: timesOut(1) },
  },
  {
    make: parallelMergeWorkflow,
    graph: {
      name: "parallel_merge_workflow_task",
      steps: 7,
      edges: 6,
      roots: FETCHES,
      leaves: ["merge_all_data"],
      perLevel: [4, 2, 1],
    },
    plans: { fetch_order_data: fails(1), fetch_inventory_data: timesOut(1), merge_all_data: fails(1) },
  },
  {
    make: treeWorkflow,
    graph: {
      name: "tree_workflow_task",
      steps: 8,
      edges: 10,
      roots: ["root_initialization"],
      leaves: ["aggregate_results"],
      perLevel: [1, 2, 4, 1],
    },
    plans: { branch_b_setup: fails(1), branch_a_task_two: timesOut(1), branch_b_task_two: fails(1) },
  },
  {
    make: mixedWorkflow,
    graph: {
      name: "mixed_workflow_task",
      steps: 9,
      edges: 9,
      roots: ["init_auth", "init_config"],
      leaves: ["process_optional_data", "finalize_and_report"],
      perLevel: [2, 2, 2, 2, 1],
    },
    plans: {
      validate_permissions: fails(1),
      setup_environment: timesOut(1),
      process_critical_data: fails(2),
      finalize_and_report: { kind: "idempotent" },
    },
  },
  {
    make: configurableFailureWorkflow,
    graph: {
      name: "configurable_failure_task",
      steps: 4,
      edges: 3,
      roots: ["reliable_step"],
      leaves: ["idempotent_step"],
      perLevel: [1, 1, 1, 1],
    },
    plans: { flaky_step: fails(2), timeout_step: timesOut(1), idempotent_step: { kind: "idempotent" } },
  },
  ...[dummyTask, dummyTaskTwo].map((make) => ({
    make,
    graph: {
      name: make === dummyTask ? "dummy_task" : "dummy_task_two",
      steps: 4,
      edges: 2,
      roots: ["step-one", "step-two"],
      leaves: ["step-one", "step-four"],
      perLevel: [2, 1, 1],
    },
    plans: {},
  })),
];

describe("the reference's shapes", () => {
  test.each(EXPECTED)("$graph.name has its steps, edges, levels and planned failures", ({ make, graph, plans }) => {
    const shape = make();
    expect(graphOf(shape)).toEqual(graph);
    expect(shape.plans).toEqual(plans);
    expect(shape.definition).toMatchObject({ namespace: "default", version: "0.1.0" });
    for (const step of shape.definition.steps) {
      const system = graph.name.startsWith("dummy") ? "dummy-system" : "unknown";
      expect(step).toMatchObject({ retryable: true, retryLimit: 3, skippable: false, dependentSystem: system });
    }
  });

  test("inserted without a template have their sizes, systems and context", () => {
    expect(graphOf(apiIntegrationWorkflow())).toMatchObject({ name: "api_integration_task", steps: 5, edges: 4 });
    expect(apiIntegrationWorkflow().context).toEqual({ cart_id: 123, user_id: 456 });
    expect(apiIntegrationWorkflow().definition.steps.map(({ dependentSystem }) => dependentSystem)).toEqual([
      "api-system",
      "api-system",
      "database-system",
      "database-system",
      "notification-system",
    ]);
    expect(graphOf(simpleLinearWorkflow())).toMatchObject({
      steps: 3,
      edges: 2,
      roots: ["step_1"],
      leaves: ["step_3"],
    });
    expect(graphOf(simpleLinearWorkflow(7))).toMatchObject({ steps: 7, edges: 6 });
    expect(graphOf(parallelWorkflow())).toMatchObject({
      steps: 5,
      edges: 6,
      roots: ["initialize_batch"],
      leaves: ["aggregate_results"],
    });
    expect(graphOf(independentSteps())).toMatchObject({ steps: 3, edges: 0 });
    expect(graphOf(singleEdge())).toMatchObject({ steps: 2, edges: 1 });
  });

  test("of the demonstrations have their steps, limits and contexts", () => {
    expect(orderProcessing().definition).toMatchObject({ namespace: "ecommerce", version: "1.0.1" });
    expect(orderProcessing().definition.steps.map(({ name, retryLimit }) => [name, retryLimit])).toEqual([
      ["validate_cart", 3],
      ["check_inventory", 3],
      ["calculate_pricing", 3],
      ["create_order", 2],
    ]);
    expect(graphOf(stockManagement())).toMatchObject({ steps: 2, edges: 1 });
    expect(graphOf(userOnboarding())).toMatchObject({ steps: 2, edges: 1 });
  });
});

describe("shapes with sizes", () => {
  test("have the steps and edges that their sizes say", () => {
    expect(graphOf(linear(10))).toMatchObject({ steps: 10, edges: 9 });
    expect(graphOf(linear(1))).toMatchObject({ steps: 1, edges: 0 });
    expect(graphOf(diamond()).perLevel).toEqual([1, 2, 1]);
    expect(graphOf(parallelMerge(6)).perLevel).toEqual([6, 6, 1]);
    expect(graphOf(tree(3, 2))).toMatchObject({ steps: 15, edges: 14, perLevel: [1, 2, 4, 8] });
    expect(graphOf(tree(0, 2))).toMatchObject({ steps: 1, edges: 0 });
    expect(graphOf(mixed())).toMatchObject({ roots: ["first", "second"], leaves: ["aside", "report"] });
    expect(graphOf(fanOutFanIn(20)).perLevel).toEqual([1, 20, 1]);
  });

  test("at random are the same for the same seed, and have one level a layer", () => {
    const sizes = { layers: 8, width: 6, parents: 3, seed: 42 };
    expect(layeredRandom(sizes)).toEqual(layeredRandom(sizes));
    expect(layeredRandom(sizes).definition.steps).not.toEqual(layeredRandom({ ...sizes, seed: 43 }).definition.steps);
    expect(graphOf(layeredRandom(sizes)).perLevel).toHaveLength(8);
    for (const { dependsOn } of layeredRandom(sizes).definition.steps) expect(dependsOn.length).toBeLessThanOrEqual(3);
  });

  test("refuse sizes that no graph has", () => {
    expect(() => linear(0)).toThrow("length is 0, expected an integer of 1 or more");
    expect(() => tree(1.5, 2)).toThrow("depth is 1.5");
    expect(() => layeredRandom({ layers: 1, width: 1, parents: 0, seed: 1 })).toThrow("parents is 0");
  });
});

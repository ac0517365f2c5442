import { defineShape, type Shape } from "./shape.ts";
import { fanOutFanIn, linear } from "./sized-shapes.ts";

// The workflows that the reference engine's test suite inserts without a template, and that of its smallest examples.

/** `api_integration_task`: two fetches that are validated together, an order, an event. Default context included. */
export function apiIntegrationWorkflow(): Shape {
  return defineShape(
    "api_integration_task",
    {
      fetch_cart: [],
      fetch_products: [],
      validate_products: ["fetch_cart", "fetch_products"],
      create_order: ["validate_products"],
      publish_event: ["create_order"],
    },
    {
      context: { cart_id: 123, user_id: 456 },
      stepSettings: {
        fetch_cart: { dependentSystem: "api-system" },
        fetch_products: { dependentSystem: "api-system" },
        validate_products: { dependentSystem: "database-system" },
        create_order: { dependentSystem: "database-system" },
        publish_event: { dependentSystem: "notification-system" },
      },
    },
  );
}

/** A chain `step_1` to `step_n`, of the system `test_system`. */
export function simpleLinearWorkflow(length = 3): Shape {
  return linear(length, { name: "simple_linear_workflow", everyStep: { dependentSystem: "test_system" } });
}

/** `initialize_batch`, then `process_chunk_1` to `process_chunk_k`, then `aggregate_results`. */
export function parallelWorkflow(chunks = 3): Shape {
  return fanOutFanIn(chunks, {
    name: "parallel_workflow",
    names: { start: "initialize_batch", branch: "process_chunk", end: "aggregate_results" },
  });
}

/** Steps `step_1` to `step_n` that do not depend on each other. */
export function independentSteps(count = 3): Shape {
  const names = Array.from({ length: count }, (_, place) => `step_${place + 1}`);
  return defineShape("independent_steps", Object.fromEntries(names.map((name) => [name, []])));
}

/** Two steps and the edge between them. */
export function singleEdge(): Shape {
  return defineShape("single_edge", { from_step: [], to_step: ["from_step"] });
}

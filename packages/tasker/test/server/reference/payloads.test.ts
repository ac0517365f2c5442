import { expect, onTestFinished, test } from "vitest";
import { PermanentError } from "../../../src/errors/index.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { serve } from "../support/serve.ts";
import { ask } from "../support/tokens.ts";

/** Members of the reference's objects, by its specification. */
const MEMBERS = {
  task:
    "task_id name namespace version full_name initiator source_system context reason bypass_steps tags requested_at complete status " +
    "workflow_steps task_annotations",
  step:
    "task_id workflow_step_id name named_step_id status attempts skippable retryable retry_limit processed processed_at in_process " +
    "backoff_request_seconds last_attempted_at inputs results children_ids parents_ids siblings_ids",
  annotation: "task_id task_annotation_id annotation annotation_type_name",
  dependency_analysis:
    "dependency_graph critical_paths parallelism_opportunities error_chains bottlenecks analysis_timestamp task_execution_summary",
  task_execution_summary:
    "total_steps total_dependencies dependency_levels longest_path_length critical_bottlenecks_count error_chains_count " +
    "parallelism_efficiency overall_health recommendations",
  handler: "name namespace version full_name class_name available step_templates dependency_graph",
  step_template:
    "name description dependent_system depends_on_step depends_on_steps handler_class configuration default_retryable " +
    "default_retry_limit skippable custom_events",
  handler_node: "id name type handler_class configuration",
  trend: "task_throughput completion_rate error_rate avg_task_duration avg_step_duration step_throughput",
  slow_task:
    "task_id task_name namespace_name version duration_seconds step_count completed_steps error_steps created_at completed_at " +
    "initiator source_system",
  slow_step:
    "workflow_step_id task_id step_name task_name namespace_name version duration_seconds attempts created_at completed_at retryable " +
    "step_status",
  diagram_node: "id label shape style url attributes",
  diagram_edge: "source_id target_id label type direction attributes",
} as const;

/** What stands at a path of a value: names, and places of lists. */
function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => Object(inner)[name], value);
}

function membersOf(value: unknown, path: string): string {
  return Object.keys(Object(at(value, path)))
    .sort()
    .join(" ");
}

function sorted(members: string): string {
  return members.split(" ").sort().join(" ");
}

/** A server whose engine has done one task and failed at another one. */
async function serveShop() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  let tick = () => {};
  const shop = graphTemplate("a -> b, b -> c", {
    namespace: "shop",
    name: "order",
    run: ({ context }, _sequence, { name }) => {
      tick();
      if (context.order === 2 && name === "b") throw new PermanentError("the bank is away");
      return { done: name };
    },
  });
  const made = await serve(database, { templates: [shop] });
  tick = () => made.clock.advance(20);
  await made.engine.start();
  for (const order of [1, 2]) {
    const { taskId } = await made.engine.submit({ name: "order", namespace: "shop", context: { order } });
    await made.engine.settled(taskId);
  }
  await ask(`${made.url}/v1/tasks/1/annotations`, null, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "note", value: "a gift" }),
  });
  const get = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
    Object((await ask(`${made.url}${path}`)).body);
  return { get };
}

describeOnPostgres("objects at the reference's paths", () => {
  test("have exactly the members of the reference", async () => {
    const { get } = await serveShop();
    const answers = {
      "/tasks": [
        "tasks",
        `tasks.0 = ${MEMBERS.task}`,
        `tasks.0.workflow_steps.0 = ${MEMBERS.step}`,
        `tasks.0.task_annotations.0 = ${MEMBERS.annotation}`,
      ],
      "/tasks/2?include_dependencies=true": [
        "task",
        `task.dependency_analysis = ${MEMBERS.dependency_analysis}`,
        `task.dependency_analysis.task_execution_summary = ${MEMBERS.task_execution_summary}`,
      ],
      "/tasks/1/workflow_steps": ["steps", `steps.0 = ${MEMBERS.step}`],
      "/tasks/1/workflow_steps/1": ["step", `step = ${MEMBERS.step}`],
      "/tasks/2/task_diagrams": [
        "nodes edges direction title attributes",
        `nodes.1 = ${MEMBERS.diagram_node}`,
        `edges.1 = ${MEMBERS.diagram_edge}`,
      ],
      "/handlers": ["namespaces total_namespaces generated_at", "namespaces.0 = name handler_count"],
      "/handlers/shop": [
        "namespace handlers total_handlers",
        "handlers.0 = name namespace versions latest_version handler_count",
      ],
      "/handlers/shop/order": [
        "handler generated_at cache_key",
        `handler = ${MEMBERS.handler}`,
        `handler.step_templates.1 = ${MEMBERS.step_template}`,
        "handler.dependency_graph = nodes edges execution_order",
        `handler.dependency_graph.nodes.0 = ${MEMBERS.handler_node}`,
        "handler.dependency_graph.edges.0 = from to type",
      ],
      "/health/live": ["alive timestamp service"],
      "/analytics/performance": [
        "system_overview performance_trends generated_at cache_info",
        "system_overview = active_tasks total_namespaces unique_task_types system_health_score",
        ...["last_hour", "last_4_hours", "last_24_hours"].map(
          (name) => `performance_trends.${name} = ${MEMBERS.trend}`,
        ),
        "cache_info = cached cache_key ttl_base",
      ],
      "/analytics/bottlenecks?namespace=shop&name=order": [
        "scope_summary bottleneck_analysis performance_distribution recommendations scope analysis_period_hours generated_at cache_info",
        "scope_summary = total_tasks unique_task_types time_span_hours",
        "bottleneck_analysis = slowest_tasks slowest_steps error_patterns dependency_bottlenecks",
        `bottleneck_analysis.slowest_tasks.0 = ${MEMBERS.slow_task}`,
        `bottleneck_analysis.slowest_steps.0 = ${MEMBERS.slow_step}`,
        "bottleneck_analysis.error_patterns = total_errors recent_error_rate common_error_types retry_success_rate",
        "bottleneck_analysis.dependency_bottlenecks = blocking_dependencies avg_wait_time most_blocked_steps",
        "performance_distribution = percentiles distribution_buckets",
        "performance_distribution.percentiles = p50 p95 p99",
        "scope = namespace name",
        "cache_info = cached cache_key ttl_base",
      ],
    };
    for (const [path, [root = "", ...parts]] of Object.entries(answers)) {
      const answer = await get(path);
      expect(Object.keys(answer).sort().join(" "), path).toBe(sorted(root));
      for (const part of parts) {
        const [place = "", members = ""] = part.split(" = ");
        expect(membersOf(answer, place), `${path} ${place}`).toBe(sorted(members));
      }
    }
  });

  test("of health have the members of the reference, and others", async () => {
    const { get } = await serveShop();
    const ready = await get("/health/ready");
    expect(ready).toMatchObject({
      ...{ ready: true, message: "System is ready", timestamp: expect.any(String), check_duration: expect.any(Number) },
      checks: {
        database: { status: "healthy", message: "Database connection active", response_time_ms: expect.any(Number) },
      },
    });
    const status = await get("/health/status");
    const members = {
      "": "healthy status metrics database cached timestamp generation_duration performance_analytics generated_at cache_info",
      "metrics.tasks": "total pending in_progress complete error cancelled",
      "metrics.steps": "total pending in_progress complete error",
      "metrics.retries": "retryable_errors exhausted_retries in_backoff",
      database: "active_connections max_connections connection_utilization",
      performance_analytics: "trends analysis_period enhanced_at",
      "performance_analytics.trends": "task_creation_rate completion_rate error_rate avg_step_duration",
      cache_info: "cached cache_key ttl_base",
    };
    for (const [place, names] of Object.entries(members)) {
      const found = membersOf({ "": status, ...status }, place);
      expect(found.split(" "), place).toEqual(expect.arrayContaining(names.split(" ")));
    }
    expect(status).toMatchObject({
      metrics: { tasks: { total: 2, complete: 1, error: 1 }, steps: { total: 6, complete: 4, error: 1, pending: 1 } },
      performance_analytics: { analysis_period: "1 hour" },
      cache_info: { cache_key: "tasker:health:status", ttl_base: "15 seconds" },
    });
  });
});

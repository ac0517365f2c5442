import type { Connection } from "../../database/database.ts";
import { loadChildren } from "../load-children.ts";
import { oneOf } from "../one-of.ts";
import type { Scope } from "../scope.ts";
import * as TaskNamespace from "../task-namespace/task-namespace.ts";
import type { VisibleNamespaces } from "../visible-namespaces.ts";
import type { NamedTaskRow } from "./record.ts";

type Namespace = Pick<TaskNamespace.TaskNamespaceRow, "name">;

/** Named tasks of the namespace of this name, or of the namespaces of these names. */
export function inNamespace(names: string | readonly string[]): Scope<"tasker_named_tasks"> {
  return (eb) =>
    eb(
      "tasker_named_tasks.task_namespace_id",
      "in",
      eb
        .selectFrom("tasker_task_namespaces")
        .select("tasker_task_namespaces.task_namespace_id")
        .where("tasker_task_namespaces.name", "=", oneOf(names)),
    );
}

/** Named tasks of namespaces that somebody may see. */
export function visibleTo(namespaces: VisibleNamespaces): Scope<"tasker_named_tasks"> {
  return namespaces === "all" ? (eb) => eb.lit(true) : inNamespace(namespaces);
}

/** `namespace.name` of a named task and the namespace it is in. */
export function qualifiedName({ name }: Pick<NamedTaskRow, "name">, namespace: Namespace): string {
  return `${namespace.name}.${name}`;
}

/** `namespace.name@version` of a named task and the namespace it is in. */
export function fullName(namedTask: Pick<NamedTaskRow, "name" | "version">, namespace: Namespace): string {
  return `${qualifiedName(namedTask, namespace)}@${namedTask.version}`;
}

/** The namespaces of named tasks, by their id; one query. */
export function loadNamespaces(connection: Connection, namedTasks: readonly NamedTaskRow[]) {
  const keys = namedTasks.map((row) => row.task_namespace_id);
  return TaskNamespace.findMany(connection, keys);
}

/** The tasks of each named task, by its id; one query. */
export function loadTasks(connection: Connection, namedTasks: readonly NamedTaskRow[]) {
  const keys = namedTasks.map((row) => row.named_task_id);
  return loadChildren(connection, "tasker_tasks", "named_task_id", keys, "task_id");
}

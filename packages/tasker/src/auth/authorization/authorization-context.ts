/** What an action is to be done to, as far as it counts for who may do it. */
export interface AuthorizationContext {
  /**
   * Name of the namespace of the one thing that it is about. Without it, only those may who may in all namespaces. For a list,
   * `authorizeList` is asked instead.
   */
  readonly namespace?: string | undefined;
  readonly taskId?: number | undefined;
  readonly stepId?: number | undefined;
  /** Whom the task's context names as its owner, see `ownerOf`. */
  readonly ownerId?: string | null | undefined;
}

/** Whom the context of a task names as its owner: the text or number under a key; null if there is none. */
export function ownerOf(taskContext: unknown, key = "created_by_user_id"): string | null {
  if (typeof taskContext !== "object" || taskContext === null || !Object.hasOwn(taskContext, key)) return null;
  const value: unknown = Reflect.get(taskContext, key);
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

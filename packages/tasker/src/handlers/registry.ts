import type { TaskTemplate } from "./task-template.ts";

/** Templates by (namespace, name, version). */
export interface HandlerRegistry {
  /**
   * Adds a template.
   * @throws HandlerConflictError if the same (namespace, name, version) is registered and `replace` is not true
   */
  register(template: TaskTemplate, options?: { readonly replace?: boolean }): void;
  /** Removes a template; false if it was not registered. */
  unregister(namespace: string, name: string, version: string): boolean;
  /**
   * The template with this version, or with the highest one for `latest` (semantic order).
   * @throws HandlerNotFoundError
   */
  get(namespace: string, name: string, version?: string): TaskTemplate;
  /** All templates, ordered by namespace, name and version. */
  list(namespace?: string): readonly TaskTemplate[];
}

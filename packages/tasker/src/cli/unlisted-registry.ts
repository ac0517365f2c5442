import { HandlerRegistry } from "../handlers/registry.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";

/**
 * A registry that executes what it holds and offers none of it: an engine with it runs the tasks that are submitted to
 * it, and claims no others from the database. So `tasker run` with somebody's local handlers leaves alone what others
 * have submitted to the same database.
 */
export class UnlistedRegistry extends HandlerRegistry {
  override list(): readonly TaskTemplate[] {
    return [];
  }
}

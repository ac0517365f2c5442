import { taskChangedField } from "./task-changed.ts";
import { taskEventsField } from "./task-events.ts";

/** The fields of `Subscription`. */
export const SUBSCRIPTION_FIELDS = [taskEventsField, taskChangedField];

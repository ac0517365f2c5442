import { DiscoveryError } from "../../errors/index.ts";
import { discoverModules } from "../../registries/discover.ts";
import { StructuredLogSubscriber } from "../structured-log-subscriber.ts";
import type { BaseSubscriber, SubscriberSettings } from "../subscriber.ts";
import { WebhookSubscriber } from "../webhooks/webhook-subscriber.ts";

/** A class that files can name. */
export type SubscriberClass = new (settings: SubscriberSettings) => BaseSubscriber;

/** Classes by the names under which files have them. */
export type SubscriberClasses = Readonly<Record<string, SubscriberClass>>;

/** Those that are there without more. */
export const READY_MADE_CLASSES: SubscriberClasses = { StructuredLogSubscriber, WebhookSubscriber };

/**
 * The classes that extend `BaseSubscriber` and are exported by modules of directories whose names end in `subscriber`.
 * @throws DiscoveryError that lists every module that cannot be imported
 */
export async function discoverSubscriberClasses(directories: readonly string[]): Promise<SubscriberClasses> {
  const classes: Record<string, SubscriberClass> = {};
  for (const directory of directories) {
    const { failures } = await discoverModules(directory, /[-_.]subscriber$/i, (exported) =>
      exported.filter(isSubscriberClass).map((found) => {
        classes[found.name] = found;
        return found.name;
      }),
    );
    if (failures.length > 0) throw new DiscoveryError(failures);
  }
  return classes;
}

/** By what it has, not by what it extends: a module may have another copy of this package. */
function isSubscriberClass(value: unknown): value is SubscriberClass {
  if (typeof value !== "function") return false;
  const prototype: unknown = value.prototype;
  return (
    typeof prototype === "object" && prototype !== null && "eventSubscriptions" in prototype && "call" in prototype
  );
}

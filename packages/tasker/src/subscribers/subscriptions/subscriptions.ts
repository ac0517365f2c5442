import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import { InvalidDeclarationError, NotRunningError } from "../../errors/index.ts";
import { describeIssue, type TemplateIssue } from "../../errors/template-errors.ts";
import type { EventBus } from "../../events/bus/event-bus.ts";
import { type LeveledLog, SILENT_LOG, type SubscriberResources } from "../subscriber.ts";
import type { PlannedSubscription } from "./planned-subscription.ts";
import { type EndSubscription, runSubscription } from "./running-subscription.ts";
import { READY_MADE_CLASSES, type SubscriberClasses } from "./subscriber-classes.ts";
import { SubscriptionFiles } from "./subscription-files.ts";

const REGISTRY = "subscriptions";
/** Default of {@link Subscriptions.stop}. */
const GRACE_MS = 5_000;

/** What {@link Subscriptions} are made of. */
export interface SubscriptionsOptions {
  /** Files, and directories of which the files that end in `.yml` or `.yaml` are read. */
  readonly paths: readonly string[];
  /** Where events in this process come from: `engine.events`. */
  readonly events: EventBus;
  /** Where durable ones get their events from; lent to subscribers. */
  readonly database: Database;
  /** Names of all events that can come: `() => knownEventNames(registry)`. */
  readonly knownEvents: () => readonly string[];
  /** Classes by their names, besides those that are there: `StructuredLogSubscriber`, `WebhookSubscriber`. */
  readonly classes?: SubscriberClasses;
  /** Time between two looks whether a file has changed, in milliseconds; 0: none but by `reload`. Default: 1,000. */
  readonly watchMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly log?: LeveledLog;
  /** Variables for secrets. Default: the process's. */
  readonly environment?: SubscriberResources["environment"];
}

/** What a look at the files came to. */
export interface ReloadReport {
  /** Names of subscriptions that run since then: new ones, and those that have changed. */
  readonly started: readonly string[];
  /** Names of subscriptions that no file asks for any more. */
  readonly stopped: readonly string[];
  /** What is wrong with files that were refused; what they asked for before goes on. */
  readonly refused: readonly TemplateIssue[];
}

interface Running {
  readonly plan: PlannedSubscription;
  readonly end: EndSubscription;
}

/**
 * Runs the subscriptions of YAML files, and follows the files: what has changed takes effect, what is not valid is refused, with
 * `subscriber.validation_failed` and a line in the log, while the subscriptions that the file asked for before go on.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #resources: SubscriberResources;
  readonly #files: SubscriptionFiles;
  readonly #running = new Map<string, Running>();
  #work: Promise<unknown> = Promise.resolve();
  #cancelLook: () => void = () => {};
  #state: "new" | "running" | "stopped" = "new";

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#files = new SubscriptionFiles(options.paths);
    const { database, clock = systemClock, log = SILENT_LOG, environment = process.env } = options;
    this.#resources = { database, clock, log, environment, random: Math.random };
  }

  /** The subscriptions that run, by name. */
  list(): readonly Pick<PlannedSubscription, "name" | "className" | "source">[] {
    return [...this.#running.values()].map(({ plan: { name, className, source } }) => ({ name, className, source }));
  }

  /**
   * Reads the files and subscribes.
   * @throws InvalidDeclarationError with everything that is wrong in any of them; then nothing is subscribed
   * @throws NotRunningError if it was started before
   */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new NotRunningError("the subscriptions were started already");
    const { plans, refused } = await this.#look();
    if (refused.size > 0) throw new InvalidDeclarationError([...refused.values()].flat());
    this.#state = "running";
    await this.#apply(plans);
    this.#lookLater();
  }

  /** Looks at the files now instead of at the next look. */
  reload(): Promise<ReloadReport> {
    const done = this.#work.then(() => this.#reload());
    this.#work = done.catch(() => undefined);
    return done;
  }

  /**
   * Ends all subscriptions. Resolves when none of their subscribers has anything under way.
   * @param options.graceMs how long events of this process that wait may take, in milliseconds; then they are let go. Default: 5,000
   */
  async stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#state = "stopped";
    this.#cancelLook();
    await this.#work;
    let cut = () => {};
    const grace = new Promise<void>((resolve) => {
      cut = this.#resources.clock.after(options.graceMs ?? GRACE_MS, resolve);
    });
    await Promise.race([this.#options.events.flush(), grace]);
    cut();
    await Promise.all([...this.#running.keys()].map((name) => this.#stop(name)));
  }

  async #reload(): Promise<ReloadReport> {
    if (this.#state !== "running") return { started: [], stopped: [], refused: [] };
    const { plans, refused, hasChanged } = await this.#look();
    for (const [file, issues] of refused) this.#tellRefused(file, issues);
    const applied = hasChanged ? await this.#apply(plans) : { started: [], stopped: [] };
    return { ...applied, refused: [...refused.values()].flat() };
  }

  #look() {
    return this.#files.look(() => ({
      classes: { ...READY_MADE_CLASSES, ...this.#options.classes },
      knownEvents: this.#options.knownEvents(),
      resources: this.#resources,
    }));
  }

  /** Makes what runs into what is asked for. */
  async #apply(plans: readonly PlannedSubscription[]): Promise<Pick<ReloadReport, "started" | "stopped">> {
    const asked = new Set(plans.map(({ name }) => name));
    const stopped = [...this.#running.keys()].filter((name) => !asked.has(name));
    for (const name of stopped) await this.#stop(name);
    const changed = plans.filter(({ name, fingerprint }) => this.#running.get(name)?.plan.fingerprint !== fingerprint);
    for (const plan of changed) await this.#replace(plan);
    return { started: changed.map(({ name }) => name), stopped };
  }

  /** In this process the new one is there before the old one goes; the event log lets one run at a time. */
  async #replace(plan: PlannedSubscription): Promise<void> {
    const old = this.#running.get(plan.name);
    if (old !== undefined && plan.durable !== null) await old.end();
    const end = await runSubscription(plan, { ...this.#options, resources: this.#resources });
    this.#running.set(plan.name, { plan, end });
    if (old !== undefined && plan.durable === null) await old.end();
    this.#resources.log.info({ subscription: plan.name, source: plan.source }, "subscribed");
    this.#options.events.tell("subscriber.registered", null, () => ({
      ...factsOf(plan.name, plan.className),
      options: { events: [...plan.subscriber.events], source: plan.source, durable: plan.durable !== null },
    }));
  }

  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    this.#running.delete(name);
    await running.end();
    this.#resources.log.info({ subscription: name }, "unsubscribed");
    this.#options.events.tell("subscriber.unregistered", null, () => factsOf(name, running.plan.className));
  }

  #tellRefused(file: string, issues: readonly TemplateIssue[]): void {
    const lines = issues.map(describeIssue);
    const { log } = this.#resources;
    log.warn({ file, issues: lines }, `subscriptions were refused, and what they were before goes on: ${lines[0]}`);
    this.#options.events.tell("subscriber.validation_failed", null, () => ({
      ...factsOf(file, "Subscriptions"),
      validation_error: lines.join("\n"),
    }));
  }

  #lookLater(): void {
    const { watchMs = 1_000 } = this.#options;
    if (watchMs === 0 || this.#state !== "running") return;
    this.#cancelLook = this.#resources.clock.after(watchMs, () => {
      void this.reload()
        .catch((err: unknown) => {
          this.#files.forget();
          this.#resources.log.warn({ err }, "subscriptions could not be changed, and are tried again");
        })
        .finally(() => this.#lookLater());
    });
  }
}

function factsOf(entityId: string, entityClass: string) {
  return {
    registry_name: REGISTRY,
    entity_type: "subscriber" as const,
    entity_id: entityId,
    entity_class: entityClass,
  };
}

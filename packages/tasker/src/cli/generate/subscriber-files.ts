import { compilePattern } from "../../events/bus/pattern.ts";
import { EVENT_CATALOGUE } from "../../events/catalogue/catalogue.ts";
import { handlerMethodOf } from "../../subscribers/handler-method.ts";
import { sampleFor } from "./event-choice.ts";
import type { GeneratedFile } from "./generated-file.ts";
import type { GeneratedName } from "./generated-name.ts";

/** What a subscriber is to be like. */
export interface SubscriberChoice {
  readonly name: GeneratedName;
  /** Names and patterns, at least one. */
  readonly events: readonly string[];
  /** Whether it takes its events from the event log. */
  readonly durable: boolean;
}

/** A method of a subscriber, and the type of the events that it takes. */
interface Method {
  readonly name: string;
  readonly type: string;
}

/** A class of subscribers in TypeScript, and a test of it for Node's own test runner. */
export function subscriberFiles(choice: SubscriberChoice): readonly GeneratedFile[] {
  const stem = `${choice.name.kebab}-subscriber`;
  return [
    { path: `${stem}.ts`, text: classFile(choice) },
    { path: `${stem}.test.ts`, text: testFile(choice, `./${stem}.ts`) },
  ];
}

function classFile({ name, events, durable }: SubscriberChoice): string {
  const className = `${name.pascal}Subscriber`;
  const methods = methodsOf(events);
  const types = ["TaskerEvent", ...(methods.some(({ type }) => type.startsWith("EventOf")) ? ["EventOf"] : [])];
  const imports = ["BaseSubscriber", ...types.sort().map((type) => `type ${type}`)];
  const subscription = `
/** For \`new DurableSubscriber({ database, ...${name.camel}Subscription })\`, and for \`tasker events replay --module\`. */
export const ${name.camel}Subscription = new ${className}({ name: "${name.kebab}" }).durable({ from: "now" });
`;
  return `import { ${imports.join(", ")} } from "tasker";

/** Takes ${events.join(", ")}. */
export class ${className} extends BaseSubscriber {
  static override readonly events: readonly string[] = ${JSON.stringify(events).replaceAll(",", ", ")};

${methods.map(methodText).join("\n")}
  /** Stands for what is to be done. An event can come twice; its id is the same then. */
  protected note({ id, name, taskId }: TaskerEvent): void {
    this.resources.log.info({ event_id: id, task_id: taskId }, name);
  }
}
${durable ? subscription : ""}`;
}

/** A method for each event that is named, and one for those that only patterns mean. Two events may share a method. */
function methodsOf(events: readonly string[]): readonly Method[] {
  const methods = new Map<string, string>();
  for (const event of events) {
    const name = event.includes("*") ? "handleEvent" : handlerMethodOf(event);
    const isShared = methods.has(name) || !EVENT_CATALOGUE.has(event);
    methods.set(name, isShared ? "TaskerEvent" : `EventOf<"${event}">`);
  }
  return [...methods].map(([name, type]) => ({ name, type }));
}

function methodText({ name, type }: Method): string {
  return `  ${name}(event: ${type}): void {
    this.note(event);
  }
`;
}

function testFile({ name, events, durable }: SubscriberChoice, module: string): string {
  const className = `${name.pascal}Subscriber`;
  const samples = [...new Map(events.map(sampleFor).map((sample) => [sample.name, sample])).values()];
  const isWanted = compilePattern(events).matchesName("unrelated.event");
  const published = [...samples, ...(isWanted ? [] : [{ name: "unrelated.event", payload: {} }])];
  const expected = JSON.stringify(samples.map((sample) => sample.name)).replaceAll(",", ", ");
  const own = durable ? `, ${name.camel}Subscription` : "";
  const first = samples[0]?.name ?? "";
  const durableTest = `
test("the event log hands them to it", async () => {
  assert.equal(${name.camel}Subscription.name, "${name.kebab}");
  const { subscriber, lines } = makeSubscriber();
  const { handle } = subscriber.durable();
  const signal = new AbortController().signal;
  await handle?.(eventOf(${JSON.stringify(first)}, {}), { subscriber: subscriber.name, attempt: 1, signal, transaction: null });
  assert.deepEqual(lines, [${JSON.stringify(first)}]);
});
`;
  return `import assert from "node:assert/strict";
import { test } from "node:test";
import { EventBus, type TaskerEvent } from "tasker";
import { ${className}${own} } from "${module}";

function eventOf(name: string, payload: TaskerEvent["payload"]): TaskerEvent {
  return {
    id: \`test:\${name}\`,
    name,
    at: Date.UTC(2027, 0, 1),
    taskId: 1,
    namespace: "default",
    taskName: "example",
    version: "1.0.0",
    correlationId: null,
    stepId: null,
    stepName: null,
    payload,
  };
}

/** A subscriber, and what it has written to its log. */
function makeSubscriber() {
  const lines: string[] = [];
  const note = (_facts: object, message: string) => void lines.push(message);
  const log = { debug: note, info: note, warn: note, error: note };
  return { subscriber: new ${className}({ resources: { log } }), lines };
}

test("it takes the events that it wants${isWanted ? "" : ", and no others"}", async () => {
  const { subscriber, lines } = makeSubscriber();
  const bus = new EventBus();
  subscriber.subscribeTo(bus);
${published.map((sample) => `  bus.publish(eventOf(${JSON.stringify(sample.name)}, ${JSON.stringify(sample.payload)}));`).join("\n")}
  await bus.flush();
  assert.deepEqual(lines, ${expected});
});
${durable ? durableTest : ""}`;
}

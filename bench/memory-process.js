import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bindTemplate, Engine, HandlerRegistry, openPostgres, parseTemplate } from "tasker";

// A program as a user writes one: JavaScript, which Node runs as it is, and the built package. Measures its own resident memory; see
// workloads/memory.ts. Arguments: the URL of a migrated database, the template, and numbers of tasks as JSON.
const [url, document, numbers] = process.argv.slice(2);
const { warmupTasks, linearTasks, liveTasks } = JSON.parse(numbers);
const { name, namespace_name: namespace } = JSON.parse(document);

let gate = null;
const step = async () => {
  await gate?.promise;
  return { ok: true };
};
const registry = new HandlerRegistry();
registry.register(bindTemplate(parseTemplate(document), { BenchStep: step }));
const database = await openPostgres(url);
const engine = new Engine({ database, registry, concurrency: 500, maxTasks: Math.max(liveTasks, linearTasks) });
await engine.start();

const submit = async (count) => {
  const requests = Array.from({ length: count }, (_, number) => ({ name, namespace, context: { number } }));
  const submitted = await engine.submitMany(requests);
  return submitted.map(({ taskId }) => taskId);
};
const complete = (taskIds) => Promise.all(taskIds.map((taskId) => engine.settled(taskId)));
const residentMb = () => process.memoryUsage.rss() / 1e6;
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

collectGarbage();
const idle = residentMb();
await complete(await submit(warmupTasks));
await complete(await submit(linearTasks));
const underW1 = residentMb();
gate = Promise.withResolvers();
const waiting = await submit(liveTasks);
collectGarbage();
const live = residentMb();
gate.resolve();
gate = null;
await complete(waiting);
await engine.stop();
await database.close();
process.stdout.write(JSON.stringify({ idle, underW1, live }));

/** Stands in every field with a text of the tasks in the namespace `closed`, and in no request of the fuzzer. */
export const CANARY = "canary-4d1f9c";

/** Tasks that wait, tasks that have failed, and such as nobody who is limited to the namespace `open` may know of. */
const TASKS = [
  { name: "anything", namespace: "open", context: {} },
  { name: "anything", namespace: "open", context: { fails: true } },
  {
    name: "concealed",
    namespace: "closed",
    context: { canary: CANARY },
    initiator: CANARY,
    source_system: CANARY,
    reason: CANARY,
    tags: [CANARY],
    correlation_id: CANARY,
  },
];

/** Makes tasks 1 to 12 of a new database through a server. @throws Error if the server refuses one */
export async function makeTasks(url: string): Promise<void> {
  for (const task of [...TASKS, ...TASKS, ...TASKS, ...TASKS]) {
    const response = await fetch(`${url}/v1/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(task),
    });
    if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
  }
}

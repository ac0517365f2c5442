import { parentPort, workerData } from "node:worker_threads";
import { HeartbeatLine } from "./heartbeat-line.ts";
import { Pacemaker } from "./pacemaker.ts";
import type { ThreadCommand, ThreadOrder, ThreadReport } from "./thread-messages.ts";
import { VitalSigns } from "./vital-signs.ts";

// The thread of a ThreadHeartbeat: beats on a connection of its own, whatever the engine's event loop does.

const { url, buffer, ...settings }: ThreadOrder = workerData;
const signs = new VitalSigns(buffer);
const report = (message: ThreadReport) => parentPort?.postMessage(message);

const line = new HeartbeatLine(url, settings.leaseMs, signs, {
  onHint: (payload) => report({ kind: "hint", payload }),
  onListening: (isListening) => report({ kind: "listening", isListening }),
});
const pacemaker = new Pacemaker(line, settings, signs, {
  onRenewed: (processId) => report({ kind: "renewed", processId }),
  onDeclaredDead: (processId) => report({ kind: "declared dead", processId }),
  onLeftBehind: () => report({ kind: "left behind" }),
  onTrouble: (message) => report({ kind: "trouble", message }),
});

async function stop(): Promise<void> {
  await pacemaker.stop();
  await line.close();
  parentPort?.close();
}

parentPort?.on("message", (command: ThreadCommand) => {
  if (command.kind === "stop") void stop();
  else pacemaker.follow(command.processId, command.registeredAt);
});

import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";

// A thread that takes what is exported to it, as a collector beside the process would, and drops it.

const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage(server.address()));

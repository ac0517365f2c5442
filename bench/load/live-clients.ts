import { connect, type Socket } from "node:net";
import { ClientsOrder, type ClientsReport } from "./clients-order.ts";
import { EventReader, type EventSequences, idOf, sequencesOf } from "./event-sequence.ts";

/** Clients that are being connected at the same time. */
const AT_ONCE = 100;

interface Client {
  readonly path: string;
  readonly socket: Socket;
  readonly sequences: EventSequences;
  isEnded: boolean;
}

// The process of the clients; see workloads/live.ts.
const clients: Client[] = [];

process.on("message", (message) => {
  void obey(ClientsOrder.parse(message)).then((answer) => process.send?.(answer));
});

async function obey(order: ClientsOrder): Promise<ClientsReport | "done"> {
  if (order.kind === "report") return report();
  if (order.kind === "open") {
    const paths = [...order.paths];
    const openNext = async () => {
      for (let path = paths.pop(); path !== undefined; path = paths.pop()) await open(order.port, order.from, path);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, openNext));
    return "done";
  }
  for (const { socket } of clients.splice(0)) socket.resetAndDestroy();
  return "done";
}

/** Connects a client. @returns when it is told what happens */
function open(port: number, from: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, localAddress: from });
    const client: Client = { path, socket, sequences: sequencesOf(path), isEnded: false };
    clients.push(client);
    const reader = new EventReader((message) => {
      const id = idOf(message);
      if (id !== null) client.sequences.add(message, id);
      else if (message.includes("event: ready")) resolve();
      else if (message.includes("event: end")) client.isEnded = true;
    });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => reader.read(text));
    socket.on("error", reject);
    socket.on("close", () => {
      client.isEnded = true;
      reject(new Error(`a client of ${path} was disconnected`));
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`);
  });
}

function report(): ClientsReport {
  const marks = Object.entries(Object.groupBy(clients, ({ path }) => path)).map(([path, of = []]) => {
    return [path, [...new Set(of.map(({ sequences }) => sequences.mark))]];
  });
  return {
    events: clients.reduce((sum, { sequences }) => sum + sequences.count, 0),
    ended: clients.filter(({ isEnded }) => isEnded).length,
    marks: Object.fromEntries(marks),
  };
}

import { parseArgs } from "node:util";
import { UsageError } from "../command-line.ts";
import { isPeerName, PEER_NAMES, type PeerName } from "./peer-names.ts";
import { isWorkload, WORKLOADS, type Workload } from "./workloads.ts";

export const PEERS_USAGE = `Usage: npm run bench -- peers [options]

Systems: ${PEER_NAMES.join(", ")}
Workloads: ${WORKLOADS.join(", ")}

Options:
  --only NAME...        only these systems, besides ours
  --workloads W1,...    only these workloads
  --repeat N            run everything N times (default: 3)
  --json                print one JSON object a line instead of a report
  --markdown            print the report as Markdown
  --from FILE           report what --json has written to FILE instead of running anything
  --help                print this text

See docs/performance.md.`;

/** What the command line asks for. */
export interface PeersCommand {
  /** Ours first. */
  readonly names: readonly PeerName[];
  readonly workloads: readonly Workload[];
  readonly repeat: number;
  readonly json: boolean;
  readonly markdown: boolean;
  /** File with figures, or null: run. */
  readonly from: string | null;
  readonly help: boolean;
}

/** @throws UsageError */
export function parsePeersCommandLine(args: readonly string[]): PeersCommand {
  const { values, positionals } = parse(args);
  if (positionals.length > 0 && values.only === undefined) {
    throw new UsageError(`unexpected '${positionals[0]}': systems are named with --only`);
  }
  const only = [...(values.only ?? []), ...positionals].flatMap((list) => list.split(","));
  const workloads = values.workloads?.split(",") ?? WORKLOADS;
  return {
    names: choosePeers(only),
    workloads: chooseWorkloads(workloads),
    repeat: parseRepeat(values.repeat),
    json: values.json,
    markdown: values.markdown,
    from: values.from ?? null,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: "string", multiple: true },
        workloads: { type: "string" },
        repeat: { type: "string", default: "3" },
        json: { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
        from: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.split("\n", 1)[0] ?? message);
  }
}

function choosePeers(only: readonly string[]): readonly PeerName[] {
  const unknown = only.find((name) => !isPeerName(name));
  if (unknown !== undefined)
    throw new UsageError(`unknown system '${unknown}', expected one of ${PEER_NAMES.join(", ")}`);
  return PEER_NAMES.filter((name) => only.length === 0 || name === "tasker" || only.includes(name));
}

function chooseWorkloads(names: readonly string[]): readonly Workload[] {
  const unknown = names.find((name) => !isWorkload(name));
  if (unknown !== undefined) {
    throw new UsageError(`unknown workload '${unknown}', expected some of ${WORKLOADS.join(",")}`);
  }
  return WORKLOADS.filter((workload) => names.includes(workload));
}

function parseRepeat(text: string): number {
  const repeat = Number(text);
  if (!Number.isSafeInteger(repeat) || repeat < 1) {
    throw new UsageError(`--repeat is '${text}', expected a whole number of 1 or more`);
  }
  return repeat;
}

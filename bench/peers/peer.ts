import type { Shape } from "../shapes.ts";
import type { PeerName } from "./peer-names.ts";
import type { Workload } from "./workloads.ts";

/** What a system keeps of a step that is done, from most to least. */
export type Keeping = "each step in PostgreSQL" | "jobs in PostgreSQL" | "jobs in Redis" | "nothing";

/** A system under comparison, and how it is set up here. */
export interface Peer {
  readonly name: PeerName;
  /** npm packages of ./package.json, that of the system first. Ours has none. */
  readonly packages: readonly string[];
  /** Python packages of ./package.json. */
  readonly python?: readonly string[];
  /** `appendfsync` of the Redis that it needs instead of PostgreSQL. */
  readonly redis?: "everysec" | "always";
  readonly keeps: Keeping;
  /** What is left of a step afterwards, in a few words. */
  readonly record: string;
  /** The options that differ from the defaults, in a few words. */
  readonly settings: string;
  /** Tasks of a workload where the usual number would take minutes. */
  readonly tasks?: Partial<Record<Workload, number>>;
  /** Workloads that it cannot run, and why. */
  readonly unable?: Partial<Record<Workload, string>>;
  /** Prepares the store and starts a worker in this process. */
  open(setting: PeerSetting): Promise<PeerSession>;
}

/** What a system is given for one run. */
export interface PeerSetting {
  /** An empty database, or a Redis without keys. */
  readonly url: string;
  readonly workload: Workload;
  /** Graph of every task of the run. */
  readonly shape: Shape;
  /** The body of each step. Called once for each step of each task. */
  readonly step: (name: string) => StepResult;
  /** Resolves when so many steps have been entered in this process, counted from its start. */
  readonly entered: (steps: number) => Promise<void>;
  /** Imports a package of {@link Peer.packages}. Its shape is the caller's word. */
  readonly load: (name: string) => Promise<unknown>;
  /** Directory in which the packages are installed. */
  readonly directory: string;
}

/** What a step returns: no work is done in it. */
export interface StepResult {
  readonly ok: true;
}

/** A started worker. */
export interface PeerSession {
  /** Starts so many tasks of the shape; resolves when all of their steps are durably complete. */
  run(tasks: number): Promise<void>;
  /** Counts in the store what all runs have left. @throws Error if it is not what `tasks` tasks leave */
  verify(tasks: number): Promise<void>;
  close(): Promise<void>;
}

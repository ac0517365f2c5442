/** What a heartbeat finds out about this process and others. */
export interface RhythmListener {
  /** The lease of process `processId` was renewed. */
  onRenewed(processId: number): void;
  /** Another process has declared `processId`, which this one is, dead, and may have its tasks. */
  onDeclaredDead(processId: number): void;
  /** Processes that have left or are dead may have tasks. */
  onLeftBehind(): void;
  /** Something went wrong, and is tried again. */
  onTrouble(message: string): void;
}

/** What comes in by the connection of a heartbeat. */
export interface LineListener {
  /** A hint of another process has arrived. */
  onHint(payload: string): void;
  /** Whether hints arrive from now on. */
  onListening(isListening: boolean): void;
}

/** Times of a heartbeat, in milliseconds. */
export interface HeartbeatSettings {
  /** How long this process may be silent. */
  readonly leaseMs: number;
  /** How long its event loop, or its commits with work waiting, may make no progress. Then the lease is not renewed. */
  readonly stuckAfterMs: number;
}

/** Renews the lease of this process and looks whether others renew theirs. */
export interface Heartbeat {
  /**
   * Begins with a process that was registered; another one before it is left.
   * @param registeredAt when its registration was sent, by the monotonic clock: its lease counts from there
   */
  follow(processId: number, registeredAt: number): void;
  /** Ends it; resolves when nothing is renewed any more. */
  stop(): Promise<void>;
}

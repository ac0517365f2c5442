import type { CommandIo } from "./io.ts";

/** Why a command that could go on stops. */
export type StopReason = "signal" | "closed_output" | "timeout";

/** Listens for the wish to stop, from a signal, a closed output or a time limit, and for the second signal. */
export class StopRequest {
  /** Resolves at the first wish to stop. */
  readonly asked: Promise<StopReason>;
  /** Resolves at the second signal: do not wait any longer. */
  readonly forced: Promise<void>;
  readonly #release: () => void;
  #reason: StopReason | null = null;

  /** @param timeoutMs milliseconds after which to stop; null for no limit */
  constructor(io: Pick<CommandIo, "signals" | "clock">, timeoutMs: number | null) {
    const asked = Promise.withResolvers<StopReason>();
    const forced = Promise.withResolvers<void>();
    let count = 0;
    const stopListening = io.signals.listen((signal) => {
      if (signal === "SIGPIPE") return asked.resolve("closed_output");
      count += 1;
      asked.resolve("signal");
      if (count === 2) forced.resolve();
    });
    const cancelTimer = timeoutMs === null ? () => {} : io.clock.after(timeoutMs, () => asked.resolve("timeout"));
    this.asked = asked.promise.then((reason) => {
      this.#reason = reason;
      return reason;
    });
    this.forced = forced.promise;
    this.#release = () => {
      stopListening();
      cancelTimer();
    };
  }

  /** Why to stop, or null as long as nobody asked. */
  get reason(): StopReason | null {
    return this.#reason;
  }

  /** Stops listening. */
  release(): void {
    this.#release();
  }
}

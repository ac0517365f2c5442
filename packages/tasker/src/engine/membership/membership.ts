import { type CancelTimer, systemClock } from "../../clock/clock.ts";
import { NotRunningError } from "../../errors/index.ts";
import { VERSION } from "../../version.ts";
import type { Runtime } from "../runtime.ts";
import type { Heartbeat, HeartbeatSettings, LineListener, RhythmListener } from "./heartbeat.ts";
import { monotonicMs } from "./monotonic-time.ts";
import { Pacemaker } from "./pacemaker.ts";
import { leave, register, stopEveryOther, takeOver } from "./process-registration.ts";
import { ThreadHeartbeat } from "./thread-heartbeat.ts";

/** Wait between attempts to register while the database is away, in milliseconds. */
const REGISTER_WAIT_MS = 500;
/** Time between two signs that the event loop turns, in milliseconds; shorter if it may stand still only for a short time. */
const TURN_MS = 1_000;

/** How a process keeps its lease. */
export interface MembershipSettings extends HeartbeatSettings {
  /** From where it is renewed. */
  readonly heartbeat: "thread" | "loop";
}

/**
 * This process's row in the database: registers it, has its lease renewed, stops everything when the lease could have ended,
 * takes the tasks of processes that are gone.
 */
export class Membership implements RhythmListener, LineListener {
  readonly #runtime: Runtime;
  readonly #settings: MembershipSettings;
  #heartbeat: Heartbeat | null = null;
  #cancelTurn: CancelTimer = () => {};
  #cancelFence: CancelTimer = () => {};
  #anew: Promise<void> | null = null;
  #takingOver: Promise<void> | null = null;
  #left = true;
  #trouble: string | null = null;

  constructor(runtime: Runtime, settings: MembershipSettings) {
    this.#runtime = runtime;
    this.#settings = settings;
  }

  async join(): Promise<void> {
    const { database, signs, fence } = this.#runtime;
    const registeredAt = await this.#register();
    this.#left = false;
    // Only one process can have the embedded database open: whoever else is registered is dead.
    if (database.kind === "embedded") await database.run(stopEveryOther, [this.#runtime.processId]);
    this.#tellTakenOver(await takeOver(database, new Date(this.#runtime.clock.now())));
    this.#turn();
    signs.renew(registeredAt + this.#settings.leaseMs);
    // On the embedded database the lock of its directory is the lease.
    if (database.kind === "postgres") {
      fence.guard();
      this.#watchLease();
    }
    this.#heartbeat = this.#createHeartbeat();
    this.#heartbeat.follow(this.#runtime.processId, registeredAt);
    this.#tell("tasker.process.joined");
  }

  async leave(): Promise<void> {
    this.#left = true;
    this.#cancelTurn();
    this.#cancelFence();
    await this.#heartbeat?.stop();
    await this.#anew;
    await this.#takingOver;
    const { database, processId, log } = this.#runtime;
    try {
      await database.run(leave, [processId]);
      this.#tell("tasker.process.left");
      await this.#takeOver();
    } catch (error) {
      log.warn({ err: error }, "leaving failed: what this process owns goes on elsewhere when its lease has ended");
    }
  }

  onRenewed(processId: number): void {
    const { fence, processId: current } = this.#runtime;
    if (processId !== current || this.#left) return;
    this.#trouble = null;
    // A message may be old: the process may have been stopped since it was sent.
    if (!fence.isOpen && this.#anew === null && monotonicMs() < this.#runtime.signs.leaseEndsAt) this.#goOn();
    this.onLeftBehind();
  }

  onDeclaredDead(processId: number): void {
    if (processId !== this.#runtime.processId || this.#left || this.#anew !== null) return;
    this.#anew = this.#startOver().finally(() => {
      this.#anew = null;
    });
  }

  onLeftBehind(): void {
    if (this.#left || this.#takingOver !== null) return;
    this.#takingOver = this.#takeOver()
      .catch((error: unknown) => {
        this.#runtime.log.warn({ err: error }, "taking over the tasks of other processes failed, trying again");
      })
      .finally(() => {
        this.#takingOver = null;
      });
  }

  /** Told once, until the lease is renewed again. */
  onTrouble(message: string): void {
    if (this.#left || message === this.#trouble) return;
    this.#trouble = message;
    this.#runtime.log.warn({ processId: this.#runtime.processId }, `heartbeat: ${message}`);
  }

  onHint(payload: string): void {
    this.#runtime.hints.receive(payload);
  }

  onListening(isListening: boolean): void {
    this.#runtime.hints.isListening = isListening;
    // With the connection the lock may be gone, and the lease ends sooner than was thought.
    if (!isListening && !this.#left) this.#watchLease();
  }

  #createHeartbeat(): Heartbeat {
    const { database, signs } = this.#runtime;
    const { leaseMs, stuckAfterMs, heartbeat } = this.#settings;
    const url = database.loneConnectionUrl;
    const settings = { leaseMs, stuckAfterMs };
    const makePacemaker = () => {
      // No lock: a connection of the pool belongs to nobody in particular.
      const connection = { run: database.run.bind(database), guard: async () => false };
      return new Pacemaker(connection, settings, signs, this);
    };
    if (heartbeat === "loop" || url === null) return makePacemaker();
    return new ThreadHeartbeat(url, settings, signs, this, makePacemaker);
  }

  /** @returns when the registration was sent: the lease counts from there */
  async #register(): Promise<number> {
    const runtime = this.#runtime;
    const sentAt = monotonicMs();
    runtime.processId = await register(runtime.database, VERSION, this.#settings.leaseMs);
    runtime.hints.processId = runtime.processId;
    return sentAt;
  }

  #turn(): void {
    this.#runtime.signs.turn();
    this.#cancelTurn = systemClock.after(Math.min(TURN_MS, this.#settings.stuckAfterMs / 4), () => this.#turn());
  }

  /** Asks the fence at the moment at which the lease ends; while it is renewed, that moment moves on. Called anew when it may have come nearer. */
  #watchLease(): void {
    const { fence, signs } = this.#runtime;
    this.#cancelFence();
    if (!fence.holds()) return;
    this.#cancelFence = systemClock.after(Math.max(1, signs.leaseEndsAt - monotonicMs()), () => this.#watchLease());
  }

  #goOn(): void {
    this.#runtime.log.info({ processId: this.#runtime.processId }, "the lease is renewed: going on");
    this.#runtime.fence.open();
    this.#runtime.wake();
    this.#watchLease();
  }

  /** Everything that this process had is others' by now. */
  async #startOver(): Promise<void> {
    const runtime = this.#runtime;
    runtime.log.error({ processId: runtime.processId }, "declared dead by another process: starting over");
    runtime.meter?.declaredDead();
    runtime.fence.close();
    runtime.tasks.abandonAll();
    while (!this.#left) {
      try {
        const registeredAt = await this.#register();
        runtime.signs.renew(registeredAt + this.#settings.leaseMs);
        this.#heartbeat?.follow(runtime.processId, registeredAt);
        this.#tell("tasker.process.joined");
        this.#goOn();
        return;
      } catch (error) {
        if (error instanceof NotRunningError) return;
        runtime.log.warn({ err: error }, "registering this process anew failed, trying again");
        await new Promise<void>((resolve) => void systemClock.after(REGISTER_WAIT_MS, resolve));
      }
    }
  }

  async #takeOver(): Promise<void> {
    const { database, clock, log, onDue } = this.#runtime;
    const tasks = await takeOver(database, new Date(clock.now()));
    if (tasks === 0) return;
    log.info({ tasks }, "gave back the tasks of processes that are gone");
    this.#tellTakenOver(tasks);
    onDue();
  }

  #tell(name: "tasker.process.joined" | "tasker.process.left"): void {
    const { events, processId } = this.#runtime;
    events.tell(name, null, () => ({ process_id: processId }));
  }

  #tellTakenOver(tasks: number): void {
    if (tasks === 0) return;
    this.#runtime.meter?.tookOver(tasks);
    this.#runtime.events.tell("tasker.process.tasks_taken_over", null, () => ({ tasks }));
  }
}

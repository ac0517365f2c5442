/** Something that is done to a process, its connections or the database, by the time since the run began. */
export type Fault = { readonly atMs: number } & (
  | {
      /** `kill -9`; the next process of the slot starts after `forMs`. */
      readonly kind: "kill";
      readonly slot: number;
      readonly forMs: number;
    }
  | {
      /** SIGSTOP, and SIGCONT after `forMs`: a process that comes back when it has long been declared dead. */
      readonly kind: "stop";
      readonly slot: number;
      readonly forMs: number;
    }
  | {
      /** Nothing gets through between a process and the server for `forMs`; the connections stay. */
      readonly kind: "stall";
      readonly slot: number;
      readonly forMs: number;
    }
  | {
      /** All connections of a process are reset. */
      readonly kind: "cut";
      readonly slot: number;
    }
  | {
      /** The server ends the sessions of a process. */
      readonly kind: "terminate";
      readonly slot: number;
    }
  | {
      /** The clock that the engine of a process was given is `offsetMs` off for `forMs`. */
      readonly kind: "clock";
      readonly slot: number;
      readonly offsetMs: number;
      readonly forMs: number;
    }
  | {
      /** The event loop of a process does nothing else for `forMs`. */
      readonly kind: "block";
      readonly slot: number;
      readonly forMs: number;
    }
  | {
      /** Somebody holds rows of running tasks in an open transaction for `forMs`. */
      readonly kind: "lock";
      readonly forMs: number;
    }
  | {
      /** The server is stopped as a crash would stop it, and started again. */
      readonly kind: "restart";
    }
  | {
      /** One process after the other is stopped by SIGTERM and started with the next release. */
      readonly kind: "deploy";
    }
);

/** Every kind of fault. */
export type FaultKind = Fault["kind"];

/** Bounds on clients that watch. */
export interface LiveBounds {
  /** Most clients at the same time. Default: 20,000. */
  readonly connections?: number;
  /** Most of one principal; without authentication and for local calls there is no such limit. Default: 1,000. */
  readonly connectionsPerPrincipal?: number;
  /** How often it is looked whether clients may still watch what they watch, in milliseconds. Default: 30,000. */
  readonly recheckMs?: number;
  /** How often clients are told that nothing happened, in milliseconds. Default: 15,000. */
  readonly beatMs?: number;
  /** Most events that wait for one client. Default: 5,000. */
  readonly buffer?: number;
}

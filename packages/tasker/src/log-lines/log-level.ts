import type { LogLevel } from "../config/log-level.ts";

/** A level of what happens while everything goes on. */
export type EventLevel = Exclude<LogLevel, "fatal">;

/** What of a log is needed to write lines with a level. */
export type LevelledLog = Readonly<Record<LogLevel, (facts: object, message: string) => void>>;

/** The part of that which events of tasks and steps are told to. */
export type EventLog = Pick<LevelledLog, EventLevel>;

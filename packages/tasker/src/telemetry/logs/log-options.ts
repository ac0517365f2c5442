import { z } from "zod";
import { parseSection } from "../../config/parse-section.ts";
import { between, mapping } from "../../config/rules.ts";

/** Levels, the least important first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a line looks like. */
export const LOG_FORMATS = ["json", "pretty_json", "logfmt", "pretty"] as const;
/** One of {@link LOG_FORMATS}. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Fields that are masked unless other paths are given. */
export const DEFAULT_MASKED: readonly string[] = ["", "context.", "payload.", "headers."].flatMap((prefix) =>
  ["password", "secret", "token", "access_token", "api_key", "authorization", "cookie"].map((key) => prefix + key),
);

const level = z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(", ")}` });

/** A path as pino's redaction takes it: names with points between them, `[*]` or `*` for any member. */
const path = z
  .string("the path of a field, such as context.card.number")
  .regex(
    /^(?:\*|[^\s.*[\]]+)(?:\[(?:\*|\d+)\])*(?:\.(?:\*|[^\s.*[\]]+)(?:\[(?:\*|\d+)\])*)*$/,
    "the path of a field, such as context.card.number or items[*].token",
  );

const LogSchema = mapping({
  level: level.default("info"),
  format: z.enum(LOG_FORMATS, { error: `one of ${LOG_FORMATS.join(", ")}` }).default("json"),
  environment: z.string("a text").default(() => process.env.NODE_ENV ?? "development"),
  mask: z.array(path, "a list of paths").default([...DEFAULT_MASKED]),
  maskWith: z.string("a text").default("[FILTERED]"),
  components: z
    .record(
      z.string(),
      mapping({ level: level.optional(), sampling: between(0, 1).optional() }),
      "a mapping from components to their settings",
    )
    .default({}),
});

/** How a component logs. */
export interface ComponentSettings {
  /** Default: the level of the whole. */
  readonly level?: LogLevel;
  /**
   * Part of its debug and info lines that is written, 0 to 1; of lines with a correlation id all or none of one id. Warnings
   * and errors are always written. Default: 1.
   */
  readonly sampling?: number;
}

/** What and how is logged. */
export interface LogSettings {
  /** Least level that is written. Default: `info`. */
  readonly level?: LogLevel;
  /** `json`: one object a line; `pretty`: for a person at a terminal. Default: `json`. */
  readonly format?: LogFormat;
  /** Default: `NODE_ENV`, or `development`. */
  readonly environment?: string;
  /**
   * Exact paths of fields whose values are masked, such as `context.card.number`, `*.token`, `items[*].secret`. Default:
   * {@link DEFAULT_MASKED}.
   */
  readonly mask?: readonly string[];
  /** What stands in their place. Default: `[FILTERED]`. */
  readonly maskWith?: string;
  /** Settings of single components, by their names. Default: none. */
  readonly components?: Readonly<Record<string, ComponentSettings>>;
}

/** {@link LogSettings} with every default filled in. */
export type ParsedLogSettings = z.output<typeof LogSchema>;

/** @throws ConfigurationError that names what has a value that it cannot have */
export function parseLogSettings(settings: LogSettings): ParsedLogSettings {
  return parseSection("logs", LogSchema, settings);
}

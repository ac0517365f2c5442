import { z } from "zod";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../../config/log-level.ts";
import { parseSection } from "../../config/parse-section.ts";
import { between, mapping, oneOf } from "../../config/rules.ts";

/** Where fields are masked that are given by their names. */
const MASKED_PLACES = ["", "context.", "payload.", "headers."];

/** Fields to mask as paths: a name stands for the field at the top, and in the context, the payload and the headers. */
export function maskedPaths(parameters: readonly string[]): string[] {
  const isName = (text: string) => /^[^.*[\]]+$/.test(text);
  const names = parameters.filter(isName);
  return [
    ...MASKED_PLACES.flatMap((prefix) => names.map((name) => prefix + name)),
    ...parameters.filter((text) => !isName(text)),
  ];
}

/** Fields that are masked unless other paths are given. */
export const DEFAULT_MASKED: readonly string[] = maskedPaths([
  "password",
  "secret",
  "token",
  "access_token",
  "api_key",
  "authorization",
  "cookie",
]);

const level = oneOf(LOG_LEVELS);

/** A path as pino's redaction takes it: names with points between them, `[*]` or `*` for any member. */
const path = z
  .string("the path of a field, such as context.card.number")
  .regex(
    /^(?:\*|[^\s.*[\]]+)(?:\[(?:\*|\d+)\])*(?:\.(?:\*|[^\s.*[\]]+)(?:\[(?:\*|\d+)\])*)*$/,
    "the path of a field, such as context.card.number or items[*].token",
  );

const LogSchema = mapping({
  level: level.default("info"),
  format: oneOf(LOG_FORMATS).optional(),
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
  /** `json`: one object a line; `pretty`: for a person at a terminal. Default: `pretty` where lines go to a terminal, else `json`. */
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

/** {@link LogSettings} with every default filled in but that of the format. */
export type ParsedLogSettings = z.output<typeof LogSchema>;

/** @throws ConfigurationError that names what has a value that it cannot have */
export function parseLogSettings(settings: LogSettings): ParsedLogSettings {
  return parseSection("logs", LogSchema, settings);
}

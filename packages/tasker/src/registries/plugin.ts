import type { z } from "zod";

/**
 * Anything that extends Tasker from outside: has a name, and does one or both of what {@link ExportPlugin} and the engine's
 * `EnginePlugin` describe.
 */
export interface Plugin {
  /** Unique in a registry. */
  readonly name: string;
  readonly version?: string;
  /**
   * What a configuration may say for it in `plugins: {NAME: {...}}`: a schema of zod 4 for a mapping. An option with
   * `.meta({ writeOnly: true })` is secret, and shown masked. Default: nothing.
   */
  readonly settingsSchema?: z.ZodType;
}

/** A plugin that gives figures in formats of its own, such as a monitoring system's. */
export interface ExportPlugin extends Plugin {
  /** Formats that it knows, in lower case. */
  readonly supportedFormats: readonly string[];
  /** Whether it knows a format, whatever the case of its letters. */
  supportsFormat(format: string): boolean;
  /**
   * The data in the plugin's format.
   * @param options whatever the caller and the plugin have agreed upon, such as `{ format }`
   */
  export(data: unknown, options?: Readonly<Record<string, unknown>>): unknown;
}

/** Whether a plugin exports. */
export function isExportPlugin(plugin: Plugin): plugin is ExportPlugin {
  return "export" in plugin || "supportsFormat" in plugin;
}

import type { ExportPlugin } from "tasker";

/** Gives figures as lines of a name and a value, sorted by name. */
export class ExampleNameExporter implements ExportPlugin {
  readonly name = "example-name";
  readonly version = "0.1.0";
  readonly supportedFormats: readonly string[] = ["example-name"];

  supportsFormat(format: string): boolean {
    return this.supportedFormats.includes(format.toLowerCase());
  }

  /** @returns a line for each value of the data, such as `steps.failed 3` */
  export(data: unknown): string {
    const lines = figuresOf(data).map(([path, value]) => `${path.join(".")} ${value}`);
    return lines.sort().join("\n");
  }
}

/** Every value that is no object, with the names that lead to it. */
function figuresOf(data: unknown, path: readonly string[] = []): (readonly [readonly string[], string])[] {
  if (typeof data !== "object" || data === null) return [[path, String(data)]];
  return Object.entries(data).flatMap(([key, value]) => figuresOf(value, [...path, key]));
}

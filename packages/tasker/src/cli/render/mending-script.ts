import type { SchemaReport } from "../../database/doctor/examine-schema.ts";
import { span } from "./span.ts";

/** All mending statements as one script for psql, each under a comment that says what it is for. */
export function mendingScript({ preamble, findings }: SchemaReport): string {
  const parts = findings.map(({ severity, topic, object, found, expected, note, statements, command }) =>
    [
      // on one line: a line break in a name would end the comment
      `-- ${span(`${severity}: ${topic} ${object}: ${found}; expected ${expected}`).text}`,
      ...(note === null ? [] : [`-- ${span(note).text}`]),
      ...(command === null ? [] : [`-- run: ${command}`]),
      ...statements,
    ].join("\n"),
  );
  return [...preamble, ...parts].map((part) => `${part}\n`).join("\n");
}

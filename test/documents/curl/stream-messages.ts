/** The messages of a stream of server-sent events that tell something, with `data` as the value that it is in JSON. */
export function streamMessages(text: string): Readonly<Record<string, unknown>>[] {
  return text
    .split(/\n\n+/)
    .map((message) => Object.fromEntries(message.split("\n").filter(Boolean).map(readField)))
    .filter((message) => "data" in message);
}

function readField(line: string): [string, unknown] {
  const [, name = line, value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
  return [name, name === "data" && value !== "" ? JSON.parse(value) : value];
}

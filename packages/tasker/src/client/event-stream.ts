/** A message of a stream of server-sent events. */
export interface StreamMessage {
  /** Where the stream can be taken up again: the last id that was told. */
  readonly id: string | null;
  /** `message` for what has no type. */
  readonly event: string;
  readonly data: string;
}

/** The messages of a response that streams server-sent events, until it ends. */
export async function* streamMessages(response: Response): AsyncGenerator<StreamMessage, void> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let id: string | null = null;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const fields = fieldsOf(block);
        id = fields.get("id") ?? id;
        const data = fields.get("data");
        if (data !== undefined) yield { id, event: fields.get("event") ?? "message", data };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The fields of a message; the server writes each on one line. */
function fieldsOf(block: string): Map<string, string> {
  return new Map(
    block.split("\n").flatMap((line): [string, string][] => {
      const at = line.indexOf(":");
      return at <= 0 ? [] : [[line.slice(0, at), line.slice(at + 1).replace(/^ /, "")]];
    }),
  );
}

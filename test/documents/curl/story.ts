import type { Document } from "../../support/repository.ts";
import { type CodeBlock, findCodeBlocks } from "../code-blocks.ts";

/** A block of commands with curl, and the answer that is shown behind it. */
export interface Scene {
  readonly block: CodeBlock;
  /** A block of JSON, or of messages of a stream; null: none is shown. */
  readonly answer: CodeBlock | null;
}

/** The examples of a document that ask a server, in their order. */
export function storyOf(document: Document): Scene[] {
  const blocks = findCodeBlocks(document);
  return blocks.flatMap((block, place) => {
    if (block.language !== "sh" || !/\bcurl\b/.test(block.code)) return [];
    const next = blocks[place + 1];
    const isAnswer = next?.isAdjacent === true && ["json", "text"].includes(next.language);
    return [{ block, answer: isAnswer ? next : null }];
  });
}

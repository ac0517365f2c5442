import type { Document } from "../support/repository.ts";

/** A fenced block of a document. */
export interface CodeBlock {
  /** Path of the document and 1-based line of the opening fence, such as `README.md:12`. */
  readonly place: string;
  readonly document: string;
  /** First word behind the fence; empty if there is none. */
  readonly language: string;
  /** What stands behind the language. */
  readonly mark: string;
  readonly code: string;
  /** Whether nothing stands between it and the block before. */
  readonly isAdjacent: boolean;
}

const FENCE = /^( *)```([^\n`]*)\n([\s\S]*?)^\1```[ \t]*$/gm;

/** Finds the fenced code blocks of a document, in order. */
export function findCodeBlocks({ path, text }: Document): CodeBlock[] {
  let end = 0;
  return [...text.matchAll(FENCE)].map(({ 0: whole, 1: indent = "", 2: info = "", 3: body = "", index }) => {
    const [language = "", ...mark] = info.trim().split(/\s+/);
    const isAdjacent = end > 0 && text.slice(end, index).trim() === "";
    end = index + whole.length;
    return {
      place: `${path}:${text.slice(0, index).split("\n").length}`,
      document: path,
      language,
      mark: mark.join(" "),
      code: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      isAdjacent,
    };
  });
}

/** Languages of which every block is checked, with the marks a block may carry. */
const MARKS: Readonly<Record<string, readonly string[]>> = {
  ts: ["run", "continues"],
  js: ["run", "continues"],
  yaml: [],
  json: [],
  sh: [],
  graphql: [],
};

/** Languages that show something nobody types: output, trees, diagrams, statements for an operator. */
const UNCHECKED_LANGUAGES = ["text", "mermaid", "sql", "md", "diff"];

/** Whether the block says, with a reason, that it cannot be checked: `ts unchecked: needs a Rails database`. */
export function isExcused({ mark }: CodeBlock): boolean {
  return /^unchecked: \S.{9,}/.test(mark);
}

/** Says what is wrong with the line that opens a block, or null. */
export function judgeFence(block: CodeBlock): string | null {
  const { language, mark } = block;
  if (language === "") return "names no language; output is `text`";
  if (UNCHECKED_LANGUAGES.includes(language)) return mark === "" ? null : `${language} takes no mark`;
  const marks = MARKS[language];
  if (marks === undefined) return `${language} is no language that is checked; output is \`text\``;
  if (mark === "" || marks.includes(mark) || isExcused(block)) return null;
  return `the mark "${mark}" is none of ${[...marks, "unchecked: <reason>"].join(", ")}`;
}

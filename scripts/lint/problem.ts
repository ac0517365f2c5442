/** Something that lint found: a path relative to the repository's root, the 1-based line, and what is wrong there. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** 1-based line of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

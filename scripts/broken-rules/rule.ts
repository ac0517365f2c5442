/** A rule that keeps processes which write at the same time from harming each other. */
export interface Rule {
  /** From 1, without gaps. */
  readonly number: number;
  /** The rule, in one sentence. */
  readonly says: string;
  readonly breaks: readonly Break[];
}

/** A change of the sources that breaks one rule, and the test that must notice it. */
export interface Break {
  /** What the sources do then; completes "broken by ...". */
  readonly by: string;
  readonly edits: readonly Edit[];
  readonly test: TestName;
}

/** A text that occurs exactly once in a file, and what is put in its place. */
export interface Edit {
  /** Path relative to the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A test, by its file and its name in the source; placeholders such as `%s` stand for anything. */
export interface TestName {
  /** Path relative to the root of the repository. */
  readonly file: string;
  readonly name: string;
}

/** The text of a file after an edit. @throws RangeError unless what is to be replaced occurs exactly once */
export function applyEdit(source: string, { file, from, to }: Edit): string {
  const places = source.split(from).length - 1;
  if (places !== 1) throw new RangeError(`${file} has this text ${places} times instead of once:\n${from}`);
  return source.replace(from, () => to);
}

import type { TemplateIssue } from "../errors/template-errors.ts";
import { formatPath, type SourcePlace } from "./source-tree.ts";

/** Something wrong with a template, before its place is turned into line and column. */
export interface DraftIssue {
  readonly at: SourcePlace;
  /** What was found and what was expected. */
  readonly message: string;
  readonly hint?: string;
  /** A required key is absent: not an issue of a part that an override may still complete. Default: false. */
  readonly missing?: boolean;
}

/** Line and column of a character, both 1-based. */
export type LocateOffset = (offset: number) => { readonly line: number; readonly col: number };

/**
 * The issues in the order of the text, each once.
 * @param locate turns a character's offset into its line; leave it out when the template did not come from text
 */
export function finishIssues(
  drafts: readonly DraftIssue[],
  options: { readonly file?: string | undefined; readonly locate?: LocateOffset | undefined } = {},
): TemplateIssue[] {
  const unique = new Map(
    drafts.map((draft) => [`${draft.at.offset} ${formatPath(draft.at.path)} ${draft.message}`, draft]),
  );
  const ordered = [...unique.values()].sort((a, b) => (a.at.offset ?? 0) - (b.at.offset ?? 0));
  return ordered.map(({ at, message, hint }) => {
    const place = at.offset === null ? undefined : options.locate?.(at.offset);
    return {
      ...(options.file === undefined ? {} : { file: options.file }),
      ...(place === undefined ? {} : { line: place.line, column: place.col }),
      path: formatPath(at.path),
      message,
      ...(hint === undefined ? {} : { hint }),
    };
  });
}

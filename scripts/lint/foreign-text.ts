import { lineAt, type Problem } from "./problem.ts";
import type { TrackedFile } from "./tracked-files.ts";

/** What no file may hold, wherever it stands. */
const RULES: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /\p{Emoji_Presentation}|\uFE0F/gu, message: "holds an emoji" },
  { pattern: /(?<![\w.~}-])\/(?:work|root|farm)\/\w/g, message: "holds a path of one machine" },
  {
    pattern: /https?:\/\/[^\s/"'`]*(?:registry|artifactory|nexus|verdaccio)[^\s/"'`]*/gi,
    message: "holds the address of a package registry",
  },
  { pattern: /^(?:<{7}|>{7}) /gm, message: "holds a conflict marker" },
];

/** Finds emojis, paths of the machine a file was written on, addresses of registries and conflict markers. */
export function findForeignText(files: readonly TrackedFile[]): Problem[] {
  return files.flatMap(({ path, text }) =>
    RULES.flatMap(({ pattern, message }) =>
      [...text.matchAll(pattern)].map((match) => ({ file: path, line: lineAt(text, match.index), message })),
    ),
  );
}

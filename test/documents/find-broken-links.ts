import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Document, ROOT } from "../support/repository.ts";

const LINK = /\]\(([^()\s]+)\)/g;

/** Finds links of a document to files or headings of the repository that are not there. */
export function findBrokenLinks({ path, text }: Document): string[] {
  const prose = text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, "");
  return [...prose.matchAll(LINK)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = "", anchor] = target.split("#", 2);
    const full = join(ROOT, dirname(path), file);
    if (!existsSync(full)) return [`${path} links to ${target}, which does not exist`];
    if (anchor === undefined || (file !== "" && !statSync(full).isFile())) return [];
    const headings = anchorsOf(file === "" ? text : readFileSync(full, "utf8"));
    return headings.includes(anchor) ? [] : [`${path} links to ${target}: no such heading`];
  });
}

/** Names that a forge gives to headings: lower case, without punctuation, spaces as hyphens. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

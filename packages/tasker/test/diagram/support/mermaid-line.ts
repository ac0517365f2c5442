const TEXT = String.raw`"(?:[\p{L}\p{M}\p{N} _.,()/=+?!-]|: |#\d+;|<br/>)+"`;
const ID = String.raw`[A-Za-z]\w*`;
const URL_TEXT = String.raw`"(?:https?:\/\/)?(?:[^":;<>\s/?#]*|[^":;<>\s/?#]*[/?#][^";<>\s]*|\/\/[^";<>\s]*)"`;
const ARROW = "(?:-->|<-->|---|-\\.->|<-\\.->|-\\.-|==>|<==>|===)";

/** The kinds of lines that our Mermaid text may have, each with its whole syntax. */
const KINDS = {
  graph: /^graph (?:TD|TB|BT|LR|RL)$/,
  frame: new RegExp(String.raw`^subgraph (?:${TEXT}|id__\[${TEXT}\])$`, "u"),
  node: new RegExp(
    String.raw`^(?:  )?${ID}(?:\[${TEXT}\]|\(${TEXT}\)|\(\[${TEXT}\]\)|\[\[${TEXT}\]\]|\[\(${TEXT}\)\]|\(\(${TEXT}\)\)|\{${TEXT}\}|\{\{${TEXT}\}\})$`,
    "u",
  ),
  click: new RegExp(`^(?:  )?click ${ID} ${URL_TEXT}$`),
  style: new RegExp(String.raw`^(?:  )?style ${ID} [\w\s#%.,:()-]+;?$`),
  edge: new RegExp(String.raw`^(?:  )?${ID} ${ARROW}(?:\|${TEXT}\|)? ${ID}$`, "u"),
  end: /^end$/,
};

/** The kind of each line of Mermaid text; `unknown` for one that is none. */
export function kindsOfLines(text: string): string[] {
  return text.split("\n").map((line) => Object.entries(KINDS).find(([, form]) => form.test(line))?.[0] ?? "unknown");
}

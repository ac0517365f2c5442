import type { DraftIssue } from "./draft-issue.ts";
import type { SourceEntry, SourceMapping, SourceNode, SourceScalar } from "./source-tree.ts";

/** Values of variables by name; empty texts count as set. */
export type TemplateVariables = Readonly<Record<string, string | undefined>>;

/** `$${` stands for `${`; `${NAME}` and `${NAME:-default}` for a value. What else begins with `${` is a mistake. */
const PLACEHOLDER = /\$\$\{(?:env|file):|\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g;
/** Of `handler_config`: what stays as it is, for it is read when the step runs. */
const SECRET = /^\$\{(?:env|file):[^}]*\}$/;
const WHOLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** A template with variables in their places. */
export interface ExpandedTemplate {
  readonly tree: SourceMapping;
  readonly issues: readonly DraftIssue[];
}

/**
 * Puts the values of variables into the texts of a template: everywhere but in keys and in `schema`, whose patterns may look
 * like placeholders. References to secrets in `handler_config`, such as `${env:KEY}`, stay as they are. A value
 * that is nothing but a placeholder, written without quotes, becomes a number, true or false if the variable looks like one.
 * @returns the template, and an issue at each place whose variable is not set and has no default
 */
export function expandVariables(template: SourceMapping, variables: TemplateVariables): ExpandedTemplate {
  const issues: DraftIssue[] = [];

  const expandMapping = (mapping: SourceMapping, isTop: boolean, isConfig: boolean): SourceMapping => {
    const entries = new Map<string, SourceEntry>();
    for (const [key, entry] of mapping.entries) {
      entries.set(
        key,
        isTop && key === "schema"
          ? entry
          : { ...entry, value: expand(entry.value, isConfig || key === "handler_config") },
      );
    }
    return { ...mapping, entries };
  };

  const expand = (node: SourceNode, isConfig: boolean): SourceNode => {
    if (node.kind === "mapping") return expandMapping(node, false, isConfig);
    if (node.kind === "list") return { ...node, items: node.items.map((item) => expand(item, isConfig)) };
    return typeof node.value === "string" && node.value.includes("${") ? expandText(node, node.value, isConfig) : node;
  };

  const expandText = (node: SourceScalar, text: string, isConfig: boolean): SourceNode => {
    const value = text.replace(PLACEHOLDER, (found: string, name?: string, fallback?: string) => {
      // An escaped reference is one until it is read.
      if (found.startsWith("$${")) return isConfig && found !== "$${" ? found : found.slice(1);
      if (name === undefined) {
        const isReference = SECRET.test(found);
        if (isReference && isConfig) return found;
        const message = `found ${JSON.stringify(found)}, expected \${NAME} or \${NAME:-default}`;
        const hint = isReference ? "secrets are for handler_config" : "write $${ for a text with ${ in it";
        issues.push({ at: node.at, message, hint });
        return found;
      }
      const known = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (known !== undefined) return known;
      if (fallback !== undefined) return fallback;
      const message = `found the variable ${name}, which is not set and has no default`;
      issues.push({ at: node.at, message, hint: `set it, or write \${${name}:-default}` });
      return found;
    });
    return { kind: "scalar", at: node.at, value: node.plain === true && WHOLE.test(text) ? readPlain(value) : value };
  };

  return { tree: expandMapping(template, true, false), issues };
}

/** What YAML would read, as far as it is a number or a boolean. */
function readPlain(value: string): string | number | boolean {
  if (value === "true") return true;
  if (value === "false") return false;
  const number = Number(value);
  return NUMBER.test(value) && (Number.isSafeInteger(number) || !Number.isInteger(number)) ? number : value;
}

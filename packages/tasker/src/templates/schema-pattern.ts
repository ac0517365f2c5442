/** Anchors and classes of Ruby, the reference's language, and what they are in JavaScript. */
const RUBY_ESCAPES: Readonly<Record<string, string>> = {
  "\\A": "^",
  "\\z": "$",
  "\\Z": "(?=\\n?$)",
  "\\h": "[0-9a-fA-F]",
};

/**
 * The regular expression of a `pattern` in a JSON Schema. What is not valid in JavaScript's Unicode mode is tried
 * with Ruby's anchors and classes translated, and then without that mode, which tolerates needless escapes.
 * @throws SyntaxError if it is no regular expression either way
 */
export function compilePattern(pattern: string): RegExp {
  const unicode = tryCompile(pattern, "u");
  if (unicode !== null) return unicode;
  const translated = pattern.replaceAll(/\\./gs, (sequence) => RUBY_ESCAPES[sequence] ?? sequence);
  return tryCompile(translated, "u") ?? new RegExp(translated);
}

function tryCompile(pattern: string, flags: string): RegExp | null {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return null;
  }
}

/** Why a text is no pattern that {@link compilePattern} takes, or null if it is one. */
export function patternDefect(text: string): string | null {
  try {
    compilePattern(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

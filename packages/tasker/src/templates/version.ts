/** Longest version, in characters. */
export const VERSION_LENGTH = 16;

const VERSION = /^\d+\.\d+\.\d+$/;
/** `1.x`, `1.2`, `1.2.3`, `*`: what a part of a range compares with. */
const PARTIAL = /^(?:\*|x|(\d+)(?:\.(?:\*|x|(\d+)(?:\.(?:\*|x|(\d+)))?))?)$/i;
const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?(.+)$/;

/** Whether a text is a version: `digits.digits.digits`, 16 characters at most. The one rule for all parts of Tasker. */
export function isVersion(text: string): boolean {
  return text.length <= VERSION_LENGTH && VERSION.test(text);
}

/**
 * Orders versions `digits.digits.digits` by their numbers: 9.0.0 comes before 10.0.0. Versions that differ only in
 * leading zeros are ordered as texts.
 * @returns less than 0 if `a` comes first, more than 0 if `b` does, 0 if they are the same text
 */
export function compareVersions(a: string, b: string): number {
  const difference = compareParts(partsOf(a), partsOf(b));
  if (difference !== 0) return difference;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Whether a version is in a range. */
export type VersionTest = (version: string) => boolean;

/**
 * Reads a range of versions: comparators `^1.2.0`, `~1.2`, `1.x`, `>=1.2.0`, `<2`, `=1.0.0`, `*`, of which all must hold
 * when they stand side by side, and one of the groups between `||`. As in npm, without pre-releases.
 * @returns null if the text is no range
 */
export function parseVersionRange(text: string): VersionTest | null {
  const groups: VersionTest[][] = [];
  for (const group of text.split("||")) {
    const tests: VersionTest[] = [];
    for (const word of group
      .trim()
      .replace(/([<>=~^])\s+/g, "$1")
      .split(/\s+/)) {
      const test = readComparator(word);
      if (test === null) return null;
      tests.push(test);
    }
    groups.push(tests);
  }
  return (version) => groups.some((tests) => tests.every((test) => test(version)));
}

type Parts = readonly [number, number, number];

function partsOf(version: string): Parts {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
}

function compareParts(a: Parts, b: Parts): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function readComparator(word: string): VersionTest | null {
  const [, operator = "", operand = ""] = COMPARATOR.exec(word) ?? [];
  const partial = PARTIAL.exec(operand);
  if (partial === null) return null;
  const given = partial
    .slice(1)
    .filter((part) => part !== undefined)
    .map(Number);
  const [major = 0, minor = 0, patch = 0] = given;
  const low: Parts = [major, minor, patch];
  // The first version after those that the operand names: 1.x ends before 2.0.0. Null: it names all.
  const end = given.length === 0 ? null : raise(low, given.length - 1);
  const from =
    (parts: Parts): VersionTest =>
    (version) =>
      compareParts(partsOf(version), parts) >= 0;
  const before =
    (parts: Parts | null): VersionTest =>
    (version) =>
      parts === null || compareParts(partsOf(version), parts) < 0;
  const within =
    (upper: Parts | null): VersionTest =>
    (version) =>
      from(low)(version) && before(upper)(version);
  switch (operator) {
    case "":
    case "=":
      return within(end);
    case ">=":
      return from(low);
    case "<":
      return before(low);
    case "<=":
      return before(end);
    case ">":
      return end === null ? () => false : from(end);
    case "~":
      return within(given.length === 0 ? null : raise(low, given.length === 1 ? 0 : 1));
    default: {
      // A caret keeps the leftmost number that is not 0.
      const kept = low.findIndex((part, place) => part !== 0 || place === given.length - 1);
      return within(given.length === 0 ? null : raise(low, kept));
    }
  }
}

/** The parts with the one at `place` raised by one and those after it at 0. */
function raise([major, minor, patch]: Parts, place: number): Parts {
  if (place === 0) return [major + 1, 0, 0];
  return place === 1 ? [major, minor + 1, 0] : [major, minor, patch + 1];
}

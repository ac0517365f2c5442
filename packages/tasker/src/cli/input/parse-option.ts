import { UsageError } from "../errors.ts";

/** A whole number from `low` to `high`, as commander's argument parser of the named option. */
export function wholeNumber(option: string, low: number, high: number = Number.MAX_SAFE_INTEGER) {
  return (value: string): number => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= low && number <= high) return number;
    const range = high === Number.MAX_SAFE_INTEGER ? `of ${low} or more` : `from ${low} to ${high}`;
    throw new UsageError(`${option} is '${value}', expected a whole number ${range}`, { context: { option, value } });
  };
}

/** Seconds, more than 0, fractions allowed, as commander's argument parser of the named option. */
export function positiveSeconds(option: string) {
  return (value: string): number => {
    const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isFinite(seconds) && seconds > 0) return seconds;
    throw new UsageError(`${option} is '${value}', expected a number of seconds above 0`, {
      context: { option, value },
    });
  };
}

/** Seconds from `low` to `high`, fractions allowed, as commander's argument parser of the named option. */
export function secondsBetween(option: string, low: number, high: number) {
  return (value: string): number => {
    const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (seconds >= low && seconds <= high) return seconds;
    throw new UsageError(`${option} is '${value}', expected a number of seconds from ${low} to ${high}`, {
      context: { option, value },
    });
  };
}

/** A text that is not empty, as commander's argument parser of the named option. */
export function filledText(option: string) {
  return (value: string): string => {
    if (value !== "") return value;
    throw new UsageError(`${option} is '', expected a text that is not empty`, { context: { option, value } });
  };
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A moment in ISO 8601 with its zone, as commander's argument parser of the named option. */
export function isoMoment(option: string) {
  return (value: string): Date => {
    const moment = new Date(MOMENT.test(value) ? value : Number.NaN);
    if (!Number.isNaN(moment.getTime()) && isDay(value.slice(0, 10))) return moment;
    throw new UsageError(
      `${option} is '${value}', expected a date and time in ISO 8601 with a zone, such as 2027-01-31T09:00:00Z`,
      { context: { option, value } },
    );
  };
}

/** Whether the calendar has a day: `Date` takes February 30 for March 2. */
function isDay(text: string): boolean {
  return new Date(text).toISOString().startsWith(text);
}

/** One of the given words, as commander's argument parser of the named option. Has the words, for completion in a shell. */
export function oneOf<const Word extends string>(option: string, words: readonly Word[]) {
  const parse = (value: string): Word => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new UsageError(`${option} is '${value}', expected ${words.join(", ")}`, { context: { option, value } });
  };
  return Object.assign(parse, { words });
}

/** Some of the given words, separated by commas, as commander's argument parser of an option that can be given several times. */
export function wordList<const Word extends string>(option: string, words: readonly Word[]) {
  const parse = oneOf(option, words);
  const parseList = (value: string, earlier: readonly Word[] | undefined): readonly Word[] => [
    ...new Set([...(earlier ?? []), ...value.split(",").map((word) => parse(word.trim()))]),
  ];
  return Object.assign(parseList, { words });
}

const AGE_UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Longest age: 100 years. */
const LONGEST_AGE_MS = 36_525 * AGE_UNITS_MS.d;

/** An age such as `30d`, in milliseconds, as commander's argument parser of the named option. At most 100 years. */
export function age(option: string) {
  return (value: string): number => {
    const [, count = "", unit = ""] = /^(\d{1,9})([mhdw])$/.exec(value) ?? [];
    const ms =
      unit === "m" || unit === "h" || unit === "d" || unit === "w" ? Number(count) * AGE_UNITS_MS[unit] : Number.NaN;
    if (ms <= LONGEST_AGE_MS) return ms;
    throw new UsageError(
      `${option} is '${value}', expected a whole number with a unit (m, h, d, w), such as 30d, and at most 100 years`,
      { context: { option, value } },
    );
  };
}

/** Collects the values of an option that can be given several times. */
export function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}

/** As {@link collect}, for values that must not be empty. */
export function collectFilled(option: string) {
  const check = filledText(option);
  return (value: string, earlier: readonly string[] | undefined) => collect(check(value), earlier);
}

/**
 * The value of an option that must be given. Commander's own check comes before its look at unknown options, so that a
 * misspelt option would be reported as a missing one.
 * @throws UsageError if it was not given
 */
export function required<T>(option: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new UsageError(`${option} is missing`, { context: { option } });
}

import { z } from "zod";

const FORM = /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d{1,6})?$/;
/** The last year that a time of the database can lie in. */
const LAST_YEAR = 294_276;

/** A time in a cursor as the database has it, to the microsecond, which a `Date` has not. */
export const momentKey = z.string().refine(isMoment);

function isMoment(text: string): boolean {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (FORM.exec(text) ?? []).slice(1).map(Number);
  // The calendar repeats itself after 400 years, and a month that is too short for a day goes on into the next one.
  const date = new Date(Date.UTC(2000 + (year % 400), month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year >= 1 && year <= LAST_YEAR && hour < 24 && minute < 60 && second < 60;
}

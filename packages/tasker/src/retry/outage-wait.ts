const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/**
 * How long to wait before something is tried again that failed because the database was away: 50, 100, 200, ... up to 2,000
 * milliseconds, of which up to a half is left out at random, so that many processes do not come back at the same moment.
 * @param failures attempts that failed in a row, from 1
 * @param random a number in [0, 1)
 */
export function outageWaitMs(failures: number, random: number): number {
  const most = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  return Math.ceil(most * (1 - random / 2));
}

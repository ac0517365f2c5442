import { describe, expect, test } from "vitest";
import {
  formatCountdown,
  formatDuration,
  formatElapsed,
  formatMoment,
  formatTimeOfDay,
} from "../../../src/cli/render/format-duration.ts";

describe("times", () => {
  test.each([
    [-5, "0ms"],
    [0, "0ms"],
    [7.4, "7ms"],
    [999, "999ms"],
    [1000, "1.0s"],
    [9949, "9.9s"],
    [9950, "10s"],
    [59_499, "59s"],
    [59_500, "1m 00s"],
    [187_000, "3m 07s"],
    [3_599_499, "59m 59s"],
    [3_600_000, "1h 00m"],
    [7_500_000, "2h 05m"],
    [352_800_000, "4d 02h"],
  ])("a duration of %d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    [-1, "now"],
    [1, "in 1s"],
    [1001, "in 2s"],
    [3000, "in 3s"],
    [61_000, "in 1m 01s"],
  ])("a countdown at %d ms is %s", (ms, text) => {
    expect(formatCountdown(ms)).toBe(text);
  });

  test("elapsed times stand under each other", () => {
    expect([0, 1234, 99_990, 100_000].map(formatElapsed)).toEqual(["  +0.00s", "  +1.23s", " +99.99s", " +1m 40s"]);
  });

  test("moments are in UTC", () => {
    const moment = new Date("2026-03-01T12:00:05.123Z");
    expect(formatMoment(moment)).toBe("2026-03-01 12:00:05");
    expect(formatTimeOfDay(moment)).toBe("12:00:05.123");
  });
});

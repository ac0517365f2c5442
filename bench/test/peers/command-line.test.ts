import { describe, expect, test } from "vitest";
import { UsageError } from "../../command-line.ts";
import { parsePeersCommandLine } from "../../peers/command-line.ts";
import { PEER_NAMES } from "../../peers/peer-names.ts";

describe("the command line of the comparison", () => {
  test("without options runs every workload on every system three times", () => {
    expect(parsePeersCommandLine([])).toEqual({
      names: PEER_NAMES,
      workloads: ["W1", "W2", "W3", "W4"],
      repeat: 3,
      json: false,
      markdown: false,
      from: null,
      help: false,
    });
  });

  test.each([
    [["--only", "absurd", "pgflow"]],
    [["--only", "pgflow,absurd"]],
    [["--only", "pgflow", "--only", "absurd"]],
  ])("%j runs ours and these", (args) => {
    expect(parsePeersCommandLine(args).names).toEqual(["tasker", "absurd", "pgflow"]);
  });

  test("workloads run in the order of their names", () => {
    expect(parsePeersCommandLine(["--workloads", "W4,W1"]).workloads).toEqual(["W1", "W4"]);
  });

  test.each([
    [["--only", "temporal"], /unknown system 'temporal', expected one of tasker, openworkflow/],
    [["absurd"], /unexpected 'absurd': systems are named with --only/],
    [["--workloads", "W1,W9"], /unknown workload 'W9'/],
    [["--repeat", "none"], /--repeat is 'none'/],
    [["--fast"], /--fast/],
  ])("%j is refused in one line", (args, message) => {
    expect(() => parsePeersCommandLine(args)).toThrow(UsageError);
    expect(() => parsePeersCommandLine(args)).toThrow(message);
  });
});

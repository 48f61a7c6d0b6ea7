/**
 * Which processes belong to a command that must end.
 */
import { describe, expect, test } from "bun:test";
import { type ProcessPlace, treeMembers, type TreeSeed } from "../../lib/run/rules/tree-members.ts";

const [SHELL, RUNNER, TOP] = [10, 20, 30];
const STARTED = 500;
const seed: TreeSeed = { top: TOP, start: STARTED, runner: RUNNER, known: new Map() };

/** A process as `[pid, parent, group, session, start]`. */
type Row = readonly [number, number, number, number, number?];
const tableOf = (rows: readonly Row[]): Map<number, ProcessPlace> =>
  new Map(
    rows.map(([pid, parent, group, session, start = STARTED + 1]) => [
      pid,
      { parent, group, session, start },
    ]),
  );
const membersOf = (rows: readonly Row[], changes: Partial<TreeSeed> = {}) =>
  [...treeMembers(tableOf(rows), { ...seed, ...changes })].toSorted((a, b) => a - b);

/** A command with a group of its own, below a wrapper in a script's group. */
const LEADS: Row[] = [
  [SHELL, 1, SHELL, SHELL, 1],
  [RUNNER, SHELL, SHELL, SHELL, 400],
  [TOP, RUNNER, TOP, TOP, STARTED],
];
/** A command in the group that a shell made for its wrapper. */
const SHARES: Row[] = [
  [SHELL, 1, SHELL, SHELL, 1],
  [RUNNER, SHELL, RUNNER, SHELL, 400],
  [TOP, RUNNER, RUNNER, SHELL, STARTED],
];

describe("the processes of a command", () => {
  test.each<[string, Row[], Partial<TreeSeed>, number[]]>([
    ["itself", LEADS, {}, [TOP]],
    [
      "descendants, in whatever group and session",
      [...LEADS, [31, TOP, 31, 31], [32, 31, 32, 31], [33, 32, 33, 33]],
      {},
      [TOP, 31, 32, 33],
    ],
    ["orphans in its group", [...LEADS, [31, 1, TOP, TOP]], {}, [TOP, 31]],
    ["orphans in its session", [...LEADS, [31, 1, 31, TOP]], {}, [TOP, 31]],
    ["what is left of its group", [...LEADS.slice(0, 2), [31, 1, TOP, TOP]], {}, [31]],
    [
      "what it had before, and the children of that",
      [...LEADS, [31, 1, 31, 31, 600], [32, 31, 31, 31]],
      { known: new Map([[31, 600]]) },
      [TOP, 31, 32],
    ],
    ["orphans in a shell's job", [...SHARES, [31, 1, RUNNER, SHELL]], {}, [TOP, 31]],
  ])("include %s", (_, rows, changes, members) => {
    expect(membersOf(rows, changes)).toEqual(members);
  });

  test.each<[string, Row[], Partial<TreeSeed>, number[]]>([
    ["the wrapper, its other children, and a caller", [...LEADS, [21, RUNNER, 21, 21]], {}, [TOP]],
    ["a daemon that has left", [...LEADS, [31, 1, 31, 31]], {}, [TOP]],
    [
      "a later process with a pid that it had before",
      [...LEADS, [31, 1, 31, 31, 601]],
      { known: new Map([[31, 600]]) },
      [TOP],
    ],
    [
      "a later process with the command's own pid",
      [...LEADS.slice(0, 2), [TOP, 1, 99, 99, 600]],
      {},
      [],
    ],
    ["other parts of a pipeline", [...SHARES, [31, SHELL, RUNNER, SHELL]], {}, [TOP]],
    [
      "orphans beside other parts of a pipeline",
      [...SHARES, [31, SHELL, RUNNER, SHELL], [32, 1, RUNNER, SHELL]],
      {},
      [TOP],
    ],
    ["orphans older than itself", [...SHARES, [31, 1, RUNNER, SHELL, 450]], {}, [TOP]],
    [
      "orphans in a script's group",
      [
        [SHELL, 1, SHELL, SHELL, 1],
        [RUNNER, SHELL, SHELL, SHELL, 400],
        [TOP, RUNNER, SHELL, SHELL, STARTED],
        [31, 1, SHELL, SHELL],
      ],
      {},
      [TOP],
    ],
  ])("do not include %s", (_, rows, changes, members) => {
    expect(membersOf(rows, changes)).toEqual(members);
  });
});

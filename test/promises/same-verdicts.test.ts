/**
 * The verdict on a cell depends neither on the system calls that read it, nor on who wrote the
 * program: 20,000 hostile cells, judged by scan with each set of system calls and by the yardstick in C.
 */
import { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES, FILE_LIMIT } from "../../lib/contract/cell.ts";
import { DEPTH_LIMIT } from "../../lib/base/untrusted-json.ts";
import { SYSCALL_PLANS } from "../../lib/host/syscalls/plan.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, MEMORY, run, scratch } from "../tools/program.ts";
import { buildYardstick, verdictsIn } from "../tools/yardstick.ts";

const CELLS = 20_000;
const LIMIT_SECONDS = 300;
/** Always the same cells: a difference is found by everyone, and not by chance. */
const SEED = 20_000;

/** Numbers from 0 to `below`, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const pick = numbers(SEED);
const oneOf = <T>(list: readonly T[]): T => list[pick(list.length)] as T;

const FILES = Object.values(CELL_FILES);
const JSON_FILES = [CELL_FILES.mission, CELL_FILES.config, CELL_FILES.heartbeat];

/** What may stand in place of a part. */
const PLACED: readonly ((path: string) => unknown)[] = [
  () => undefined,
  (path) => mkdirSync(path),
  (path) => symlinkSync("/etc/passwd", path),
  (path) => symlinkSync("mission.json", path),
  (path) => symlinkSync("/dev/zero", path),
  (path) => symlinkSync("nowhere", path),
  (path) => writeFileSync(path, ""),
];

const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
/** Texts that are invalid in each of the three files. */
const TEXTS: readonly (string | Uint8Array)[] = [
  "",
  " ",
  "null",
  "[]",
  "{",
  "{}x",
  "\ufeff{}",
  "{'a': 1}",
  '{"a": 01}',
  '{"a": 1,}',
  '{"a": "\t"}',
  '{"a": "\\x"}',
  nested(DEPTH_LIMIT),
  nested(DEPTH_LIMIT + 1),
  new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]),
  `{"a": "${"x".repeat(FILE_LIMIT)}"}`,
  `${" ".repeat(FILE_LIMIT - 2)}{}`,
];

const TIMES = [
  "2026-02-31T00:00:00Z",
  "2026-01-01T24:00:00Z",
  "2026-01-01 00:00:00",
  "2026-01-01T00:00:60Z",
  "2024-02-29T00:00:00.123456Z",
  "2026-01-01T00:00:00.Z",
  "9999-12-31T23:59:59Z",
  "0000-01-01T00:00:00Z",
  "",
  7,
  null,
];
const IDS = [idOf(0), "", "x", 1, null, "00000000-0000-0000-0000-000000000000"];
const STATES = ["working", "Working", "", "a".repeat(64), "a".repeat(65), "exiting ", 1, null];

/** Sound in all else, and just within a limit or just beyond it. */
const deep = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
const DEEP = [deep(DEPTH_LIMIT - 1), deep(DEPTH_LIMIT)];
const MESSAGES = ["\u00e9", "\u{1f600}", "\u0000", "x".repeat(65_000), "x".repeat(66_000), 1];

const CELL_KINDS: readonly ((cell: string, id: string) => unknown)[] = [
  () => undefined,
  (cell) => put(cell, oneOf([...CELL_DIRS]), oneOf(PLACED)),
  (cell) => put(cell, oneOf(FILES), oneOf(PLACED)),
  (cell) => writeFileSync(join(cell, oneOf(JSON_FILES)), oneOf(TEXTS)),
  (cell, id) => told(cell, id, { heartbeat: { timestamp: oneOf(TIMES) } }),
  (cell, id) => told(cell, id, { heartbeat: { state: oneOf(STATES) } }),
  (cell, id) => told(cell, id, { heartbeat: { mission_id: oneOf(IDS), seq: oneOf([0, 7, "7"]) } }),
  (cell, id) => told(cell, id, { heartbeat: { deep: oneOf(DEEP), message: oneOf(MESSAGES) } }),
  (cell, id) => told(cell, id, { mission: { mission_id: oneOf([...IDS, id.toUpperCase()]) } }),
  (cell, id) => told(cell, id, { mission: { status: oneOf(["paused", "Paused", "", 1, null]) } }),
  (cell, id) => told(cell, id, { mission: { created_at: oneOf(TIMES), title: oneOf(["x", 1]) } }),
  (cell, id) => told(cell, id, { config: { artifacts: oneOf([1, null, "artifacts", ""]) } }),
  (_, id) => void writeCell(join(base, "missions"), id, { age: oneOf([0, 100, 9999, -9999]) }),
];

function put(cell: string, path: string, place: (path: string) => unknown): void {
  rmSync(join(cell, path), { recursive: true });
  place(join(cell, path));
}

function told(cell: string, id: string, parts: Parameters<typeof writeCell>[2]): void {
  for (const path of JSON_FILES) unlinkSync(join(cell, path));
  writeCell(join(base, "missions"), id, parts);
}

const base = scratch(MEMORY);
const root = join(base, "missions");

const lack = lacking("gcc");
test.skipIf(lack !== "")(
  `${CELLS} hostile cells get the same verdicts by each way to read them, and by C${lack}`,
  async () => {
    const yardstick = await buildYardstick(base);
    for (let n = 1; n <= CELLS; n++) oneOf(CELL_KINDS)(writeCell(root, idOf(n)), idOf(n));
    const expected = verdictsIn((await run([yardstick, root, String(LIMIT_SECONDS)])).stdout);
    expect(expected.length).toBe(CELLS);
    for (const plan of SYSCALL_PLANS) {
      const argv = [...command("executable", "scan"), "--root", root, "--ndjson"];
      const { stdout } = await run(argv, { env: { LAZARUS_PIT_TEST_SYSCALLS: plan } });
      const verdicts = verdictsIn(stdout);
      const differing = verdicts.filter((verdict, n) => verdict !== expected[n]);
      expect(differing.slice(0, 20), `${plan}, seed ${SEED}`).toEqual([]);
      expect(verdicts.length).toBe(CELLS);
    }
  },
);

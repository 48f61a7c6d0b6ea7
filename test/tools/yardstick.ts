/**
 * Other programs that judge the same cells: the yardstick in C, a naive Python, find.
 *
 * @module
 */
import { join } from "node:path";
import { run } from "./program.ts";

const BENCH = join(import.meta.dir, "../bench");

/** Compiles a C program of test/bench/ into `folder`, and gives its path. */
export async function buildYardstick(folder: string, name = "yardstick"): Promise<string> {
  const program = join(folder, name);
  const source = join(BENCH, `${name}.c`);
  const { code, stderr } = await run(["gcc", "-O2", "-o", program, source, "-lm"]);
  if (code !== 0) throw new Error(`gcc ended with ${code}: ${stderr}`);
  return program;
}

/** The same scan as one writes it in an hour. */
export const naiveScan = (root: string, limit: number): string[] => [
  "python3",
  join(BENCH, "naive.py"),
  root,
  String(limit),
];

/** The heartbeat files that are older than `limit` seconds: all that find can tell. */
export const findSilent = (root: string, limit: number): string[] => [
  "find",
  root,
  "-mindepth",
  "3",
  "-maxdepth",
  "3",
  "-path",
  "*/state/heartbeat.json",
  "-type",
  "f",
  "-mmin",
  `+${limit / 60}`,
];

interface Line {
  readonly mission_id: string;
  readonly status: string;
  readonly problems: readonly { readonly path: string }[];
}

/** The verdicts in lines of JSON, one for each cell: its status, and which parts are to blame. */
export function verdictsIn(output: string): string[] {
  const lines = output
    .trimEnd()
    .split("\n")
    .filter((line) => line.includes('"mission_id"'));
  return lines.map((line) => verdictOf(JSON.parse(line) as Line)).toSorted();
}

function verdictOf({ mission_id, status, problems }: Line): string {
  const paths = new Set(problems.map(({ path }) => path));
  return `${mission_id} ${status} ${status === "incomplete" ? [...paths].toSorted().join(",") : ""}`;
}

/** A short text that is the same for the same verdicts. */
export const digestOf = (verdicts: readonly string[]): string =>
  Bun.hash(verdicts.join("\n")).toString(16);

/** The ids of the cells that have been silent for too long, in find's output or in lines of JSON. */
export function silentIn(output: string): string[] {
  const lines = output.trimEnd().split("\n");
  const silent = lines.filter((line) => !line.startsWith("{") || line.includes('"stale"'));
  return silent
    .map((line) => /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(line)?.[0] ?? "")
    .toSorted();
}

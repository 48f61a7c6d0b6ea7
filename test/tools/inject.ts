/**
 * One fault at one system call: what a program does when it is killed or held up there, or
 * told that the call failed. strace does it, so the program under test is the real executable.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, run } from "./program.ts";

/** The calls that touch the outside; `?` lets a kernel go without one. */
const CALLS = [
  ["open", "openat", "close", "read", "pread64", "write", "pwrite64", "writev"],
  ["fsync", "fdatasync", "ftruncate", "fallocate", "mkdir", "mkdirat", "rmdir"],
  ["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"],
  ["unlink", "unlinkat", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown"],
  ["fchownat", "utimensat", "stat", "lstat", "fstat", "newfstatat", "statx"],
  ["readlink", "readlinkat", "getdents64", "access", "faccessat"],
].flat();

/** A system call of a run: the `nth` of its name in the main thread. */
export interface Point {
  readonly call: string;
  readonly nth: number;
  /** The call as strace shows it. */
  readonly text: string;
}

/** What befalls a call; a delay is in microseconds, before the call is made. */
export type Fault = "signal=SIGKILL" | `error=${string}` | `delay_enter=${number}`;

/**
 * The calls that `argv` makes from the first that names `root` on: what comes before is the
 * runtime's own start. strace counts calls by thread, so all of them must be the main one's.
 * `more` are calls to count besides the usual ones.
 */
export async function pointsOf(
  argv: readonly string[],
  root: string,
  more: readonly string[] = [],
): Promise<Point[]> {
  const lines = await trace(argv, more, []).then(({ lines: all }) => all.map(parseLine));
  const [main] = lines[0] ?? [];
  const counts = new Map<string, number>();
  const points = lines.flatMap(([pid, call, text]) => {
    if (pid !== main || call === "") return [];
    counts.set(call, (counts.get(call) ?? 0) + 1);
    return [{ call, nth: counts.get(call) ?? 0, text }];
  });
  const first = points.findIndex(({ text }) => text.includes(`"${root}"`));
  if (first < 0) throw new Error(`${argv.join(" ")} never names ${root}`);
  return points.slice(first);
}

/** Calls `killAt` for each point, `atOnce` of them at the same time; tells which of them were killed. */
export async function killAtEach(
  points: readonly Point[],
  killAt: (point: Point) => Promise<boolean>,
  atOnce: number,
): Promise<boolean[]> {
  const left = [...points];
  const worker = async (): Promise<boolean[]> => {
    const point = left.shift();
    return point === undefined ? [] : [await killAt(point), ...(await worker())];
  };
  return (await Promise.all(Array.from({ length: atOnce }, worker))).flat();
}

/** Runs `argv` with one fault; `fired` says that it happened where it was meant to. */
export async function runWithFault(
  argv: readonly string[],
  { call, nth }: Point,
  fault: Fault,
): Promise<Ended & { readonly fired: boolean }> {
  const { ended, lines } = await trace(argv, [call], ["-e", `inject=${call}:${fault}:when=${nth}`]);
  return { ...ended, fired: lines.some(isHit) };
}

const isHit = (line: string) => /\((?:INJECTED|DELAYED)\)|killed by SIGKILL/.test(line);

async function trace(
  argv: readonly string[],
  more: readonly string[],
  options: readonly string[],
): Promise<{ ended: Ended; lines: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "lazarus-pit-strace-"));
  const file = join(folder, "trace");
  const calls = `trace=${[...CALLS, ...more].map((call) => `?${call}`).join(",")}`;
  try {
    const strace = ["strace", "-f", "-qq", "-o", file, "-e", calls, ...options, ...argv];
    // A program that hangs fails its test, by an exit code of its own, and not the whole run.
    const ended = await run(["timeout", "--signal=KILL", "60", ...strace]);
    return { ended, lines: readFileSync(file, "utf8").trimEnd().split("\n") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The thread, the call's name and the whole call of a line; a name of "" is no new call. */
function parseLine(line: string): [pid: string, call: string, text: string] {
  const [, pid = "", text = "", call = ""] = /^(\d+) +((\w+)\(.*|.*)/.exec(line) ?? [];
  return [pid, call, text];
}

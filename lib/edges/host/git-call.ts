/**
 * Calling git for a repository, and whose fault it is when it fails.
 *
 * @module
 */
import { describeDuration } from "../../rules/duration.ts";
import { printable, quoted, withoutPasswords } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Bounds, Watch } from "./bounds.ts";
import { type Ended, runProgram } from "./program.ts";

export interface Repository {
  /** A path, or an https or ssh URL. */
  readonly url: string;
  /** A branch, tag or commit; the repository's default branch where it is left out. */
  readonly ref?: string | undefined;
  /** For a stranger's repository: how much it may ask of this host. Nothing of it is then run. */
  readonly bounds?: Bounds;
}

/** Why a repository could not be cloned, where that is not this host's fault. */
const FLAWS = ["unclonable", "slow", "large", "greedy"] as const;
export type CloneFlaw = (typeof FLAWS)[number];

/** A repository for a message: without the password that its URL may hold. */
export const shown = (url: string): string => quoted(withoutPasswords(url));

/** What is wrong with the repository that an error tells of; undefined for any other error. */
export const cloneFlawOf = (error: unknown): CloneFlaw | undefined =>
  error instanceof OperatorError ? FLAWS.find((flaw) => flaw === error.cause) : undefined;

/** A call of git: to clone the repository, or to check out its ref there. */
export interface GitCall {
  readonly aim: "clone" | "checkout";
  readonly args: readonly string[];
}

/**
 * Calls git; with a `watch` it ends when that says so, with all that it started.
 *
 * @throws {OperatorError} when it is not there, or fails.
 */
export async function git(
  repository: Repository,
  watch: Watch | undefined,
  { aim, args }: GitCall,
): Promise<void> {
  const { url, ref, bounds } = repository;
  const ended = await runProgram(bounds === undefined ? ["git", ...args] : leashed(bounds, args), {
    name: "git",
    env: {
      ...plainEnvironment(),
      GIT_TERMINAL_PROMPT: "0",
      GIT_ALLOW_PROTOCOL: "file:https:ssh",
      // What it says is read by programs too.
      LC_ALL: "C",
    },
    ...(watch === undefined ? {} : { stop: watch.stop }),
  });
  const doing =
    aim === "clone"
      ? `Cannot clone ${shown(url)}`
      : `Cannot check out ${quoted(ref ?? "HEAD")} of ${shown(url)}`;
  if (watch?.passed() !== undefined) throw pastBounds(doing, repository, watch);
  if (ended.code !== 0) throw failed(doing, ended);
}

/** How much later than our own watch timeout(1) ends a git, in seconds. */
const REST = 3;
/** How much memory each process of a git may have, in KiB: what a server says is read into it. */
const MEMORY = 4 * 2 ** 20;

/**
 * A git that can take only so much memory, and ends even where we were killed, who watch over
 * it: by timeout(1), which stays with it. Where there is no git, plain, to be told so.
 */
function leashed({ ms }: Bounds, args: readonly string[]): [string, ...string[]] {
  if (Bun.which("git") === null) return ["git"];
  const most = String(Math.ceil(ms / 1000) + REST);
  const script = `ulimit -v ${MEMORY}; exec timeout -s KILL "$@"`;
  return ["sh", "-c", script, "sh", most, "git", ...args];
}

export function pastBounds(doing: string, { bounds }: Repository, watch: Watch): OperatorError {
  const isSlow = watch.passed() === "slow";
  const { ms = 0, bytes = 0 } = bounds ?? {};
  const most = isSlow ? describeDuration(ms / 1000) : `${Math.floor(bytes / 2 ** 20)} MiB`;
  return new OperatorError(
    "unavailable",
    `${doing}: ${isSlow ? `it took longer than ${most}` : `it is larger than ${most}`}`,
    "see how large it is, and how fast its server",
    { cause: watch.passed() },
  );
}

/** What git says where this host has not what it needs: at the end of a line, for names come before. */
const HOST_FAULTS = [
  /^(?:error|fatal): .*: (?:No space left on device|Disk quota exceeded|Read-only file system|Input\/output error|File too large|Too many open files|Cannot allocate memory|Resource temporarily unavailable)$/,
  // Where it says no more than that.
  /^(?:error|fatal): (?:unable|failed) to write /,
  /^error: cannot run /,
  /^git: '[^']*' is not a git command/,
  /^(?:sh|timeout): /,
];

/**
 * The error of a git that failed by itself. What a server says is marked as such, but for one that
 * is reached by ssh; that one can have an operator look, and nothing else.
 */
function failed(doing: string, { code, signal, said, stderr }: Ended): OperatorError {
  const lines = stderr.split("\n").filter((line) => !line.startsWith("fatal: remote error"));
  const ours = lines.find((line) => HOST_FAULTS.some((fault) => fault.test(line)));
  if (signal === null && ours === undefined)
    return new OperatorError(
      "unavailable",
      `${doing}: git said: ${printable(said) || `exit code ${code}`}`,
      "try the same git command by hand; no cell was made",
      { cause: flawIn(lines) },
    );
  return new OperatorError(
    "io_error",
    `${doing}: ${signal === null ? `git said: ${printable(ours ?? "")}` : `${signal} ended git`}`,
    "see whether this host has room, inodes and memory left (df, df -i, free); no cell was made",
  );
}

/** What git says at the bound on its memory; hosts themselves hardly ever refuse any. */
const flawIn = (lines: readonly string[]): CloneFlaw =>
  lines.some((line) => line.startsWith("fatal: Out of memory")) ? "greedy" : "unclonable";

/**
 * The environment without git's own variables, which can lead it to another repository or
 * make it run hooks, as inside one; but with those that say how to reach a server.
 */
function plainEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => mayReachGit(name)));
}

const mayReachGit = (name: string): boolean =>
  !name.startsWith("GIT_") || /^GIT_(?:SSH|ASKPASS|SSL)/.test(name);

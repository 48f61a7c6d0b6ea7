/**
 * Runs git for a repository.
 *
 * @module
 */
import { defined } from "../base/defined.ts";
import { quoted, withoutPasswords } from "../base/printable.ts";
import { OperatorError } from "../base/errors.ts";
import {
  type CloneLimits,
  describeExceeded,
  type ExceededLimit,
  type LimitMonitor,
} from "./clone-limits.ts";
import { captureProgress } from "./clone-progress.ts";
import { gitError } from "./git-error.ts";
import { runProgram } from "../host/programs/subprocess.ts";

export interface Repository {
  /** A path, or an https or ssh URL. */
  readonly url: string;
  /** A branch, tag or commit; the repository's default branch if absent. */
  readonly ref?: string | undefined;
  /** Limits for an untrusted repository, of which nothing is run. */
  readonly limits?: CloneLimits;
}

/** A repository for a message, with the password of its URL masked. */
export const quotedUrl = (url: string): string => quoted(withoutPasswords(url));

/** A git command that clones the repository, or checks out its ref. */
export interface GitCall {
  readonly aim: "clone" | "checkout";
  readonly args: readonly string[];
}

/**
 * Runs git. If the `monitor` finds a limit exceeded, kills it with its descendants.
 *
 * @throws {OperatorError} if git is not installed or fails, or a limit is exceeded.
 */
export async function git(
  repository: Repository,
  monitor: LimitMonitor | undefined,
  { aim, args }: GitCall,
): Promise<void> {
  const { url, ref, limits } = repository;
  const result = await runProgram(
    limits === undefined ? ["git", ...args] : limitedGit(limits, args),
    {
      name: "git",
      // A credential helper or an ssh master may keep running for reuse.
      mayLeaveProcesses: true,
      env: gitEnvironment(),
      ...defined({
        stop: monitor?.stop,
        capture: args.includes("--progress") ? captureProgress() : undefined,
      }),
    },
  );
  const doing =
    aim === "clone"
      ? `Cannot clone ${quotedUrl(url)}`
      : `Cannot check out ${quoted(ref ?? "HEAD")} of ${quotedUrl(url)}`;
  const exceeded = monitor?.exceeded();
  if (limits !== undefined && exceeded !== undefined) throw limitError(doing, exceeded, limits);
  if (result.code !== 0) throw gitError(doing, result);
}

/** How many seconds after our own timer timeout(1) kills git. */
const TIMEOUT_MARGIN_SECONDS = 3;
/** The memory of each git process, which reads a server's data into it. */
const MEMORY_LIMIT_KIB = 4 * 2 ** 20;

/**
 * git with limited memory, under a timeout(1) that ends it even if this process is killed. Without
 * git, plain `git`, so that the error names it.
 */
function limitedGit({ ms }: CloneLimits, args: readonly string[]): [string, ...string[]] {
  if (Bun.which("git") === null) return ["git"];
  const seconds = String(Math.ceil(ms / 1000) + TIMEOUT_MARGIN_SECONDS);
  const script = `ulimit -v ${MEMORY_LIMIT_KIB}; exec timeout -s KILL "$@"`;
  return ["sh", "-c", script, "sh", seconds, "git", ...args];
}

/** The error for a clone beyond its limits; its cause is the exceeded limit. */
export const limitError = (
  doing: string,
  exceeded: ExceededLimit,
  limits: CloneLimits,
): OperatorError =>
  new OperatorError(
    "unavailable",
    `${doing}: ${describeExceeded(exceeded, limits)}`,
    "check the repository's size, and the speed of its server",
    { cause: exceeded },
  );

/**
 * The environment without git's own variables, which can point it to another repository or make
 * it run hooks, except those that configure access to a server.
 */
function gitEnvironment(): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => isPassedToGit(name))),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "file:https:ssh",
    // Its messages are parsed above.
    LC_ALL: "C",
  };
}

const isPassedToGit = (name: string): boolean =>
  !name.startsWith("GIT_") || /^GIT_(?:SSH|ASKPASS|SSL)/.test(name);

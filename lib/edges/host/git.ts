/**
 * Cloning a repository with the real git.
 *
 * @module
 */
import { resolve } from "node:path";
import { printable, quoted } from "../../rules/printable.ts";
import { refuseRef, refuseRepository } from "../../rules/repository.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { runProgram } from "./program.ts";

export interface Repository {
  /** A path, or an https or ssh URL. */
  readonly url: string;
  /** A branch, tag or commit; the repository's default branch where it is left out. */
  readonly ref?: string | undefined;
  /** How long git may take for each of its two steps, in milliseconds; else as long as it likes. */
  readonly timeout?: number;
}

/** A repository for a message: without the password that its URL may hold. */
const shown = (url: string): string => quoted(url.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, "$1:***@"));

/**
 * Checks a repository's spelling before anything is made.
 *
 * @throws {OperatorError} when git could take it for anything but a repository.
 */
export function checkRepository({ url, ref }: Repository): void {
  const refusal = refuseRepository(url);
  if (refusal !== undefined)
    throw new OperatorError(
      "usage",
      `Cannot clone ${shown(url)}: ${refusal}`,
      "give a path, or an https:// or ssh:// URL",
    );
  const refRefusal = ref === undefined ? undefined : refuseRef(ref);
  if (refRefusal !== undefined)
    throw new OperatorError(
      "usage",
      `Cannot check out ${quoted(ref ?? "")}: ${refRefusal}`,
      "give a branch, a tag or a commit",
    );
}

/** True for the error of a repository that could not be cloned, as against one of this host. */
export const isCloneFailure = (error: unknown): error is OperatorError =>
  error instanceof OperatorError && /^Cannot (?:clone|check out) /.test(error.message);

/**
 * Clones into the empty directory `into`, and waits until it is on the disk.
 *
 * @throws {OperatorError} when git is not there, or fails.
 */
export async function cloneRepository(
  { url, ref, timeout }: Repository,
  into: string,
): Promise<void> {
  const source = url.includes("://") ? url : resolve(url);
  // Hard links would share files, and so their owner, with a repository on the same disk.
  const later = ref === undefined ? [] : ["--no-checkout"];
  await git(
    `Cannot clone ${shown(url)}`,
    ["clone", "--quiet", "--no-hardlinks", ...later, "--", source, into],
    timeout,
  );
  if (ref !== undefined)
    await git(
      `Cannot check out ${quoted(ref)} of ${shown(url)}`,
      ["-C", into, "checkout", "--quiet", ref, "--"],
      timeout,
    );
  const { code, said } = await runProgram(["sync", "-f", into]);
  if (code !== 0)
    throw new OperatorError(
      "io_error",
      `Cannot write ${shown(url)} to the disk: ${printable(said)}`,
      "look at the system's log; no cell was made",
    );
}

async function git(doing: string, args: readonly string[], timeout?: number): Promise<void> {
  const { code, said, timedOut } = await runProgram(["git", ...args], {
    env: { ...plainEnvironment(), GIT_TERMINAL_PROMPT: "0", GIT_ALLOW_PROTOCOL: "file:https:ssh" },
    ...(timeout === undefined ? {} : { timeout }),
  });
  if (code === 0) return;
  const why = timedOut ? "it took too long" : `git said: ${printable(said) || `exit code ${code}`}`;
  throw new OperatorError(
    "unavailable",
    `${doing}: ${why}`,
    "try the same git command by hand; no cell was made",
  );
}

/**
 * The environment without git's own variables, which can lead it to another repository or
 * make it run hooks, as inside one; but with those that say how to reach a server.
 */
function plainEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => mayReachGit(name)));
}

const mayReachGit = (name: string): boolean =>
  !name.startsWith("GIT_") || /^GIT_(?:SSH|ASKPASS|SSL)/.test(name);

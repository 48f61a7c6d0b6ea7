/**
 * Cloning a repository with the real git.
 *
 * @module
 */
import { mkdirSync, unlinkSync } from "node:fs";
import { resolve } from "node:path";
import { printable, quoted } from "../../rules/printable.ts";
import { refuseRef, refuseRepository } from "../../rules/repository.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { type Watch, watchOver } from "./bounds.ts";
import { at, withDirectory, withPlace } from "./directory.ts";
import { errnoOf } from "./errno.ts";
import { git, pastBounds, type Repository, shown } from "./git-call.ts";
import { runProgram } from "./program.ts";
import { createFile } from "./replace.ts";

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

/**
 * Clones into the empty directory `into`, and waits until it is on the disk.
 *
 * @throws {OperatorError} when git is not there, or fails.
 */
export async function cloneRepository(repository: Repository, into: string): Promise<void> {
  const { url, bounds } = repository;
  const watch = bounds === undefined ? undefined : watchOver(into, bounds);
  try {
    await (bounds === undefined ? cloneTrusted : cloneStrangers)(repository, into, watch);
    await watch?.look();
    if (watch?.passed() !== undefined)
      throw pastBounds(`Cannot clone ${shown(url)}`, repository, watch);
  } finally {
    watch?.end();
  }
  const { code, said } = await runProgram(["sync", "-f", into]);
  if (code !== 0)
    throw new OperatorError(
      "io_error",
      `Cannot write ${shown(url)} to the disk: ${printable(said)}`,
      "look at the system's log; no cell was made",
    );
}

/** Hard links would share files, and so their owner, with a repository on the same disk. */
const CLONE = ["clone", "--quiet", "--no-hardlinks"];

async function cloneTrusted(repository: Repository, into: string): Promise<void> {
  const { url, ref } = repository;
  const source = url.includes("://") ? url : resolve(url);
  const later = ref === undefined ? [] : ["--no-checkout"];
  const clone = [...CLONE, ...later, "--", source, into];
  await git(repository, undefined, { aim: "clone", args: clone });
  if (ref === undefined) return;
  const out = ["-C", into, "checkout", "--quiet", ref, "--"];
  await git(repository, undefined, { aim: "checkout", args: out });
}

/**
 * What keeps a stranger's repository from having anything run, and its server from sending us
 * on to where nobody looked: hooks are not set up, an operator's own are not called (they may
 * read the repository), and a server that stalls is left.
 */
const STRANGERS = [
  "core.hooksPath=/dev/null",
  "http.followRedirects=false",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=60",
].flatMap((setting) => ["-c", setting]);

async function cloneStrangers(
  repository: Repository,
  into: string,
  watch: Watch | undefined,
): Promise<void> {
  const { url, ref } = repository;
  const clone = [...STRANGERS, ...CLONE, "--template=", "--no-checkout", "--", url, into];
  await git(repository, watch, { aim: "clone", args: clone });
  // Not checkout, which fails in a repository without a commit.
  const fill =
    ref === undefined ? ["reset", "--quiet", "--hard"] : ["checkout", "--quiet", ref, "--"];
  const out = [...STRANGERS, "-C", into, ...fill];
  await withoutFilters(into, () => git(repository, watch, { aim: "checkout", args: out }));
}

/**
 * Checks files out with no program in between: the operator's filters, such as LFS, are asked
 * for by the repository's own attributes, and go by what it says. Only these outrank them.
 */
async function withoutFilters(into: string, use: () => Promise<void>): Promise<void> {
  const inInfo = (work: (info: number) => void) =>
    withDirectory(into, (dir) => withPlace(dir, [".git", "info"], work));
  withDirectory(into, (dir) => withPlace(dir, [".git"], makeInfo));
  inInfo((info) => createFile(info, "attributes", "* -filter\n", 0o640));
  await use();
  inInfo((info) => unlinkSync(at(info, "attributes")));
}

function makeInfo(gitDir: number): void {
  try {
    mkdirSync(at(gitDir, "info"), 0o750);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

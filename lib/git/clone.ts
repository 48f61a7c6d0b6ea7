/**
 * Cloning a repository with the real git.
 *
 * @module
 */
import { mkdirSync, unlinkSync } from "node:fs";
import { resolve } from "node:path";
import { printable, quoted } from "../base/printable.ts";
import { refuseRef, refuseRepository } from "./rules/repository.ts";
import { OperatorError } from "../base/errors.ts";
import { type CloneLimits, type LimitMonitor, monitorLimits } from "./clone-limits.ts";
import { at, withDirectory, withSubdirectory } from "../host/files/directory.ts";
import { errnoOf } from "../host/errno.ts";
import { showsProgress } from "../host/stdio/progress-line.ts";
import { git, limitError, type Repository, quotedUrl } from "./git-command.ts";
import { runProgram } from "../host/programs/subprocess.ts";
import { createFile } from "../host/files/atomic-file.ts";

/**
 * Checks a repository's URL and ref before anything is created.
 *
 * @throws {OperatorError} if git could read them as anything but a repository and its ref.
 */
export function checkRepository({ url, ref }: Repository): void {
  const refusal = refuseRepository(url);
  if (refusal !== undefined)
    throw new OperatorError(
      "usage",
      `Cannot clone ${quotedUrl(url)}: ${refusal}`,
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
 * Clones into the empty directory `into`, and syncs it to the disk.
 *
 * @throws {OperatorError} if git is not installed or fails, or a limit is exceeded.
 */
export async function cloneRepository(repository: Repository, into: string): Promise<void> {
  const { url, limits } = repository;
  if (limits === undefined) await cloneTrusted(repository, into);
  else await cloneWithin(limits, repository, into);
  const { code, errorSummary } = await runProgram(["sync", "-f", into]);
  if (code !== 0)
    throw new OperatorError(
      "io_error",
      `Cannot write ${quotedUrl(url)} to the disk: ${printable(errorSummary)}`,
      "check the system's log; no cell was created",
    );
}

async function cloneWithin(
  limits: CloneLimits,
  repository: Repository,
  into: string,
): Promise<void> {
  using monitor = monitorLimits(into, limits);
  await cloneUntrusted(repository, into, monitor);
  await monitor.check();
  const exceeded = monitor.exceeded();
  if (exceeded !== undefined)
    throw limitError(`Cannot clone ${quotedUrl(repository.url)}`, exceeded, limits);
}

/** The URL of a repository, or its absolute path. */
export const sourceOf = ({ url }: Repository): string => (url.includes("://") ? url : resolve(url));

/** Without hard links, which would share files, and so their owner, with a local repository. */
const CLONE = ["clone", "--no-hardlinks"];

async function cloneTrusted(repository: Repository, into: string): Promise<void> {
  const { ref } = repository;
  const source = sourceOf(repository);
  const checkout = ref === undefined ? [] : ["--no-checkout"];
  const shown = showsProgress() ? "--progress" : "--quiet";
  const clone = [...CLONE, shown, ...checkout, "--", source, into];
  await git(repository, undefined, { aim: "clone", args: clone });
  if (ref === undefined) return;
  const out = ["-C", into, "checkout", "--quiet", ref, "--"];
  await git(repository, undefined, { aim: "checkout", args: out });
}

/**
 * Keeps an untrusted repository from running programs, and its server from redirecting to an
 * unchecked address: no hooks, not even the operator's own, which may read the repository. A
 * server that stalls for a minute is abandoned.
 */
const UNTRUSTED_OPTIONS = [
  "core.hooksPath=/dev/null",
  "http.followRedirects=false",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=60",
].flatMap((setting) => ["-c", setting]);

async function cloneUntrusted(
  repository: Repository,
  into: string,
  monitor: LimitMonitor,
): Promise<void> {
  const { url, ref } = repository;
  const clone = [
    ...UNTRUSTED_OPTIONS,
    ...CLONE,
    "--quiet",
    "--template=",
    "--no-checkout",
    "--",
    url,
    into,
  ];
  await git(repository, monitor, { aim: "clone", args: clone });
  // Not `checkout`, which fails in a repository without commits.
  const fill =
    ref === undefined ? ["reset", "--quiet", "--hard"] : ["checkout", "--quiet", ref, "--"];
  const out = [...UNTRUSTED_OPTIONS, "-C", into, ...fill];
  await withoutFilters(into, () => git(repository, monitor, { aim: "checkout", args: out }));
}

/**
 * Disables filters, such as LFS, during a checkout: a repository's attributes select the
 * operator's filters, which then follow its content. Only info/attributes overrides them.
 */
async function withoutFilters(into: string, use: () => Promise<void>): Promise<void> {
  const inInfo = (work: (info: number) => void) =>
    withDirectory(into, (dir) => withSubdirectory(dir, [".git", "info"], work));
  withDirectory(into, (dir) => withSubdirectory(dir, [".git"], createInfo));
  inInfo((info) => createFile(info, "attributes", "* -filter\n", 0o640));
  await use();
  inInfo((info) => unlinkSync(at(info, "attributes")));
}

function createInfo(gitDir: number): void {
  try {
    mkdirSync(at(gitDir, "info"), 0o750);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

/**
 * A repository that proposals can name by an https URL: git is told that it lies on this disk.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { $ } from "bun";

/** The host of `PROPOSAL`'s repository; nobody can have a name under .test. */
const URL_BASE = "https://git.test/";

/**
 * Makes `team/app.git` below `home`, with a file and a tag v1, and gives the environment in
 * which git finds it under `https://git.test/`.
 */
export async function repositoryIn(home: string): Promise<Record<string, string>> {
  const repository = join(home, "git", "team", "app.git");
  mkdirSync(repository, { recursive: true });
  writeFileSync(join(repository, "version.txt"), "one");
  const git = (...args: string[]) =>
    $`git -c user.name=test -c user.email=test@example.org ${args}`.cwd(repository).quiet();
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "one");
  await git("tag", "v1");
  writeFileSync(join(home, ".gitconfig"), `[url "${home}/git/"]\n\tinsteadOf = ${URL_BASE}\n`);
  return { HOME: home };
}

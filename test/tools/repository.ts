/**
 * A repository that proposals can name by an https URL: git is configured to find it on this disk.
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
  writeFileSync(
    join(home, ".gitconfig"),
    `[url "${home}/git/"]\n\tinsteadOf = ${URL_BASE}\n[safe]\n\tdirectory = *\n`,
  );
  return { HOME: home };
}

/**
 * Writes what git is to call in place of ssh, as `ssh <host> "git-upload-pack '/team/app.git'"`:
 * a shell script, in which $git is that command on the repositories below `home`. Gives the
 * environment for it. Its own number is in `<name>.pid` as long as it runs.
 */
export function sshIn(home: string, name: string, script: string): Record<string, string> {
  const path = join(home, name);
  const command = `git=$(printf %s "$2" | sed "s|'/|'${home}/git/|")`;
  const text = `#!/bin/sh\ncd ${home}\n${command}\necho $$ >${path}.pid\n${script}\n`;
  writeFileSync(path, text, { mode: 0o755 });
  return { GIT_SSH: path, GIT_SSH_VARIANT: "simple" };
}

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { $ } from "bun";
import { idOf } from "./tools/cells.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { refusalOf, refused } from "./tools/refusal.ts";

const here = scratch();
const ID = idOf(1);
const repository = join(here, "app.git");
const FILE = "version.txt";
const firstCommit = await makeRepository();
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

const argsFor = (...flags: string[]) => ["--root", root, ID, ...flags];
const worktree = (...path: string[]) => join(root, ID, "worktree", ...path);
const inWorktree = async (...args: string[]) =>
  (await run(["git", "-C", worktree(), ...args])).stdout.trim();

/** A repository with a tag, a second commit on main, and a branch; gives the first commit. */
async function makeRepository(): Promise<string> {
  const git = (...args: string[]) =>
    $`git -c user.name=test -c user.email=test@example.org ${args}`.cwd(repository).quiet().text();
  const commit = async (content: string) => {
    writeFileSync(join(repository, FILE), content);
    await git("add", FILE);
    await git("commit", "--quiet", "--message", content);
  };
  mkdirSync(repository);
  await git("init", "--quiet", "--initial-branch=main");
  await commit("one");
  await git("tag", "v1");
  await git("checkout", "--quiet", "-b", "feature/two");
  await commit("two");
  await git("checkout", "--quiet", "main");
  await commit("three");
  return (await git("rev-parse", "v1")).trim();
}

describe.each(FORMS)("init-cell --repo (%s)", (form) => {
  const initCell = (...flags: string[]) =>
    run([...command(form, "init-cell"), ...argsFor(...flags)]);
  const refusedCall = (...flags: string[]) => refused(form, "init-cell", argsFor(...flags));

  test("clones the default branch into the worktree of a healthy cell", async () => {
    expect(await initCell("--repo", repository)).toMatchObject({ code: 0 });
    expect(readFileSync(worktree(FILE), "utf8")).toBe("three");
    expect(await inWorktree("status", "--short", "--branch")).toBe("## main...origin/main");
    const scan = await run([...command(form, "scan"), "--root", root, "--json"]);
    expect(scan.stdout).toContain('"status": "healthy"');
  });

  test("runs no hook and writes nowhere else, whatever git's variables say", async () => {
    const template = join(here, `template-${form}`);
    mkdirSync(join(template, "hooks"), { recursive: true });
    const ran = join(here, `ran-${form}`);
    writeFileSync(join(template, "hooks", "post-checkout"), `#!/bin/sh\n: >${ran}\n`, {
      mode: 0o755,
    });
    const objects = join(here, `objects-${form}`);
    const env = { GIT_TEMPLATE_DIR: template, GIT_OBJECT_DIRECTORY: objects, GIT_DIR: objects };
    const call = [...command(form, "init-cell"), ...argsFor("--repo", repository)];
    expect(await run(call, { env })).toMatchObject({ code: 0 });
    expect(readdirSync(here)).not.toContain(`ran-${form}`);
    expect(readdirSync(here)).not.toContain(`objects-${form}`);
  });

  test("takes a path relative to where it is run", async () => {
    const call = [...command(form, "init-cell"), ...argsFor("--repo=./app.git")];
    expect(await run(call, { cwd: here })).toMatchObject({ code: 0 });
    expect(readFileSync(worktree(FILE), "utf8")).toBe("three");
  });

  test.each([
    ["a branch", "feature/two", "two", "feature/two"],
    ["a tag", "v1", "one", "HEAD"],
    ["a commit", firstCommit, "one", "HEAD"],
  ])("checks %s out", async (_, ref, content, branch) => {
    expect(await initCell("--repo", repository, "--ref", ref)).toMatchObject({ code: 0 });
    expect(readFileSync(worktree(FILE), "utf8")).toBe(content);
    expect(await inWorktree("rev-parse", "--abbrev-ref", "HEAD")).toBe(branch);
  });

  test("shares no file with the repository that it cloned", async () => {
    await initCell("--repo", repository);
    const objects = worktree(".git", "objects");
    const files = readdirSync(objects, { recursive: true, withFileTypes: true });
    const links = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name));
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((path) => statSync(path).nlink > 1)).toEqual([]);
  });

  test("leaves the repository alone in a cell that is there already", async () => {
    await initCell();
    expect(await initCell("--repo", repository)).toMatchObject({ code: 0 });
    expect(readdirSync(worktree())).toEqual([]);
  });

  test.each([
    ["a repository that does not exist", ["--repo", join(here, "nowhere")], "Cannot clone"],
    ["a directory that is none", ["--repo", "/proc"], "Cannot clone"],
    ["an unknown ref", ["--repo", repository, "--ref", "v9"], 'Cannot check out "v9" of'],
    [
      "a ref like a word of git",
      ["--repo", repository, "--ref", "clone"],
      'Cannot check out "clone" of',
    ],
  ])("exits 69 for %s, and leaves neither cell nor staging", async (_, flags, message) => {
    const said = await refusedCall(...flags);
    expect(said).toMatchObject({
      code: 69,
      hint: "try the same git command by hand; no cell was made",
    });
    expect(said.message).toStartWith(message);
    expect(said.message).toContain("git said: ");
    expect(readdirSync(root)).toEqual([]);
  });

  test("repeats no password of a URL that cannot be cloned", async () => {
    // Not twice: git also says how many milliseconds it took.
    const ended = await initCell("--repo", "https://user:secret@127.0.0.1:1/app.git");
    const said = refusalOf("init-cell", ended);
    expect(said.message).toStartWith('Cannot clone "https://user:***@127.0.0.1:1/app.git": ');
    expect(said.message).not.toContain("secret");
  });

  test("exits 69 where git is not installed, and leaves nothing", async () => {
    const PATH = join(import.meta.dir, "../node_modules/.bin");
    const call = [...command(form, "init-cell"), ...argsFor("--repo", repository)];
    expect(await run(call, { env: { PATH } })).toMatchObject({
      code: 69,
      stderr: expect.stringContaining("init-cell: hint: install git, or correct its path\n"),
    });
    expect(readdirSync(root)).toEqual([]);
  });
});

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { $ } from "bun";
import { recordOf } from "../../lib/cell/create/origin.ts";
import { lastProgress, withoutProgress } from "../../lib/git/rules/git-progress.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refusalOf, refused } from "../tools/refusal.ts";
import { repositoryIn } from "../tools/repository.ts";
import { openTerminal } from "../tools/terminal.ts";
import { treeOf } from "../tools/tree.ts";

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

describe("git's progress", () => {
  const text = "remote: 1%\rReceiving objects:   1% (1/3)\rReceiving objects: 66% (2/3)\rResolv";

  test("is its last complete line, and nothing that a server wrote", () => {
    expect(lastProgress(text)).toBe("Receiving objects: 66% (2/3)");
    expect(lastProgress("remote: Receiving objects: 1%\r")).toBeUndefined();
    expect(lastProgress("Receiving objects: 1%\u001b[2J\r")).toBeUndefined();
  });

  test("is left out of an error", () => {
    expect(withoutProgress(`${text}\nfatal: early EOF`)).toBe("remote: 1%Resolv\nfatal: early EOF");
  });

  test("is shown on a terminal while init-cell clones", async () => {
    const { HOME = "" } = await repositoryIn(join(here, "served"));
    const settings = join(HOME, ".gitconfig");
    // git copies the repository of a plain path, and reports no progress for that.
    writeFileSync(settings, readFileSync(settings, "utf8").replace('url "', 'url "file://'));
    await using terminal = await openTerminal(here);
    const program = join(import.meta.dir, "../../dist/init-cell");
    const call = `${program} ${ID} --root ${root} --repo https://git.test/team/app.git`;
    terminal.type(`HOME=${HOME} TERM=xterm ${call}; echo "code $?"\n`);
    const lines = await terminal.until(/code \d+$/);
    expect(lines.join("\n")).toMatch(/\u001b\[KReceiving objects: 100% [^]*\u001b\[K/);
  });
});

test("the record of a repository holds no password", () => {
  const url = "https://user:secret@git.example.org/app.git";
  expect(recordOf({ url })).toEqual({ url: url.replace("secret", "***") });
});

describe.each(ONE_FORM)("init-cell --repo (%s)", (form) => {
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

  test("records what it cloned in cell.json and the log", async () => {
    expect(await initCell("--repo", repository, "--ref=v1")).toMatchObject({ code: 0 });
    const of = { cloned_from: { url: repository, ref: "v1" } };
    expect(JSON.parse(readFileSync(join(root, ID, CELL_FILES.config), "utf8"))).toMatchObject(of);
    expect(JSON.parse(readFileSync(join(root, ID, CELL_FILES.log), "utf8"))).toMatchObject(of);
  });

  test.each([
    ["created without one", [], ["--repo", repository], "was created without a repository"],
    [
      "created from another one",
      ["--repo", repository],
      ["--repo", here],
      `was created from "${repository}"`,
    ],
    [
      "created from another ref",
      ["--repo", repository, "--ref=v1"],
      ["--repo", repository, "--ref=main"],
      `was created from "${repository}" at "v1"`,
    ],
  ])("is refused with 65 for a cell %s, and changes nothing", async (_, first, then, words) => {
    expect(await initCell(...first)).toMatchObject({ code: 0 });
    const before = treeOf(root);
    for (const flags of [then, [...then, "--dry-run"]]) {
      const said = await refusedCall(...flags);
      expect(said.code).toBe(65);
      expect(said.message).toStartWith("Cannot clone ");
      expect(said.message).toEndWith(`the cell ${ID} exists, and ${words}`);
    }
    expect(treeOf(root)).toEqual(before);
  });

  test.each([
    ["the same repository", ["--repo", repository, "--ref=v1"]],
    ["the same repository, without its ref", ["--repo", `${here}/../${basename(here)}/app.git`]],
    ["no repository", []],
  ])("exits 0 for a cell that is there already and %s", async (_, flags) => {
    expect(await initCell("--repo", repository, "--ref=v1")).toMatchObject({ code: 0 });
    expect(await initCell(...flags)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("nothing to do"),
    });
  });

  test("is taken by one of several calls at once, and found by the others", async () => {
    const ended = await Promise.all(
      Array.from({ length: 4 }, () => initCell("--repo", repository)),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(ended.filter(({ stderr }) => stderr.includes("created"))).toHaveLength(1);
  });

  test("a lost worktree is repaired with a warning, and reported until someone acknowledges it", async () => {
    await initCell("--repo", repository);
    rmSync(worktree(), { recursive: true });
    const codes = async () => {
      const { stdout } = await run([...command(form, "scan"), "--root", root, "--json"]);
      const { cells } = JSON.parse(stdout) as { cells: { problems: { code: string }[] }[] };
      return cells.flatMap(({ problems }) => problems.map(({ code }) => code));
    };
    const warning = `worktree is new and empty: it was a clone of "${repository}", which is not restored`;
    const repaired = await initCell("--repair", "--repo", repository);
    expect(repaired.code).toBe(0);
    expect(repaired.stderr).toEndWith(`init-cell: warning: ${warning}\n`);
    expect(readFileSync(join(root, ID, CELL_FILES.log), "utf8")).toContain(
      JSON.stringify({ warnings: [warning] }).slice(1, -1),
    );
    expect(await codes()).toEqual(["clone-lost"]);
    const mission = [...command(form, "mission"), "--root", root, ID, "acknowledge"];
    const said = await run([...mission, "--reason", "nothing was in it"]);
    expect(said).toMatchObject({ code: 0, stderr: "mission: acknowledged: clone-lost\n" });
    expect(await codes()).toEqual([]);
    expect(await run(mission)).toMatchObject({
      code: 0,
      stderr: "mission: nothing to do: there is nothing to acknowledge\n",
    });
  });

  test("a clone that is lost together with cell.json is recognized by the log's first line", async () => {
    await initCell("--repo", repository);
    for (const part of ["worktree", "config"]) rmSync(join(root, ID, part), { recursive: true });
    const { stdout } = await initCell("--repair", "--json");
    const { cells } = JSON.parse(stdout) as { cells: { warnings: string[] }[] };
    expect(cells[0]?.warnings).toContainEqual(expect.stringContaining("it was a clone of"));
    const scan = await run([...command(form, "scan"), "--root", root, "--explain", ID]);
    expect(scan.stdout).toContain(
      `problem   clone-lost: worktree no longer contains the clone of "${repository}"\n`,
    );
  });

  test("a clone that was made again is no longer reported", async () => {
    await initCell("--repo", repository);
    rmSync(worktree(), { recursive: true });
    await initCell("--repair");
    await $`git clone -q ${repository} ${worktree()}`.quiet();
    const scan = await run([...command(form, "scan"), "--root", root, "--json"]);
    expect(scan.stdout).not.toContain("clone-lost");
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
      hint: "try the same git command by hand; no cell was created",
    });
    expect(said.message).toStartWith(message);
    expect(said.message).toContain("git failed: ");
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
    const PATH = join(import.meta.dir, "../../node_modules/.bin");
    const call = [...command(form, "init-cell"), ...argsFor("--repo", repository)];
    expect(await run(call, { env: { PATH } })).toMatchObject({
      code: 69,
      stderr: expect.stringContaining("init-cell: hint: install git, or correct its path\n"),
    });
    expect(readdirSync(root)).toEqual([]);
  });
});

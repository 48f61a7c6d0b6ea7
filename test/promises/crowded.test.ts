/**
 * Directories that others fill with very many names cost little: no program reads all names of a
 * cell's directory, and a clone is ended as soon as it has more files than its limit.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { cloneRepository } from "../../lib/git/clone.ts";
import { countEntries } from "../../lib/host/programs/list-names.ts";
import { CLONE_LIMITS } from "../../lib/proposals/bridge/proposed-cell.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import type { CellRecords } from "../../lib/contract/cell-records.ts";
import { type Bridged, bridges } from "../tools/bridge.ts";
import { writeCell } from "../tools/cells.ts";
import { command, MEMORY, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";

setDefaultTimeout(300_000);

const here = scratch();
const inMemory = scratch(MEMORY);
const { bridge, repositories, tokenFile } = await bridges();

/** The id derived from repository 3 and issue 1: it must never change. */
const FIRST = "b90d40dd-558d-5fb9-841f-61572f483a9e";
const LINES = 50;
/** How the names of artifacts begin. */
const NAME = `report-of-${"x".repeat(100)}-`;

/** The output of a shell command; throws if it fails. */
async function must(shell: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(["bash", "-euc", shell, "bash", ...args]);
  if (code !== 0) throw new Error(`${shell} ended with ${code}: ${stderr}`);
  return stdout.trim();
}

/**
 * Makes a repository of 4 * 10^5 empty files, and 44,444 directories: each tree names the one
 * below it ten times, so that all of it takes some KB.
 */
const makeBomb = (path: string): Promise<string> =>
  must(
    `git init -q "$1"; cd "$1"
    ten() { for n in 0 1 2 3 4 5 6 7 8 9; do printf '%s %s\\tn%s\\n' "$1" "$2" $n; done | head -n "$3" | git mktree; }
    tree=$(ten '100644 blob' $(git hash-object -w --stdin </dev/null) 10)
    for level in 1 2 3 4; do tree=$(ten '040000 tree' $tree 10); done
    tree=$(ten '040000 tree' $tree 4)
    git update-ref refs/heads/main $(git -c user.name=a -c user.email=a@b commit-tree -m x $tree)
    git symbolic-ref HEAD refs/heads/main
    du -sk . | cut -f1`,
    path,
  );
const BOMB = 444_444;

test("a repository that makes very many files is given up while it makes them", async () => {
  const [from, into] = [join(here, "bomb"), join(inMemory, "worktree")];
  expect(Number(await makeBomb(from))).toBeLessThan(1024);
  mkdirSync(into);
  const limits = { ...CLONE_LIMITS, entries: 2000 };
  const refused = cloneRepository({ url: from, limits }, into);
  expect(await refused.catch(({ message }: Error) => message)).toEndWith(
    "it has more than 2000 files and directories",
  );
  const made = await countEntries(into, 2 * BOMB);
  expect(made).toBeWithin(2000, BOMB / 2);
});

test("its proposal is refused with one comment, and no file of it stays", async () => {
  await makeBomb(join(repositories, "team/bomb.git"));
  const { gitea, cells, pollWithin } = await bridge();
  gitea.propose(bodyOf({ repository: "https://git.test/team/bomb.git", ref: undefined }));
  const WHY = "Repository: it has more than 3000 files and directories";
  const poll = () => pollWithin({ entries: 3000 });
  expect(await poll()).toEqual({ code: 0, stdout: `#1 refused: ${WHY}\n`, stderr: "" });
  expect(gitea.said(1)).toEqual([expect.stringContaining(WHY)]);
  expect(gitea.labelsOf(1)).toEqual([]);
  expect(await poll()).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(gitea.said(1)).toHaveLength(1);
  expect(cells()).toEqual([]);
});

test("a clone of many files that stays within its bounds is made", async () => {
  const { gitea, root, pollWithin } = await bridge();
  gitea.propose(bodyOf({ repository: "https://git.test/team/app.git", ref: "v1" }));
  expect((await pollWithin({ entries: 60 })).stdout).toBe(`#1 made ${FIRST}\n`);
  expect(existsSync(join(root, FIRST, "worktree/version.txt"))).toBe(true);
});

/** Runs a pass that reports the end of a mission with this many artifacts; returns what it took. */
async function told(artifacts: number) {
  const root = join(inMemory, `root-${artifacts}`);
  const bridged = await bridge("executable", true, root);
  const { gitea, state } = bridged;
  gitea.propose(bodyOf({ repository: undefined, ref: undefined }));
  await bridged.poll();
  end(bridged);
  const folder = join(root, FIRST, "artifacts");
  await must(`cd "$1"; seq -f "$3%.0f" "$2" | xargs -r touch --`, folder, String(artifacts), NAME);
  const where = ["--root", root, "--state-dir", state.stateDir, "--gitea-allow=alice"];
  const argv = [...command("executable", "accept-proposals"), "--poll", ...where];
  const child = Bun.spawn([...argv, ...gitea.flags(tokenFile)], {
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "ignore", "ignore"],
  });
  expect(await child.exited).toBe(0);
  const megabytes = Number(child.resourceUsage()?.maxRSS) / 2 ** 20;
  return { text: gitea.said(1)[1] ?? "", megabytes };
}

function end({ root }: Bridged): void {
  const path = join(root, FIRST, CELL_FILES.mission);
  writeFileSync(path, readFileSync(path, "utf8").replace('"initialized"', '"completed"'));
}

const linesOf = (text: string) => text.split("\n").filter((line) => line.startsWith(NAME));

test("artifacts with very many names cost a pass no more memory than a few", async () => {
  const [few, many] = [await told(60), await told(200_000)];
  expect([linesOf(few.text).length, linesOf(many.text).length]).toEqual([LINES, LINES]);
  expect(few.text).toContain("\nand 10 more\n");
  expect(many.text).toContain("\nand many more\n");
  // The names alone are 24 MB; when all were read at once, a pass took 38 MB more.
  expect(many.megabytes - few.megabytes).toBeLessThan(12);
});

/** Reads the contents of a cell with this many artifacts in a process of its own. */
async function shownArtifacts(count: number) {
  const root = join(inMemory, `shown-${count}`);
  mkdirSync(root);
  const folder = join(writeCell(root, FIRST), "artifacts");
  await must(`cd "$1"; seq -f "$3%.0f" "$2" | xargs -r touch --`, folder, String(count), NAME);
  const script = join(import.meta.dir, "../tools/show-contents.ts");
  const child = Bun.spawn([process.execPath, script, root, FIRST], { stdout: "pipe" });
  const { artifacts } = (await new Response(child.stdout).json()) as Pick<CellRecords, "artifacts">;
  expect(await child.exited).toBe(0);
  const megabytes = Number(child.resourceUsage()?.maxRSS) / 2 ** 20;
  return { names: artifacts?.names.length, more: artifacts?.has_more, megabytes };
}

test("artifacts with very many names cost the page's server no more memory than a few", async () => {
  const [few, many] = [await shownArtifacts(60), await shownArtifacts(200_000)];
  expect([few.names, few.more, many.names, many.more]).toEqual([LINES, true, LINES, true]);
  // When all were read at once, this process took 44 MB more.
  expect(many.megabytes - few.megabytes).toBeLessThan(20);
});

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { underUmask } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { modeOf, treeOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

const readJson = (id: string, path: string): unknown =>
  JSON.parse(readFileSync(join(root, id, path), "utf8"));

describe.each(FORMS)("init-cell (%s)", (form) => {
  const call = (...args: string[]) => [...command(form, "init-cell"), "--root", root, ...args];
  const initCell = (...args: string[]) => run(call(...args));
  const scan = async (...args: string[]) =>
    (await run([...command(form, "scan"), "--root", root, ...args])).stdout;

  test("creates a healthy cell, prints its id and its path", async () => {
    expect(await initCell(ID)).toEqual({
      code: 0,
      stdout: `${ID}\n`,
      stderr: `init-cell: created "${join(root, ID)}"\n`,
    });
    expect(await scan("--json")).toContain('"status": "healthy"');
    expect(readdirSync(root)).toEqual([ID]);
  });

  test("creates exactly the parts of the contract", async () => {
    await initCell(ID);
    const parts = Object.keys(treeOf(join(root, ID)));
    expect(parts).toEqual([".", ...CELL_DIRS, ...Object.values(CELL_FILES)].toSorted());
  });

  test("logs the creation in one line", async () => {
    await initCell(ID);
    const log = readFileSync(join(root, ID, CELL_FILES.log), "utf8");
    expect(
      log
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        timestamp: expect.any(String),
        program: "init-cell",
        event: "initialized",
        mission_id: ID,
      },
    ]);
  });

  test("creates a new UUIDv7 if no id is given", async () => {
    const [first, second] = [await initCell(), await initCell()].map(({ stdout }) => stdout.trim());
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(readdirSync(root).toSorted()).toEqual([first ?? "", second ?? ""].toSorted());
  });

  test("writes all flags that describe the mission", async () => {
    const flags = ["--title=Fix it", "--objective=Green tests", "--owner=ops", "--status=active"];
    const labels = ["--label", "team=a", "--label", "url=x=y", "--label=empty="];
    const source = "https://git.example.org/team/app/issues/7";
    const { code } = await initCell(ID, ...flags, ...labels, "--source", source);
    expect(code).toBe(0);
    expect(readJson(ID, CELL_FILES.mission)).toEqual({
      schema_version: 1,
      mission_id: ID,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      status: "active",
      title: "Fix it",
      objective: "Green tests",
      owner: "ops",
      labels: { team: "a", url: "x=y", empty: "" },
      source,
    });
  });

  test("creates several cells in one call, each id once", async () => {
    const ids = [idOf(3), idOf(1), idOf(2)];
    const { code, stdout } = await initCell(...ids, idOf(3));
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${ids.join("\n")}\n` });
    expect(readdirSync(root).toSorted()).toEqual(ids.toSorted());
  });

  test("prints the outcome of each id with --json", async () => {
    writeCell(root, ID);
    const { stdout, stderr } = await initCell(ID, idOf(2), "--json");
    const outcome = (id: string, what: string) => ({
      mission_id: id,
      path: join(root, id),
      outcome: what,
      added: [],
      warnings: [],
    });
    expect(JSON.parse(stdout)).toEqual({
      schema_version: 1,
      root,
      cells: [outcome(ID, "exists"), outcome(idOf(2), "created")],
    });
    expect(stderr).toBe("");
  });

  test("shows what it would create with --dry-run, and creates nothing", async () => {
    const before = treeOf(root);
    expect(await initCell(ID, "--dry-run")).toEqual({
      code: 0,
      stdout: `${ID}\n`,
      stderr: `init-cell: would create "${join(root, ID)}"\n`,
    });
    expect(treeOf(root)).toEqual(before);
  });

  test.each([
    ["022", "40750", "100640"],
    ["000", "40750", "100640"],
    ["077", "40700", "100600"],
  ])("under umask %s makes directories %s and files %s", async (umask, dirMode, fileMode) => {
    await run([...underUmask(umask), ...call(ID)]);
    const modes = (paths: readonly string[]) =>
      new Set(paths.map((path) => modeOf(join(root, ID, path))));
    expect(modes([".", ...CELL_DIRS])).toEqual(new Set([dirMode]));
    expect(modes(Object.values(CELL_FILES))).toEqual(new Set([fileMode]));
  });
});

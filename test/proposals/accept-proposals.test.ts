import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { bodyOf, HOSTILE, PROPOSAL, withSection } from "../tools/proposals.ts";
import { refused } from "../tools/refusal.ts";
import { repositoryIn } from "../tools/repository.ts";
import { treeOf } from "../tools/tree.ts";
import { wrongWith } from "../tools/whole.ts";

const here = scratch();
const env = await repositoryIn(here);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

const SOURCE = "https://gitea.test/team/missions/issues/7";
/** The id derived from repository 3 and issue 7: it must never change. */
const OWN_ID = "0bd91aa6-9f40-5902-8d7e-eeefe06681e1";

function write(name: string, text: string): string {
  const path = join(here, name);
  writeFileSync(path, text);
  return path;
}

/** An issue as the API gives it, in a file. */
const issueFile = (body: string, changed: object = {}) =>
  write(
    "issue.json",
    JSON.stringify({
      id: 99,
      number: 7,
      title: "Mission: x",
      body,
      html_url: SOURCE,
      labels: [],
      repository: { id: 3, name: "missions", owner: "team", full_name: "team/missions" },
      ...changed,
    }),
  );
const missionIn = (id: string) =>
  JSON.parse(readFileSync(join(root, id, CELL_FILES.mission), "utf8")) as object;

describe.each(FORMS)("accept-proposals (%s)", (form) => {
  const call = (...args: string[]) =>
    run([...command(form, "accept-proposals"), "--root", root, ...args], { env });
  const refusedCall = (...args: string[]) =>
    refused(form, "accept-proposals", ["--root", root, ...args], { env });

  test("creates the cell that an issue asks for, with all of its fields", async () => {
    const ended = await call("--file", issueFile(bodyOf()));
    expect(ended).toEqual({
      code: 0,
      stdout: `${OWN_ID}\n`,
      stderr: `accept-proposals: created "${join(root, OWN_ID)}"\n`,
    });
    expect(wrongWith(root, OWN_ID)).toEqual([]);
    expect(missionIn(OWN_ID)).toEqual({
      schema_version: 1,
      mission_id: OWN_ID,
      created_at: expect.any(String),
      status: "initialized",
      source: SOURCE,
      ...PROPOSAL,
    });
    expect(JSON.parse(readFileSync(join(root, OWN_ID, CELL_FILES.config), "utf8"))).toMatchObject({
      stale_after_seconds: 1200,
    });
    expect(readFileSync(join(root, OWN_ID, "worktree/version.txt"), "utf8")).toBe("one");
  });

  test("creates it once, even if called again", async () => {
    const file = issueFile(bodyOf());
    await call("--file", file);
    const before = treeOf(root);
    expect(await call("--file", file)).toEqual({
      code: 0,
      stdout: `${OWN_ID}\n`,
      stderr: `accept-proposals: nothing to do: "${join(root, OWN_ID)}" already exists\n`,
    });
    expect(treeOf(root)).toEqual(before);
  });

  test("creates one cell for an issue when 8 processes run at once", async () => {
    const file = issueFile(bodyOf());
    const ended = await Promise.all(Array.from({ length: 8 }, () => call("--file", file)));
    expect(ended.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 0));
    expect(ended.filter(({ stderr }) => stderr.includes(": created "))).toHaveLength(1);
    expect(readdirSync(root)).toEqual([OWN_ID]);
  });

  test("creates one cell for an issue, even if it names another id later", async () => {
    await call("--file", issueFile(bodyOf()));
    const file = issueFile(bodyOf({ mission_id: idOf(2) }));
    const said = {
      code: 65,
      message: `Cannot create mission ${idOf(2)}: mission ${OWN_ID} already names this issue as its source`,
    };
    expect(await refusedCall("--file", file)).toMatchObject(said);
    expect(await refusedCall("--file", file, "--dry-run")).toMatchObject(said);
    expect(readdirSync(root)).toEqual([OWN_ID]);
  });

  test("accepts the text alone, and the id that it names in either case", async () => {
    const body = write("body.md", bodyOf({ mission_id: idOf(1).toUpperCase() }));
    expect(await call("--body", body, "--json")).toMatchObject({ code: 0, stderr: "" });
    expect(missionIn(idOf(1))).toMatchObject({ mission_id: idOf(1), title: PROPOSAL.title });
    expect(missionIn(idOf(1))).not.toHaveProperty("source");
  });

  test("--dry-run shows what it would create, and creates nothing", async () => {
    const file = issueFile(bodyOf());
    const [plain, json] = await Promise.all([
      call("--file", file, "--dry-run"),
      call("--file", file, "--dry-run", "--json"),
    ]);
    expect(plain).toMatchObject({
      code: 0,
      stderr: `accept-proposals: would create "${join(root, OWN_ID)}"\n`,
    });
    const mission = JSON.parse(plain.stdout) as { created_at: string };
    expect(mission).toMatchObject({ mission_id: OWN_ID, source: SOURCE, ...PROPOSAL });
    expect(JSON.parse(json.stdout)).toEqual({
      schema_version: 1,
      root,
      mission_id: OWN_ID,
      path: join(root, OWN_ID),
      outcome: "would-create",
      mission: { ...mission, created_at: expect.any(String) },
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test("refuses the id of another cell with 65, and does not change that cell", async () => {
    writeCell(root, idOf(1), { mission: { source: "https://gitea.test/team/missions/issues/6" } });
    const before = treeOf(root);
    const said = {
      code: 65,
      message: `Cannot create mission ${idOf(1)}: a cell with that id already exists, and it did not come from this issue`,
    };
    const body = bodyOf({ mission_id: idOf(1) });
    expect(await refusedCall("--file", issueFile(body))).toMatchObject(said);
    expect(await refusedCall("--body", write("body.md", body))).toMatchObject(said);
    expect(await refusedCall("--file", issueFile(body), "--dry-run")).toMatchObject(said);
    expect(treeOf(root)).toEqual(before);
  });

  test("names each invalid field, and exits 65", async () => {
    const body = withSection(bodyOf({ ref: "-f" }), "Risk", "none");
    expect(await refusedCall("--body", write("wrong.md", body))).toEqual({
      code: 65,
      message: `Cannot accept the proposal in "${join(here, "wrong.md")}": Ref: it starts with a dash; Risk: Expected low, medium, high`,
      hint: "correct these fields of the issue",
    });
  });

  test.each([
    ["that is none", "[]", "it is malformed: it is not a JSON object"],
    [
      "without a body",
      '{"number": 1, "html_url": "https://a.test/b", "repository": {"id": 1}}',
      "it is malformed: body: it is missing",
    ],
    [
      "from nowhere",
      JSON.stringify({ number: 1, html_url: "file:///x", body: "", repository: { id: 1 } }),
      "it is malformed: html_url: Expected an http or https URL",
    ],
    [
      "with a mark in its address",
      JSON.stringify({ number: 1, html_url: "https://a\u202eb", body: "", repository: { id: 1 } }),
      "it is malformed: html_url: Expected an http or https URL",
    ],
  ])("refuses an issue %s with 65", async (_, text, why) => {
    const file = write("bad.json", text);
    expect(await refusedCall("--file", file)).toEqual({
      code: 65,
      message: `Cannot read an issue from "${file}": ${why}`,
      hint: "give the API's response for /repos/OWNER/NAME/issues/NUMBER",
    });
  });

  test("refuses a file that is absent, not regular, or not text", async () => {
    expect(await refusedCall("--body", join(here, "absent"))).toMatchObject({ code: 66 });
    expect(await refusedCall("--body", here)).toMatchObject({
      code: 65,
      message: `Cannot read "${here}": it is not a regular file of at most 16 MiB`,
    });
    const binary = join(here, "binary");
    writeFileSync(binary, Buffer.from([0xff, 0xfe]));
    expect(await refusedCall("--body", binary)).toMatchObject({
      code: 65,
      message: `Cannot read "${binary}": it is not UTF-8`,
    });
  });

  test("refuses a call with no proposal, or with two, with 64", async () => {
    const said = { code: 64, message: expect.stringContaining("give exactly one of --file") };
    expect(await refusedCall()).toMatchObject(said);
    expect(await refusedCall("--file", "a", "--body", "b")).toMatchObject(said);
  });

  test("exits 69 when the repository cannot be cloned, and leaves no cell behind", async () => {
    const body = bodyOf({ repository: "https://git.test/team/nowhere.git" });
    expect(await refusedCall("--file", issueFile(body))).toMatchObject({ code: 69 });
    expect(readdirSync(root)).toEqual([]);
  });
});

describe("a hostile proposal", () => {
  test.each(HOSTILE)("with %s creates no cell and runs nothing", async (_, field, section, why) => {
    const before = readdirSync(here);
    const file = issueFile(withSection(bodyOf(), field, section));
    const said = await refused("executable", "accept-proposals", ["--root", root, "--file", file], {
      env,
    });
    expect(said.code).toBe(65);
    expect(said.message).toContain(why.startsWith("its heading") ? ": its heading" : `${field}: `);
    expect(said.message.length).toBeLessThan(1000);
    expect(readdirSync(root)).toEqual([]);
    expect(readdirSync(here)).toEqual(before);
  });
});

/**
 * What the bridge trusts: its own key and its own records, but nothing that an agent wrote, and no
 * name that can change.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { signatureLine } from "../../lib/proposals/tracker/comment-signature.ts";
import { updateRecord } from "../../lib/proposals/bridge/records.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { type Bridged, bridges } from "../tools/bridge.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { BOT, NEXT_TOKEN, TOKEN } from "../tools/gitea.ts";
import { bodyOf, PROPOSAL } from "../tools/proposals.ts";
import { refusalOf } from "../tools/refusal.ts";
import { treeOf } from "../tools/tree.ts";

const { bridge, tokenFile } = await bridges();

const QUIET = { code: 0, stdout: "", stderr: "" };
const PLAIN = bodyOf({ repository: undefined, ref: undefined });
/** A proposal that chooses the id of its mission. */
const CHOSEN = bodyOf({ repository: undefined, ref: undefined, mission_id: idOf(1) });
const MADE = { code: 0, stdout: `#1 made ${idOf(1)}\n`, stderr: "" };
const ISSUE = { number: 1, repository: { id: 3 } };

/** Ends a mission as its operator does. */
function finish(root: string, id: string): void {
  const path = join(root, id, CELL_FILES.mission);
  writeFileSync(path, readFileSync(path, "utf8").replace('"initialized"', '"completed"'));
}

/** Does something while the token is another one. */
async function withNextToken(use: () => Promise<void>): Promise<void> {
  writeFileSync(tokenFile, NEXT_TOKEN);
  try {
    await use();
  } finally {
    writeFileSync(tokenFile, TOKEN);
  }
}

const beforeTheWord = ({ pollMeeting }: Bridged) =>
  pollMeeting((_, call) => (call.endsWith("comments") ? "kill-before" : undefined));

describe("the key", () => {
  test("is created once and private, even by concurrent passes", async () => {
    const { state, poll } = await bridge();
    rmSync(join(state.stateDir, "proposals.key"), { force: true });
    await Promise.all(Array.from({ length: 8 }, () => poll()));
    const key = join(state.stateDir, "proposals.key");
    const text = readFileSync(key, "utf8");
    expect(text).toMatch(/^[0-9a-f]{64}\n$/);
    expect(lstatSync(key).mode & 0o777).toBe(0o600);
    await poll();
    expect(readFileSync(key, "utf8")).toBe(text);
    expect(readdirSync(state.stateDir).toSorted()).toEqual(["proposals.key", "roots"]);
  });

  test("is not created by a dry run", async () => {
    const { state, poll } = await bridge();
    const key = join(state.stateDir, "proposals.key");
    rmSync(key, { force: true });
    expect(await poll("--dry-run")).toEqual(QUIET);
    expect(readdirSync(state.stateDir)).not.toContain("proposals.key");
  });

  test("is not used if everyone can read it", async () => {
    const { state, poll } = await bridge();
    await poll();
    const key = join(state.stateDir, "proposals.key");
    chmodSync(key, 0o644);
    try {
      expect(refusalOf("accept-proposals", await poll())).toMatchObject({ code: 78 });
    } finally {
      chmodSync(key, 0o600);
    }
  });

  test("signs comments: with a new token, the end of a mission with a chosen id is still reported", async () => {
    const { gitea, root, poll } = await bridge();
    gitea.propose(CHOSEN);
    expect(await poll()).toEqual(MADE);
    finish(root, idOf(1));
    await withNextToken(async () => {
      expect(await poll()).toEqual({ ...MADE, stdout: `#1 ended ${idOf(1)}\n` });
      expect(await poll()).toEqual(QUIET);
    });
    expect(gitea.said(1)).toHaveLength(2);
  });

  test("signs comments: with a new token, nothing is posted twice", async () => {
    const { gitea, poll, state } = await bridge();
    gitea.propose(CHOSEN);
    expect(await poll()).toEqual(MADE);
    // The signature alone must suffice too. An operator empties the directory of records to start again.
    rmSync(join(state.storeDir, "proposals"), { recursive: true });
    mkdirSync(join(state.storeDir, "proposals"));
    gitea.setLabel(1, "mission/accepted");
    await withNextToken(async () => expect(await poll()).toEqual(MADE));
    expect(gitea.said(1)).toHaveLength(1);
  });

  test("does not invalidate older comments, which are signed with the token", async () => {
    const { gitea, root, poll } = await bridge();
    writeCell(root, idOf(1), { mission: { source: gitea.addressOf(1) } });
    gitea.file(CHOSEN);
    const mark = { kind: "made", acceptance: 1, idOrDigest: idOf(1) } as const;
    gitea.comment(1, `It was made.\n\n${signatureLine(TOKEN, ISSUE, mark)}`, BOT);
    gitea.setLabel(1, "mission/accepted");
    expect(await poll()).toEqual(MADE);
    expect(gitea.said(1)).toHaveLength(1);
  });
});

describe("a proposed id that a cell already has", () => {
  const REFUSED = {
    code: 0,
    stdout:
      "#1 refused: Mission id: a cell with that id already exists, and it did not come from this issue\n",
    stderr: "",
  };

  test.each([
    ["says that it came from this issue", {}],
    [
      "says so, and is about the same",
      { title: PROPOSAL.title, objective: PROPOSAL.objective, owner: PROPOSAL.owner },
    ],
  ])("is refused though that cell %s", async (_, said) => {
    const { gitea, root, poll } = await bridge();
    writeCell(root, idOf(1), { mission: { source: gitea.addressOf(1), ...said } });
    const before = treeOf(root);
    gitea.propose(CHOSEN);
    expect(await poll()).toEqual(REFUSED);
    expect(gitea.labelsOf(1)).toEqual([]);
    expect(treeOf(root)).toEqual(before);
  });

  test("is refused if the cell no longer has the recorded title and objective", async () => {
    const { gitea, root, state, poll } = await bridge();
    await poll();
    const { title, objective } = PROPOSAL;
    const mission = { mission_id: idOf(1), title, objective, body_sha256: "" };
    updateRecord(state, ISSUE, { mission });
    writeCell(root, idOf(1), {
      mission: { source: gitea.addressOf(1), title, objective: "Other" },
    });
    gitea.propose(CHOSEN);
    expect(await poll()).toEqual(REFUSED);
  });

  test("belongs to the issue if a killed pass created the cell", async () => {
    const bridged = await bridge();
    const { gitea, poll } = bridged;
    gitea.propose(CHOSEN);
    await beforeTheWord(bridged);
    expect(await poll()).toEqual(MADE);
    expect(gitea.said(1)).toHaveLength(1);
  });
});

const rename = ({ gitea }: Bridged) => (gitea.name = "renamed");

describe("a repository that is renamed", () => {
  test("keeps its missions, whose ends are reported", async () => {
    const bridged = await bridge();
    const { gitea, root, poll } = bridged;
    gitea.propose(CHOSEN);
    expect(await poll()).toEqual(MADE);
    rename(bridged);
    expect(await poll()).toEqual(QUIET);
    finish(root, idOf(1));
    expect(await poll()).toEqual({ ...MADE, stdout: `#1 ended ${idOf(1)}\n` });
    expect(gitea.said(1)).toHaveLength(2);
  });

  test.each([
    ["an id of its own", CHOSEN, idOf(1)],
    ["the id that follows from it", PLAIN, "b90d40dd-558d-5fb9-841f-61572f483a9e"],
  ])("has no second cell made of an issue with %s, also after a kill", async (_, body, id) => {
    const bridged = await bridge();
    const { gitea, cells, poll } = bridged;
    gitea.propose(body);
    await beforeTheWord(bridged);
    rename(bridged);
    expect(await poll()).toEqual({ ...MADE, stdout: `#1 made ${id}\n` });
    expect(cells()).toEqual([id]);
  });

  test("creates no second cell for an issue that is accepted again", async () => {
    const bridged = await bridge();
    const { gitea, cells, poll } = bridged;
    gitea.propose(PLAIN);
    await poll();
    const [first] = cells();
    rename(bridged);
    gitea.edit(1, CHOSEN);
    gitea.setLabel(1, "mission/accepted");
    expect(await poll()).toEqual({ ...MADE, stdout: `#1 made ${first}\n` });
    expect(cells()).toHaveLength(1);
  });
});

describe("a record of an issue", () => {
  test("that cannot be read makes only its own issue wait for the operator", async () => {
    const { gitea, state, poll } = await bridge();
    gitea.propose(CHOSEN);
    gitea.propose(PLAIN);
    await poll();
    writeFileSync(join(state.storeDir, "proposals", "3-1.json"), "{");
    gitea.setLabel(1, "mission/accepted");
    gitea.propose(PLAIN);
    const { code, stdout, stderr } = await poll();
    expect(code).toBe(74);
    expect(stdout).toMatch(
      /^#1 failed: Cannot read the record of issue 1: it is malformed: [^\n]+\n#3 made /,
    );
    expect(stderr).toContain(`hint: check ${join(state.storeDir, "proposals", "3-1.json")}; `);
  });

  test("is written before a cell appears", async () => {
    const { gitea, state, cells, poll } = await bridge();
    gitea.propose(CHOSEN);
    await poll();
    rmSync(join(state.storeDir, "proposals"), { recursive: true });
    writeFileSync(join(state.storeDir, "proposals"), "");
    gitea.propose(PLAIN);
    expect((await poll()).code).toBeGreaterThan(64);
    expect(cells()).toEqual([idOf(1)]);
  });
});

test("a tracker on this host is not called through a proxy, which would get the token", async () => {
  const asked: string[] = [];
  const proxy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch({ headers, url }) {
      asked.push(`${url} ${headers.get("Authorization")}`);
      return Response.json([]);
    },
  });
  afterAll(() => proxy.stop(true));
  const { gitea, pollWithin } = await bridge();
  gitea.propose(PLAIN);
  const there = `http://127.0.0.1:${proxy.port}`;
  const ended = await pollWithin({}, { HTTP_PROXY: there, http_proxy: there });
  expect(asked).toEqual([]);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("#1 made ") });
});

test("a token that the tracker repeats appears in no log", async () => {
  const { gitea, poll } = await bridge();
  gitea.onCall = () => ({ status: 422, body: JSON.stringify({ message: `no: token ${TOKEN}` }) });
  const ended = await poll();
  expect(ended.stderr).toContain("(422: no: token ***)");
});

/**
 * Who accepted an issue, and what happened to it afterwards: accounts by their numbers, bots,
 * missions that are over.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { type Bridged, bridges } from "../tools/bridge.ts";
import { bodyOf } from "../tools/proposals.ts";

const { bridge } = await bridges();
const PLAIN = bodyOf({ repository: undefined, ref: undefined });
const [FIRST, SECOND] = [
  "b90d40dd-558d-5fb9-841f-61572f483a9e",
  "3bd1a719-9be5-5cec-a2d4-9c3fefdca2d7",
];
const REFUSED = "refused: mission/accepted was set by";

describe("an account that accepts", () => {
  test("is recorded by its number, and keeps its right under another name", async () => {
    const { gitea, state, pass } = await bridge();
    gitea.propose(PLAIN);
    expect(await pass()).toEqual([`#1 made ${FIRST}`]);
    const record = join(state.storeDir, "proposals", "accounts.json");
    expect(JSON.parse(readFileSync(record, "utf8"))).toEqual({
      schema_version: 1,
      tracker: `${gitea.url}/`,
      accounts: { alice: 5 },
    });
    gitea.accounts.set("alice-b", 5);
    gitea.propose(PLAIN, "alice-b");
    expect(await pass()).toEqual([`#2 made ${SECOND}`]);
  });

  test("is refused if it took the name of one that was seen before, however it is spelled", async () => {
    const { gitea, cells, pass } = await bridge();
    gitea.propose(PLAIN);
    await pass();
    gitea.accounts.set("Alice", 77);
    gitea.propose(PLAIN, "Alice");
    expect(await pass()).toEqual([
      `#2 ${REFUSED} account 77, which has the name "Alice" now; the account that may accept proposals under that name is 5`,
    ]);
    expect(cells()).toEqual([FIRST]);
    // Its own number counts again.
    gitea.setLabel(2, "mission/accepted", "alice");
    expect(await pass()).toEqual([`#2 made ${SECOND}`]);
  });

  test("is recorded before anything is done for it, even for an invalid proposal", async () => {
    const { gitea, cells, pass } = await bridge();
    gitea.propose("nothing of the form");
    await pass();
    gitea.accounts.set("alice", 77);
    gitea.propose(PLAIN);
    expect(await pass()).toEqual([expect.stringContaining(`#2 ${REFUSED} account 77`)]);
    expect(cells()).toEqual([]);
  });

  test("is refused if it is deleted, whatever the settings say, and is not recorded", async () => {
    const { gitea, state, pass } = await bridge();
    gitea.propose(PLAIN, "Ghost");
    expect(await pass({ "gitea-allow": "Ghost,alice" })).toEqual([
      `#1 ${REFUSED} an account that may not accept proposals`,
    ]);
    expect(readdirSync(join(state.storeDir, "proposals"))).not.toContain("accounts.json");
  });

  test("is unknown if the record cannot be read, and then no cell is created", async () => {
    const { gitea, state, cells, pass, pollWithin } = await bridge();
    gitea.propose(PLAIN);
    const record = join(state.storeDir, "proposals", "accounts.json");
    writeFileSync(record, '{"schema_version": 1, "accounts": {"alice": 5}}');
    const { code, stderr } = await pollWithin({});
    expect(code).toBe(74);
    expect(stderr).toContain("error: Cannot read the record of accounts: it ");
    expect(stderr).toContain(
      `hint: check ${record}; if you remove it, each account counts as never seen\n`,
    );
    expect(cells()).toEqual([]);
    rmSync(record);
    expect(await pass()).toEqual([`#1 made ${FIRST}`]);
  });

  test("counts as never seen once gitea_url leads to another tracker", async () => {
    const [before, { gitea }] = [await bridge(), await bridge()];
    before.gitea.propose(PLAIN);
    await before.pass();
    gitea.accounts.set("mallory", 5);
    gitea.accounts.set("alice", 7);
    gitea.file(PLAIN);
    gitea.propose(PLAIN, "mallory");
    const settings = { "gitea-url": gitea.url };
    expect(await before.pass(settings)).toEqual([
      `#2 ${REFUSED} an account that may not accept proposals`,
    ]);
    gitea.setLabel(2, "mission/accepted", "alice");
    expect(await before.pass(settings)).toEqual([`#2 made ${SECOND}`]);
    const record = join(before.state.storeDir, "proposals", "accounts.json");
    expect(JSON.parse(readFileSync(record, "utf8"))).toEqual({
      schema_version: 1,
      tracker: `${gitea.url}/`,
      accounts: { alice: 7 },
    });
  });
});

const CHANGED = "the issue was changed, or commented on, after it was accepted";
const BOTS = { "gitea-ignore-accounts": "Label-Bot,stale-bot" };

describe("a comment after the acceptance", () => {
  test("makes the refusal name its account", async () => {
    const { gitea, pass } = await bridge();
    gitea.propose(PLAIN);
    gitea.comment(1, "Thank you!", "label-bot");
    gitea.comment(1, "Me too", "Ghost");
    const why = `${CHANGED}, by "label-bot", "Ghost": review it again; if that is a bot, the operator can list it in gitea_ignore_accounts`;
    expect(await pass()).toEqual([`#1 refused: ${why}`]);
    expect(gitea.said(1)[0]).toContain(why);
  });

  test("by an account in gitea_ignore_accounts is ignored, regardless of case", async () => {
    const { gitea, pass } = await bridge();
    gitea.propose(PLAIN);
    gitea.comment(1, "Thank you!", "label-bot");
    gitea.setLabel(1, "bug", "stale-bot");
    expect(await pass(BOTS)).toEqual([`#1 made ${FIRST}`]);
  });

  test.each<readonly [string, (bridged: Bridged) => void, string]>([
    [
      "a later edit",
      ({ gitea }) => gitea.edit(1, bodyOf({ title: "x" })),
      ": its text may have been edited; review it again",
    ],
    ["another comment", ({ gitea }) => gitea.comment(1, "Wait"), ', by "mallory": review it again'],
    [
      "an earlier comment",
      ({ gitea }) => {
        gitea.comment(1, "Wait");
        gitea.comment(1, "Thank you!", "label-bot");
      },
      ', by "mallory": review it again',
    ],
  ])("by an ignored account does not hide %s", async (_, happen, why) => {
    const bridged = await bridge();
    bridged.gitea.propose(PLAIN);
    bridged.gitea.comment(1, "Thank you!", "label-bot");
    happen(bridged);
    expect(await bridged.pass(BOTS)).toEqual([
      expect.stringContaining(`#1 refused: ${CHANGED}${why}`),
    ]);
    expect(bridged.cells()).toEqual([]);
  });

  test("by an ignored account does not accept in the name of another one", async () => {
    const { gitea, pass } = await bridge();
    gitea.propose(PLAIN, "label-bot");
    expect(await pass(BOTS)).toEqual([`#1 ${REFUSED} an account that may not accept proposals`]);
  });
});

const OTHER = "another bridge, or a comment that looks like its own, has answered this acceptance";

test("an acceptance that another bridge has answered is an error of its issue", async () => {
  const [one, other] = [await bridge(), await bridge()];
  const { gitea } = one;
  gitea.propose(PLAIN);
  gitea.onCall = (_, call) => (call === "POST issues/1/labels" ? "cut-before" : undefined);
  await one.pass();
  gitea.onCall = () => undefined;
  // A bridge of another host, with a key of its own, meets the issue between comment and label.
  const [key, otherKey] = [one, other].map(({ state }) => join(state.stateDir, "proposals.key"));
  expect(key).toBe(otherKey as string);
  const text = readFileSync(key as string, "utf8");
  writeFileSync(key as string, `${"0".repeat(64)}\n`);
  const settings = { "gitea-url": gitea.url };
  try {
    expect(await other.pass(settings)).toEqual([
      `#1 failed: Cannot process issue 1: ${OTHER} (by "lazarus")`,
    ]);
  } finally {
    writeFileSync(key as string, text);
  }
  expect([other.cells(), gitea.said(1).length]).toEqual([[], 1]);
  expect(await one.pass()).toEqual([`#1 made ${FIRST}`]);
});

test("a comment that looks like one of a bridge stops its issue alone, exits 65 and says what to do", async () => {
  const { gitea, cells, pass, pollWithin } = await bridge();
  gitea.propose(PLAIN);
  const line = `<!-- lazarus-pit made 1 ${FIRST} ${"0".repeat(64)} -->`;
  gitea.comment(1, line);
  gitea.propose(PLAIN);
  const why = `Cannot process issue 1: ${OTHER} (by "mallory")`;
  expect(await pollWithin({})).toEqual({
    code: 65,
    stdout: `#1 failed: ${why}\n#2 made ${SECOND}\n`,
    stderr: `accept-proposals: error: ${why}
accept-proposals: hint: run one bridge with one root per repository; if no other one runs, review the issue, and set mission/accepted again
`,
  });
  expect([cells(), gitea.said(1)]).toEqual([[SECOND], []]);
  gitea.takeLabel(1, "mission/accepted");
  gitea.setLabel(1, "mission/accepted");
  expect(await pass()).toEqual([`#1 made ${FIRST}`]);
});

/** Ends the mission of issue 1, as its operator does. */
function finish({ root }: Bridged): void {
  const path = join(root, FIRST, CELL_FILES.mission);
  writeFileSync(path, readFileSync(path, "utf8").replace('"initialized"', '"completed"'));
}
const OVER = `mission ${FIRST} has ended: for a new attempt, propose a new mission in a new issue, with ${FIRST} as its previous mission`;

describe("an issue that is accepted again after its mission has ended", () => {
  test.each([true, false])(
    "gets a comment that says what to do; end reported: %p",
    async (isTold) => {
      const bridged = await bridge();
      const { gitea, cells, pass } = bridged;
      gitea.propose(PLAIN);
      await pass();
      finish(bridged);
      if (isTold) await pass();
      gitea.setLabel(1, "mission/accepted");
      const end = `#1 ended ${FIRST}`;
      expect(await pass()).toEqual([`#1 refused: ${OVER}`, ...(isTold ? [] : [end])]);
      expect(gitea.labelsOf(1)).toEqual(["mission/ended"]);
      const said = gitea.said(1);
      expect(said).toHaveLength(3);
      expect(said.join()).toContain(
        `No other mission was created from this proposal:\n\n\`\`\`text\n${OVER}`,
      );
      expect(said.join()).not.toContain("set `mission/accepted` again");
      expect(await pass()).toEqual([]);
      expect([cells(), gitea.said(1)]).toEqual([[FIRST], said]);
    },
  );

  test("gets one comment, even if a pass is killed before it moves the label", async () => {
    const bridged = await bridge();
    const { gitea, pass } = bridged;
    gitea.propose(PLAIN);
    await pass();
    finish(bridged);
    await pass();
    gitea.setLabel(1, "mission/accepted");
    gitea.onCall = (_, call) => (call.endsWith("/labels") ? "cut-before" : undefined);
    expect(await pass()).toEqual([expect.stringContaining("#1 failed: ")]);
    gitea.onCall = () => undefined;
    expect(await pass()).toEqual(["#1 refused"]);
    expect(gitea.labelsOf(1)).toEqual(["mission/ended"]);
    expect(gitea.said(1)).toHaveLength(3);
  });

  test("has its new attempt in an issue that names it, whose mission.json says so", async () => {
    const { gitea, root, pass } = await bridge();
    gitea.propose(
      bodyOf({ repository: undefined, ref: undefined, previous: SECOND.toUpperCase() }),
    );
    expect(await pass()).toEqual([`#1 made ${FIRST}`]);
    const mission: unknown = JSON.parse(
      readFileSync(join(root, FIRST, CELL_FILES.mission), "utf8"),
    );
    expect(mission).toMatchObject({ mission_id: FIRST, previous: SECOND });
  });
});

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { type Bridged, bridges } from "../tools/bridge.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { NEXT_TOKEN } from "../tools/gitea.ts";
import { FORMS } from "../tools/program.ts";
import { bodyOf, HOSTILE, PROPOSAL, withSection } from "../tools/proposals.ts";
import { treeOf } from "../tools/tree.ts";
import { wrongWith } from "../tools/whole.ts";

const { bridge, repositories, tokenFile } = await bridges();

/** The ids derived from repository 3 and issues 1 and 2: they must never change. */
const [FIRST, SECOND] = [
  "b90d40dd-558d-5fb9-841f-61572f483a9e",
  "3bd1a719-9be5-5cec-a2d4-9c3fefdca2d7",
];
const PLAIN = bodyOf({ repository: undefined, ref: undefined });
const missionIn = (root: string, id: string) =>
  JSON.parse(readFileSync(join(root, id, CELL_FILES.mission), "utf8")) as Record<string, unknown>;
const QUIET = { code: 0, stdout: "", stderr: "" };

/** Expects that several passes refuse issue 1 for `why` in a single comment. */
async function expectRefused({ gitea, cells, poll }: Bridged, ...why: string[]): Promise<void> {
  const ended = await poll();
  expect(ended).toEqual({ code: 0, stdout: `#1 refused: ${why.join("; ")}\n`, stderr: "" });
  expect(gitea.labelsOf(1)).not.toContain("mission/accepted");
  expect(await poll()).toEqual(QUIET);
  expect(gitea.said(1).at(-1)).toContain(`\n\n\`\`\`text\n${why.join("\n")}\n\`\`\`\n\n`);
  expect(cells()).toEqual([]);
}

describe.each(FORMS)("accept-proposals --poll (%s)", (form) => {
  test("creates the cell, comments and moves the label, once", async () => {
    const { gitea, root, cells, poll } = await bridge(form);
    gitea.propose(bodyOf());
    expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    expect(wrongWith(root, FIRST)).toEqual([]);
    const { created_at, ...mission } = missionIn(root, FIRST);
    expect(mission).toEqual({
      schema_version: 1,
      mission_id: FIRST,
      status: "initialized",
      source: gitea.addressOf(1),
      ...PROPOSAL,
    });
    expect(readFileSync(join(root, FIRST, "worktree/version.txt"), "utf8")).toBe("one");
    expect(gitea.labelsOf(1)).toEqual(["mission/active"]);
    expect(gitea.said(1)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Mission \`${FIRST}\` was created from this proposal as it was accepted\\.\n\n\`\`\`text\nFix the flaky tests\nhttps://git\\.test/team/app\\.git\nmain\nThe suite passes [^\n]+\nsha256 of the text: [0-9a-f]{64}\n\`\`\`\n\n<!-- lazarus-pit made \\d+ ${FIRST} [0-9a-f]{64} -->$`,
        ),
      ),
    ]);
    const before = treeOf(root);
    expect(await poll()).toEqual(QUIET);
    expect({ said: gitea.said(1).length, cells: cells(), tree: treeOf(root), created_at }).toEqual({
      said: 1,
      cells: [FIRST],
      tree: before,
      created_at: expect.any(String),
    });
  });

  test("prints what it did as JSON", async () => {
    const { gitea, root, poll } = await bridge(form);
    gitea.propose(PLAIN);
    gitea.propose("nothing of the form");
    expect(JSON.parse((await poll("--json")).stdout)).toEqual({
      schema_version: 1,
      root,
      issues: [
        { issue: 1, outcome: "made", mission_id: FIRST, reasons: [] },
        {
          issue: 2,
          outcome: "refused",
          mission_id: null,
          reasons: [
            'Title: its heading is not as the form renders it: line 1 of the issue is "nothing of the form"',
          ],
        },
      ],
    });
  });

  test("only prints what it would do with --dry-run", async () => {
    const { gitea, cells, poll } = await bridge(form);
    gitea.propose(PLAIN);
    gitea.propose("nothing of the form");
    const { stdout } = await poll("--dry-run");
    expect(stdout).toBe(
      `#1 would-make ${FIRST}\n#2 would-refuse: Title: its heading is not as the form renders it: line 1 of the issue is "nothing of the form"\n`,
    );
    expect(gitea.seen.filter(({ call }) => !call.startsWith("GET "))).toEqual([]);
    expect(cells()).toEqual([]);
  });

  test("creates one cell and posts one comment when 20 passes run at once", async () => {
    const { gitea, cells, poll } = await bridge(form);
    gitea.propose(bodyOf());
    gitea.propose("nothing of the form");
    const ended = await Promise.all(Array.from({ length: 20 }, () => poll()));
    expect(ended.map(({ code }) => code).filter((code) => code !== 0 && code !== 75)).toEqual([]);
    expect(cells()).toEqual([FIRST]);
    expect([gitea.said(1).length, gitea.said(2).length]).toEqual([1, 1]);
    expect(gitea.labelsOf(1)).toEqual(["mission/active"]);
  });
});

describe("the account that accepts", () => {
  test("must be in the settings, regardless of case", async () => {
    const { gitea, cells, poll } = await bridge();
    gitea.propose(PLAIN, "mallory");
    gitea.propose(PLAIN, "bob");
    const refused =
      "#1 refused: mission/accepted was set by an account that may not accept proposals\n";
    expect(await poll()).toEqual({ code: 0, stdout: `${refused}#2 made ${SECOND}\n`, stderr: "" });
    expect(cells()).toEqual([SECOND]);
  });

  test("is the one that set the label last", async () => {
    const { gitea, cells, poll } = await bridge();
    for (const number of [gitea.propose(PLAIN, "alice"), gitea.propose(PLAIN, "mallory")])
      gitea.takeLabel(number, "mission/accepted");
    gitea.setLabel(1, "mission/accepted", "mallory");
    gitea.setLabel(2, "mission/accepted", "alice");
    await poll();
    expect(cells()).toEqual([SECOND]);
  });
});

describe("the accepted text", () => {
  const CHANGED = "the issue was changed, or commented on, after it was accepted";
  const EDITED = `${CHANGED}: its text may have been edited; review it again`;

  test("is used: an issue edited afterwards is refused until it is accepted again", async () => {
    const bridged = await bridge();
    bridged.gitea.propose(PLAIN);
    bridged.gitea.edit(1, bodyOf({ title: "Something else" }));
    await expectRefused(bridged, EDITED);
    bridged.gitea.setLabel(1, "mission/accepted");
    expect(await bridged.poll()).toMatchObject({ stdout: `#1 made ${FIRST}\n` });
    expect(missionIn(bridged.root, FIRST)).toMatchObject({ title: "Something else" });
  });

  test("is shown in the comment, even after an edit within the same second", async () => {
    const { gitea, poll } = await bridge();
    gitea.propose(PLAIN);
    const late = bodyOf({ objective: "Other work", repository: undefined, ref: undefined });
    gitea.edit(1, late, 0);
    expect(await poll()).toMatchObject({ stdout: `#1 made ${FIRST}\n` });
    const digest = new Bun.CryptoHasher("sha256").update(late).digest("hex");
    expect(gitea.said(1)[0]).toContain(`\nOther work\nsha256 of the text: ${digest}\n`);
  });

  test("is refused after a later comment, which could hide an edit", async () => {
    const bridged = await bridge();
    bridged.gitea.propose(PLAIN);
    bridged.gitea.comment(1, "Nice!");
    await expectRefused(
      bridged,
      `${CHANGED}, by "mallory": review it again; if that is a bot, the operator can list it in gitea_ignore_accounts`,
    );
  });

  test("is not taken from a forged or copied signature", async () => {
    const bridged = await bridge();
    const { gitea, cells, poll } = bridged;
    gitea.propose(PLAIN);
    await poll();
    const [copied = ""] = gitea.said(1);
    gitea.file(PLAIN);
    gitea.comment(2, copied);
    gitea.comment(2, copied.replace(/[0-9a-f]{64} -->$/, `${"0".repeat(64)} -->`));
    gitea.setLabel(2, "mission/accepted");
    expect(await poll()).toMatchObject({ stdout: `#2 made ${SECOND}\n` });
    expect(cells()).toEqual([FIRST, SECOND].toSorted());
  });

  test("is that of the moment of acceptance, even if it is edited during a pass", async () => {
    const { gitea, root, pollMeeting } = await bridge();
    gitea.propose(PLAIN, "mallory");
    const late = bodyOf({ title: "What alice saw", repository: undefined, ref: undefined });
    await pollMeeting((_, call) => {
      if (call !== "GET issues/1/timeline" || gitea.issues[0]?.body === late) return undefined;
      gitea.takeLabel(1, "mission/accepted");
      gitea.edit(1, late);
      gitea.setLabel(1, "mission/accepted", "alice");
      return undefined;
    });
    expect(missionIn(root, FIRST)).toMatchObject({ title: "What alice saw" });
  });

  test("creates no second cell when it is changed and accepted again", async () => {
    const { gitea, cells, poll } = await bridge();
    gitea.propose(PLAIN);
    await poll();
    gitea.edit(1, bodyOf({ mission_id: idOf(5) }));
    gitea.setLabel(1, "mission/accepted");
    expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    expect(cells()).toEqual([FIRST]);
    expect(gitea.said(1)).toHaveLength(1);
  });
});

test("a cell that is gone from this host is not reported as existing", async () => {
  const bridged = await bridge();
  const { gitea, root, poll } = bridged;
  gitea.propose(PLAIN);
  await poll();
  rmSync(join(root, FIRST), { recursive: true });
  gitea.setLabel(1, "mission/accepted");
  await expectRefused(
    bridged,
    `its cell is gone from this host: for a new attempt, propose a new mission in a new issue, with ${FIRST} as its previous mission`,
  );
});

describe("a proposed mission id", () => {
  test("is the id of the cell", async () => {
    const { gitea, cells, poll } = await bridge();
    gitea.propose(
      bodyOf({ repository: undefined, ref: undefined, mission_id: idOf(1).toUpperCase() }),
    );
    expect(await poll()).toMatchObject({ stdout: `#1 made ${idOf(1)}\n` });
    expect(cells()).toEqual([idOf(1)]);
  });

  test("is refused if another cell has it, which stays unchanged", async () => {
    const { gitea, root, poll } = await bridge();
    writeCell(root, idOf(1), { mission: { source: "https://gitea.test/team/missions/issues/9" } });
    const before = treeOf(root);
    gitea.propose(bodyOf({ mission_id: idOf(1) }));
    expect(await poll()).toMatchObject({
      code: 0,
      stdout:
        "#1 refused: Mission id: a cell with that id already exists, and it did not come from this issue\n",
    });
    expect(treeOf(root)).toEqual(before);
  });

  test("is refused if another cell names this issue as its source", async () => {
    const { gitea, root, cells, poll } = await bridge();
    writeCell(root, idOf(1), { mission: { source: gitea.addressOf(1) } });
    gitea.propose(PLAIN);
    expect(await poll()).toMatchObject({
      stdout: `#1 refused: mission ${idOf(1)} already names this issue as its source\n`,
    });
    expect(cells()).toEqual([idOf(1)]);
  });
});

test("hostile proposals create no cell, and each gets one comment with the reason", async () => {
  const { gitea, cells, poll } = await bridge();
  const home = treeOf(repositories);
  for (const [, field, section] of HOSTILE) gitea.propose(withSection(bodyOf(), field, section));
  const ended = await poll();
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout.match(/^#\d+ refused: /gm)).toHaveLength(HOSTILE.length);
  for (const [at, [, field, , why]] of HOSTILE.entries()) {
    const [said = ""] = gitea.said(at + 1);
    expect(said).toContain(why);
    expect(said).toContain(why.startsWith("its heading") ? ": its heading" : `\n${field}: `);
  }
  expect(await poll()).toEqual(QUIET);
  expect(gitea.issues.map(({ number }) => gitea.said(number).length)).toEqual(HOSTILE.map(() => 1));
  expect(cells()).toEqual([]);
  expect(treeOf(repositories)).toEqual(home);
});

describe("a repository that cannot be cloned", () => {
  const away = bodyOf({ repository: "https://git.test/team/later.git", ref: undefined });

  test("is retried after one comment, and cloned once it exists", async () => {
    const { gitea, cells, poll } = await bridge();
    gitea.propose(away);
    const [first, second] = [await poll(), await poll()];
    expect(first).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("issue 1 waits: Cannot clone"),
    });
    expect(second).toMatchObject({ code: 0, stdout: first.stdout, stderr: "" });
    expect(gitea.said(1)).toEqual([expect.stringContaining("could not be cloned")]);
    expect(gitea.said(1)[0]).not.toContain("fatal");
    expect(gitea.labelsOf(1)).toEqual(["mission/accepted"]);
    renameSync(join(repositories, "team/app.git"), join(repositories, "team/later.git"));
    try {
      expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    } finally {
      renameSync(join(repositories, "team/later.git"), join(repositories, "team/app.git"));
    }
    expect(cells()).toEqual([FIRST]);
    expect(gitea.said(1)).toHaveLength(2);
  });

  test("cannot be replaced by another one meanwhile", async () => {
    const { gitea, cells, poll } = await bridge();
    gitea.propose(away);
    await poll();
    gitea.edit(1, bodyOf());
    expect(await poll()).toMatchObject({
      stdout: expect.stringContaining("#1 refused: the issue was changed"),
    });
    expect(cells()).toEqual([]);
  });
});

/** Ends a mission 65 minutes after it was made, as `mission` does. */
function finish(root: string, id: string, status: string, more: object = {}): void {
  const mission = missionIn(root, id);
  const updated_at = new Date(Date.parse(String(mission["created_at"])) + 3_900_000).toISOString();
  const text = JSON.stringify({ ...mission, status, updated_at, ...more });
  writeFileSync(join(root, id, CELL_FILES.mission), text);
}

/** An issue whose mission was made, then ended with what it left. */
async function missionOver(
  status: "completed" | "failed" | "abandoned",
  artifacts: readonly string[],
) {
  const bridged = await bridge();
  bridged.gitea.propose(PLAIN);
  await bridged.poll();
  finish(bridged.root, FIRST, status);
  for (const name of artifacts) writeFileSync(join(bridged.root, FIRST, "artifacts", name), "");
  return bridged;
}

describe("a mission that has ended", () => {
  test.each(["completed", "failed", "abandoned"] as const)(
    "is told of once: %s",
    async (status) => {
      const { gitea, poll } = await missionOver(status, ["report.md", "handoff.json"]);
      expect(await poll("--dry-run")).toMatchObject({ stdout: `#1 would-end ${FIRST}\n` });
      expect(await poll()).toEqual({ code: 0, stdout: `#1 ended ${FIRST}\n`, stderr: "" });
      expect(gitea.said(1)[1]).toStartWith(
        `Mission \`${FIRST}\` has ended: **${status}**, 1h 5m after it was created. Its artifacts:\n\n\`\`\`text\nhandoff.json\nreport.md\n\`\`\`\n\n<!-- lazarus-pit ended `,
      );
      expect(gitea.labelsOf(1)).toEqual(["mission/ended"]);
      expect(await poll()).toEqual(QUIET);
      expect(gitea.said(1)).toHaveLength(2);
    },
  );

  test("is reported on a closed issue too, and needs no call while it is active", async () => {
    const { gitea, root, poll } = await missionOver("completed", []);
    gitea.issues[0]!.state = "closed";
    gitea.propose(PLAIN);
    await poll();
    expect(gitea.labelsOf(1)).toEqual(["mission/ended"]);
    expect(gitea.said(1)[1]).toContain("It left no artifacts.");
    const calls = gitea.seen.length;
    expect(await poll()).toEqual(QUIET);
    // Only lists: no issue was accepted, so the pass checks that the label exists; one is active.
    expect(gitea.seen.slice(calls).map(({ call }) => call)).toEqual([
      "GET issues",
      "GET labels",
      "GET labels",
      "GET issues",
      "GET issues",
    ]);
    expect(missionIn(root, SECOND)).toMatchObject({ status: "initialized" });
  });

  test("lists its artifacts without interpreting their names", async () => {
    const names = ["```", "@alice", "\u001b[2J", "a\nb", "\u202ex", "n".repeat(255)];
    const many = Array.from({ length: 60 }, (_, at) => `z${at + 10}`);
    const { gitea, poll } = await missionOver("completed", [...names, ...many]);
    await poll();
    const said = gitea.said(1)[1] ?? "";
    const [, list = ""] = /\n````text\n([^]*)\n````\n/.exec(said) ?? [];
    expect(list.split("\n")).toHaveLength(51);
    expect(list).toContain("\\u{1b}[2J");
    expect(list).toContain("a\\u{a}b");
    expect(list).toEndWith("and 16 more");
  });

  test("is reported even with another token than at its creation", async () => {
    const { gitea, poll } = await missionOver("failed", []);
    const before = readFileSync(tokenFile, "utf8");
    writeFileSync(tokenFile, NEXT_TOKEN);
    try {
      expect(await poll()).toMatchObject({ code: 0, stdout: `#1 ended ${FIRST}\n` });
    } finally {
      writeFileSync(tokenFile, before);
    }
    expect(gitea.said(1)).toHaveLength(2);
  });

  test("is reported with the id of its cell, even if its agent writes another", async () => {
    const { gitea, root, poll } = await bridge();
    gitea.propose(PLAIN);
    await poll();
    finish(root, FIRST, "completed", { mission_id: FIRST.toUpperCase() });
    await poll();
    expect(gitea.said(1)[1]).toStartWith(`Mission \`${FIRST}\` has ended`);
    expect(gitea.said(1)).toHaveLength(2);
  });

  test("is not reported for another agent's cell that names this issue", async () => {
    const { gitea, root, poll } = await bridge();
    gitea.propose(PLAIN);
    gitea.propose(PLAIN);
    await poll();
    finish(root, SECOND, "completed", { source: gitea.addressOf(1) });
    expect(await poll()).toMatchObject({ stdout: `#2 ended ${SECOND}\n` });
    expect(gitea.labelsOf(1)).toEqual(["mission/active"]);
    expect(gitea.said(1)).toHaveLength(1);
  });
});

test("many issues with long timelines are read, on pages of any size", async () => {
  const { gitea, cells, poll } = await bridge();
  gitea.pageSize = 2;
  for (let number = 1; number <= 7; number++) {
    gitea.file(PLAIN);
    for (let talk = 0; talk < 9; talk++) gitea.comment(number, "…");
    gitea.setLabel(number, "mission/accepted");
  }
  expect((await poll()).stdout.match(/ made /g)).toHaveLength(7);
  expect(cells()).toHaveLength(7);
});

test("a timeline with gaps, and one with nothing in it, are read", async () => {
  const { gitea, cells, poll } = await bridge();
  gitea.pageSize = 2;
  gitea.file(PLAIN);
  for (let at = 0; at < 5; at++) gitea.mention(1, "comment_ref");
  gitea.mention(1, "null");
  gitea.setLabel(1, "mission/accepted");
  gitea.propose(PLAIN);
  gitea.issues[1]!.timeline.length = 0;
  expect(await poll()).toEqual({
    code: 0,
    stdout: `#1 made ${FIRST}\n#2 nothing: the timeline does not show who accepted it\n`,
    stderr: "",
  });
  expect(cells()).toEqual([FIRST]);
});

test("labels that are not exclusive are moved too", async () => {
  const { gitea, poll } = await bridge("executable", false);
  gitea.propose(PLAIN);
  gitea.setLabel(1, "bug");
  gitea.edit(1, PLAIN);
  gitea.takeLabel(1, "mission/accepted");
  gitea.setLabel(1, "mission/accepted");
  await poll();
  expect(gitea.labelsOf(1)).toEqual(["bug", "mission/active", "mission/proposed"]);
});

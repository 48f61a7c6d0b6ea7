/**
 * The records of accept-proposals may vanish, before a pass or during one: no issue then gets a second
 * cell or a second comment. Once they are back, the next pass continues.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { type Bridged, bridges } from "../tools/bridge.ts";
import { idOf } from "../tools/cells.ts";
import { bodyOf } from "../tools/proposals.ts";

const { bridge } = await bridges();

const ID = idOf(7);
const NAMED = bodyOf({ mission_id: ID, repository: undefined, ref: undefined });
const PLAIN = bodyOf({ repository: undefined, ref: undefined });

/** An issue whose cell was made, and that someone labels as accepted once more. */
async function accepted(): Promise<Bridged> {
  const bridged = await bridge();
  bridged.gitea.propose(NAMED);
  expect(await bridged.poll()).toEqual({ code: 0, stdout: `#1 made ${ID}\n`, stderr: "" });
  bridged.gitea.setLabel(1, "mission/accepted");
  return bridged;
}

/** Runs a pass that must fail without a cell, a call to the tracker or a comment. */
async function expectRefusal({ gitea, cells, poll }: Bridged, why: string): Promise<void> {
  const calls = gitea.seen.length;
  const ended = await poll();
  expect(ended.stderr).toMatch(/^accept-proposals: hint: restore /m);
  expect(ended.stderr).toContain(why);
  expect(ended).toMatchObject({ code: 74, stdout: "" });
  expect(gitea.seen.slice(calls)).toEqual([]);
  expect(cells()).toEqual([ID]);
}

describe.each([
  ["the state directory", ({ state }: Bridged) => state.stateDir],
  ["the root's folder", ({ state }: Bridged) => state.storeDir],
  ["the records", ({ state }: Bridged) => join(state.storeDir, "proposals")],
] as const)("where %s", (_, pathOf) => {
  test.each([
    ["went away", false],
    ["gave way to an empty directory", true],
  ])(
    "%s, a pass posts no comment twice, and continues when it is back",
    async (__, leavesEmpty) => {
      const bridged = await accepted();
      const path = pathOf(bridged);
      const isRecords = path.endsWith("proposals");
      renameSync(path, `${path}.away`);
      // An empty directory of records is excepted: an operator creates one to start again.
      if (leavesEmpty && !isRecords) mkdirSync(path);
      await expectRefusal(bridged, `mission ${ID} names an issue as its source`);
      expect(existsSync(path)).toBe(leavesEmpty && !isRecords);
      rmSync(path, { recursive: true, force: true });
      renameSync(`${path}.away`, path);
      expect(await bridged.poll()).toEqual({ code: 0, stdout: `#1 made ${ID}\n`, stderr: "" });
      expect(bridged.gitea.said(1)).toHaveLength(1);
    },
  );
});

test("without the key that signs its comments, a pass posts none", async () => {
  const bridged = await accepted();
  const key = join(bridged.state.stateDir, "proposals.key");
  renameSync(key, `${key}.away`);
  await expectRefusal(bridged, "but their key is missing");
  expect(existsSync(key)).toBe(false);
  renameSync(`${key}.away`, key);
  expect(await bridged.poll()).toMatchObject({ code: 0 });
  expect(bridged.gitea.said(1)).toHaveLength(1);
});

test.each([
  ["go away", false],
  ["give way to an empty directory", true],
])("records that %s during a pass lead to no cell and no comment", async (_, leavesEmpty) => {
  const bridged = await bridge();
  const { gitea, state, cells, pollMeeting, poll } = bridged;
  gitea.propose(PLAIN);
  const path = join(state.storeDir, "proposals");
  const ended = await pollMeeting((__, call) => {
    if (!call.includes("timeline") || existsSync(`${path}.away`)) return undefined;
    renameSync(path, `${path}.away`);
    if (leavesEmpty) mkdirSync(path);
    return undefined;
  });
  expect(ended).toMatchObject({ code: 74, stdout: expect.stringContaining("#1 failed: ") });
  expect(cells()).toEqual([]);
  expect(gitea.said(1)).toEqual([]);
  rmSync(path, { recursive: true, force: true });
  renameSync(`${path}.away`, path);
  expect(await poll()).toMatchObject({ code: 0, stderr: "" });
  expect(gitea.said(1)).toHaveLength(1);
  expect(cells()).toHaveLength(1);
});

test("the first pass on a root says that it begins to remember, and the next one does not", async () => {
  const { gitea, state, poll } = await bridge();
  rmSync(state.storeDir, { recursive: true });
  gitea.propose(PLAIN);
  const path = join(state.storeDir, "proposals");
  expect(await poll("--dry-run")).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(path)).toBe(false);
  const stderr = `accept-proposals: created "${path}": no issue has been processed there\n`;
  expect(await poll()).toMatchObject({ code: 0, stderr });
  expect(await poll()).toEqual({ code: 0, stdout: "", stderr: "" });
});

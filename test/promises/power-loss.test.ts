/**
 * Promise 1, to the end: what a program called done survives the loss of power.
 *
 * A file system on a loop device is copied while it is mounted; the copy is what a disk
 * holds when the power goes, and is mounted to see. Two moments matter: at once, when only
 * what was synced is there; and after another program's sync committed the journal, when a
 * renamed file whose content was never synced is there, but empty.
 */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command, type Ended, run } from "../tools/program.ts";
import { wrongWith } from "../tools/whole.ts";

const lack = lacking("root", "loop devices", "mkfs.ext4", "strace");
const base = mkdtempSync(join(tmpdir(), "lazarus-pit-power-"));
const live = join(base, "live");
const image = join(base, "image");
let copies = 0;

async function must(...argv: string[]): Promise<Ended> {
  const ended = await run(argv);
  expect({ argv, ...ended }).toMatchObject({ code: 0 });
  return ended;
}

const initCell = (id: string) => [...command("executable", "init-cell"), id, "--root", live];
const beat = (id: string, state: string) => [
  ...command("executable", "heartbeat"),
  id,
  `--state=${state}`,
  `--root=${live}`,
];

/** Makes ext4 write its journal, as any other program on the disk may do at any moment. */
function commitJournal(): void {
  const fd = openSync(join(live, "unrelated"), "w");
  writeFileSync(fd, "something else");
  fsyncSync(fd);
  closeSync(fd);
}

/** Calls `look` with the disk as it is after the power came back. */
async function afterPowerLoss(look: (root: string) => void): Promise<void> {
  const copy = join(base, `copy-${copies++}`);
  const root = `${copy}.root`;
  copyFileSync(image, copy);
  mkdirSync(root);
  await must("mount", "-o", "loop", copy, root);
  try {
    look(root);
  } finally {
    await must("umount", root);
  }
}

const moments = [
  ["at once", () => {}],
  ["after another's commit", commitJournal],
] as const;

describe.skipIf(lack !== "")(`power loss${lack}`, () => {
  beforeAll(async () => {
    mkdirSync(live);
    await must("truncate", "--size=16M", image);
    await must("/sbin/mkfs.ext4", "-q", "-F", image);
    await must("mount", "-o", "loop", image, live);
  });
  afterAll(async () => {
    await must("umount", live);
    rmSync(base, { recursive: true });
  });

  test.each(moments)("a cell that was made is whole: power lost %s", async (when, passes) => {
    const id = idOf(when.length);
    await must(...initCell(id));
    passes();
    await afterPowerLoss((root) => expect(wrongWith(root, id)).toEqual([]));
  });

  test.each(moments)("a beat that was made is there: power lost %s", async (when, passes) => {
    const id = idOf(100 + when.length);
    await must(...initCell(id));
    // The first beat also changes the status, and the syncs of that could hide a missing one.
    await must(...beat(id, "working"));
    await must(...beat(id, "idle"));
    passes();
    await afterPowerLoss((root) => {
      expect(wrongWith(root, id)).toEqual([]);
      expect(readFileSync(join(root, id, CELL_FILES.heartbeat), "utf8")).toContain('"idle"');
      expect(readFileSync(join(root, id, CELL_FILES.mission), "utf8")).toContain('"active"');
    });
  });

  test("a cell that its killed maker never synced is synced before the next call says ok", async () => {
    const lastSync = (await pointsOf(initCell(idOf(300)), live)).findLast(
      ({ call }) => call === "fsync",
    );
    if (lastSync === undefined) throw new Error("init-cell syncs nothing");
    const { fired } = await runWithFault(initCell(idOf(301)), lastSync, "signal=SIGKILL");
    expect(fired).toBe(true);
    expect(wrongWith(live, idOf(301))).toEqual([]);
    const { stderr } = await must(...initCell(idOf(301)));
    expect(stderr).toContain("already exists and is complete");
    await afterPowerLoss((root) => expect(wrongWith(root, idOf(301))).toEqual([]));
  });
});

import { describe, expect, test } from "bun:test";
import { chmodSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_FILES, POINTERS } from "../../lib/contract/cell.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { chooseSyscalls, SYSCALL_PLANS } from "../../lib/host/syscalls/plan.ts";
import { hasFingerprint, heartbeatFingerprint } from "../../lib/view/heartbeat-fingerprint.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { scratch } from "../tools/program.ts";

const ID = idOf(1);
const SAME_TIME = new Date(1_700_000_000_000);

describe.each(SYSCALL_PLANS)("the fingerprint of a heartbeat by the plan %s", (plan) => {
  const path = scratch();
  const root = openRoot(path);
  const calls = chooseSyscalls(plan);
  const print = (id = ID) => heartbeatFingerprint(root, id, POINTERS.heartbeat, calls);

  const has = (fingerprint: string | undefined) =>
    hasFingerprint(root, ID, { path: POINTERS.heartbeat, fingerprint }, calls);

  function freshCell(): string {
    rmSync(join(path, ID), { recursive: true, force: true });
    return join(writeCell(path, ID), CELL_FILES.heartbeat);
  }

  test("stays while nothing happens, and changes with each kind of change", () => {
    const beat = freshCell();
    const changes = [
      () => writeFileSync(beat, "other"),
      () => writeFileSync(`${beat}.new`, "other"),
      () => renameSync(`${beat}.new`, beat),
      () => utimesSync(beat, SAME_TIME, SAME_TIME),
      () => chmodSync(beat, 0o600),
      () => rmSync(beat),
      () => symlinkSync("/dev/null", beat),
    ];
    const prints = changes.map((change) => (change(), [print(), print()]));
    for (const [one, other] of prints) expect(one).toBe(other);
    // A new file in the same directory changes nothing.
    const seen = prints.map(([one]) => one).toSpliced(1, 1);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).not.toContain(undefined);
  });

  test("is recognized while it stays, and not after any change", () => {
    const beat = freshCell();
    const prints = [print()];
    for (const change of [
      () => writeFileSync(beat, "other"),
      () => utimesSync(beat, SAME_TIME, SAME_TIME),
      () => chmodSync(beat, 0o600),
      () => rmSync(beat),
    ]) {
      change();
      prints.push(print());
      expect(prints.map(has)).toEqual(prints.map((_, at) => at === prints.length - 1));
    }
    writeFileSync(beat, "other");
    expect(prints.map(has)).toEqual(prints.map(() => false));
    expect(has(undefined)).toBe(false);
  });

  test("is the same wherever no heartbeat is", () => {
    rmSync(freshCell());
    expect(print()).toBe("absent");
    expect(print(idOf(2))).toBe("absent");
  });

  test("is unknown beyond a symlink, which is not followed", () => {
    const beat = freshCell();
    renameSync(join(beat, ".."), join(path, "elsewhere"));
    symlinkSync("../elsewhere", join(path, ID, "state"));
    expect(print()).toBeUndefined();
    rmSync(join(path, "elsewhere"), { recursive: true });
  });
});

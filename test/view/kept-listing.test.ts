/** A listing is kept while nothing appears or vanishes, and no longer. */
import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRoot } from "../../lib/host/files/directory.ts";
import { createKeptListing } from "../../lib/view/kept-listing.ts";
import { until } from "../tools/background.ts";
import { idOf } from "../tools/cells.ts";
import { MEMORY, scratch } from "../tools/program.ts";

/** A root with one cell, and how it is listed. */
function listed() {
  const path = scratch(MEMORY);
  const root = openRoot(path);
  const list = createKeptListing();
  mkdirSync(join(path, idOf(1)));
  return { path, list: () => list(root), cell: (n: number) => join(path, idOf(n)) };
}

test("every change is seen at once, however soon it follows another", () => {
  const { list, cell } = listed();
  const seen = () => list().ids.map((id) => Number(id.slice(-2)));
  const one = seen();
  for (let n = 2; n < 60; n++) {
    mkdirSync(cell(n));
    expect(list().ids).toContain(idOf(n));
    if (n % 2 === 0) renameSync(cell(n), cell(n + 100));
    else rmSync(cell(n), { recursive: true });
    expect(list().ids).not.toContain(idOf(n));
  }
  expect(one.length).toBe(1);
});

test("it is kept while nothing changes, but for six rounds at most, and not after a change", async () => {
  const { list, cell } = listed();
  list();
  await until(() => list().isKept);
  const kept = Array.from({ length: 20 }, () => list().isKept);
  expect(kept.filter((each) => !each).length).toBeGreaterThanOrEqual(3);
  expect(kept.filter(Boolean).length).toBeGreaterThanOrEqual(15);
  mkdirSync(cell(2));
  expect(list()).toMatchObject({ isKept: false, ids: [idOf(1), idOf(2)] });
});

test("it is not kept where a name is ignored, because the reason may change", async () => {
  const { path, list } = listed();
  const stranger = join(path, "stranger");
  mkdirSync(stranger);
  await until(() => Date.now() - Bun.file(stranger).lastModified > 3000);
  list();
  expect(Array.from({ length: 4 }, () => list().isKept)).toEqual([false, false, false, false]);
  rmSync(stranger, { recursive: true });
  writeFileSync(stranger, "");
  expect(list().ignored).toEqual([{ name: "stranger", why: "not a directory" }]);
});

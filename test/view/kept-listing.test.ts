/** A listing is kept while nothing appears or vanishes, and no longer. */
import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stagingName } from "../../lib/cell/rules/staging-name.ts";
import { processIdentity } from "../../lib/host/host.ts";
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
  return { path, root, list: () => list(root), cell: (n: number) => join(path, idOf(n)) };
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

test("it is kept while nothing changes, and not after a change", () => {
  const { list, cell } = listed();
  const { ids } = list();
  for (let n = 0; n < 20; n++) expect(list()).toMatchObject({ isKept: true });
  expect(list().ids).toBe(ids);
  mkdirSync(cell(2));
  expect(list()).toMatchObject({ isKept: false, ids: [idOf(1), idOf(2)] });
});

test("a change that the directory's times hide is seen after six rounds, or when it is needed", () => {
  const { root, cell } = listed();
  const list = createKeptListing(() => "the same");
  list(root);
  mkdirSync(cell(2));
  const seen = Array.from({ length: 6 }, () => list(root).ids.length);
  expect(seen).toEqual([1, 1, 1, 1, 1, 2]);
  expect(list(root, true).isKept).toBe(false);
  mkdirSync(cell(3));
  expect(list(root, true).ids.length).toBe(3);
});

test("it is kept where names are ignored, and the reasons are of now", async () => {
  const { path, list } = listed();
  const builder = Bun.spawn(["sleep", "600"]);
  const name = stagingName(idOf(2), processIdentity(builder.pid), "a".repeat(16));
  mkdirSync(join(path, name));
  mkdirSync(join(path, "lost+found"));
  list();
  await until(() => list().isKept);
  const why = () => Object.fromEntries(list().ignored.map((each) => [each.name, each.why]));
  expect(why()).toEqual({
    "lost+found": "its name is not a canonical mission id",
    [name]: "a cell that init-cell is creating",
  });
  builder.kill();
  await builder.exited;
  await until(() => list().isKept);
  expect(why()[name]).toBe("left behind by an init-cell that was killed");
});

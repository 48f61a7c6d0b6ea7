/**
 * Bounded looks into directories that somebody else fills.
 */
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { countEntries, listNames } from "../../lib/host/programs/list-names.ts";
import { OperatorError } from "../../lib/base/errors.ts";
import { scratch } from "../tools/program.ts";

const here = scratch();
let count = 0;

/** A directory with these names. */
function folderWith(...names: readonly string[]): string {
  const path = join(here, `folder-${count++}`);
  mkdirSync(path);
  for (const name of names) writeFileSync(join(path, name), "");
  return path;
}

async function namesIn(path: string, most: number, spoil = () => {}) {
  const dir = openSync(path, "r");
  spoil();
  try {
    return await listNames(dir, most);
  } finally {
    closeSync(dir);
  }
}

describe("someNames()", () => {
  test.each([
    ["none", [], 2, false],
    ["as many as are asked for", ["b", "a"], 2, false],
    ["one more", ["c", "b", "a"], 2, true],
  ])("says whether there are others: %s", async (_, all, most, more) => {
    const found = await namesIn(folderWith(...all), most);
    expect(found).toEqual({ names: expect.any(Array), more });
    expect(found?.names).toHaveLength(Math.min(most, all.length));
    expect(all).toEqual(expect.arrayContaining([...(found?.names ?? [])]));
  });

  test("gives any name as it is, in order, and none of what lies deeper", async () => {
    const odd = ["-rf", ".hidden", "a\nb", " ", "é"];
    const path = folderWith(...odd);
    mkdirSync(join(path, "z"));
    writeFileSync(join(path, "z", "inner"), "");
    symlinkSync("/etc", join(path, "link"));
    const all = [...odd, "z", "link"].toSorted();
    expect(await namesIn(path, 200)).toEqual({ names: all, more: false });
  });

  test("has room for 200 of the longest names", async () => {
    const long = Array.from({ length: 300 }, (_, at) => `${at}`.padStart(255, "x"));
    const found = await namesIn(folderWith(...long), 200);
    expect(found).toMatchObject({ more: true });
    expect(found?.names).toHaveLength(200);
    expect(long).toEqual(expect.arrayContaining([...(found?.names ?? [])]));
  });

  test("returns undefined for a file, and not an empty list", async () => {
    const file = join(folderWith("a"), "a");
    expect(await namesIn(file, 2)).toBeUndefined();
  });

  test("finds nothing in a directory that was removed", async () => {
    const path = folderWith("a");
    expect((await namesIn(path, 2, () => rmSync(path, { recursive: true })))?.names ?? []).toEqual(
      [],
    );
  });
});

describe("countEntries()", () => {
  test("counts all that is there and the directory itself, links as what they are", async () => {
    const path = folderWith("a", "b\nc");
    mkdirSync(join(path, "d"));
    symlinkSync("/usr", join(path, "d", "link"));
    expect(await countEntries(path, 100)).toBe(5);
  });

  test("stops counting at the given maximum", async () => {
    expect(await countEntries(folderWith("a", "b", "c"), 3)).toBe(3);
  });

  test("fails with an operator's error for an absent directory", async () => {
    const failure = await countEntries(join(here, "nowhere"), 3).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OperatorError);
  });
});

/**
 * The order of the house: every import points to a lower room, or within its room to a file that
 * does not point back. Pure rooms name no clock, process, file or console.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CELL_FILES } from "../lib/contract/cell.ts";
import {
  code,
  drawHouse,
  FILES,
  importsOf,
  isPure,
  ROOMS,
  ROOT,
  roomOf,
  source,
} from "./tools/house.ts";

const ORDER = Object.keys(ROOMS);
const TOOLKIT = "bin/lazarus-pit.ts";
/** Packages that a pure file may import. */
const PURE_PACKAGES = ["valibot", "croner"];
const IMPURE = /\bnew Date\(\)|Date\.now|(?<![-\w".])process\.|\bBun\.|\bconsole\.|\bperformance\./;
const TOP = [
  ".ci",
  ".git",
  ".gitignore",
  ".npmrc",
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "bin",
  "bun.lock",
  "bunfig.toml",
  "config",
  "lib",
  "package.json",
  "test",
  "tsconfig.json",
];
/** What installing and building leave behind, and what quickstart makes. */
const LEFT = ["node_modules", "dist", "missions"];
/** Is it left by an install, a build or a start, even by a build that was killed? */
const isLeft = (name: string): boolean => LEFT.includes(name) || name.endsWith(".bun-build");

test.each(FILES)("%s lies in a room and imports nothing from a room above it", (file) => {
  const own = ORDER.indexOf(roomOf(file));
  expect(own).toBeGreaterThanOrEqual(0);
  const above = importsOf(file).filter((name) => {
    const room = ORDER.indexOf(roomOf(name));
    return room >= 0 && room < own;
  });
  expect(above).toEqual([]);
});

test("no import leads back to where it came from", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    expect(path.includes(file) ? [...path, file] : []).toEqual([]);
    if (done.has(file)) return;
    for (const next of importsOf(file).filter((name) => FILES.includes(name)))
      visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
});

describe.each(FILES.filter((file) => isPure(roomOf(file))))("%s is pure", (file) => {
  test("it imports pure files only", () => {
    const others = importsOf(file).filter(
      (name) => !PURE_PACKAGES.includes(name) && !isPure(roomOf(name)),
    );
    expect(others).toEqual([]);
  });

  test("it takes the clock as an argument, and names no process and no console", () => {
    expect(code(file).match(IMPURE)).toBeNull();
  });
});

/** The scripts of the pages. */
const PAGE_FILES = FILES.filter((file) => /^lib\/http\/(?:fleet-)?page\//.test(file));

test.each(PAGE_FILES)(
  "%s imports pure files and those of pages only, for it runs in a browser",
  (file) => {
    const others = importsOf(file).filter(
      (name) => !isPure(roomOf(name)) && !PAGE_FILES.includes(name),
    );
    expect(others).toEqual([]);
  },
);

test.each(FILES.filter((file) => file.startsWith("bin/") && file !== TOOLKIT))(
  "%s imports no other script",
  (file) => {
    expect(importsOf(file).filter((name) => name.startsWith("bin/"))).toEqual([]);
  },
);

test("the contract's paths are spelled in lib/contract/cell.ts alone", () => {
  const spelled = FILES.filter(
    (file) =>
      file !== "lib/contract/cell.ts" &&
      Object.values(CELL_FILES).some((path) => code(file).includes(`"${path}"`)),
  );
  expect(spelled).toEqual([]);
});

// An address that is kept across calls goes stale when the garbage collector works.
test.each(FILES)("%s gives bun:ffi no address of a buffer", (file) => {
  expect(code(file).match(/\bptr\(/)).toBeNull();
});

test.each(FILES)("%s is short enough to read: 160 lines at most", (file) => {
  expect(source(file).split("\n").length).toBeLessThanOrEqual(160);
});

test("test/ mirrors lib/: a folder of tests has the name of a room", () => {
  const OTHERS = ["bench", "docs", "histories", "promises", "tools"];
  const rooms = ORDER.map((room) => room.split("/")[1]);
  const folders = readdirSync(join(ROOT, "test"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.filter((name) => !rooms.includes(name) && !OTHERS.includes(name))).toEqual([]);
});

test("lib/README.md shows the picture that the imports draw", () => {
  expect(source("lib/README.md")).toContain(drawHouse());
});

test("the top level holds what the house needs and nothing else", () => {
  expect(readdirSync(ROOT).filter((name) => !isLeft(name) && !TOP.includes(name))).toEqual([]);
});

test("test/promises/README.md names every test of a promise, and no other", () => {
  const there = readdirSync(join(ROOT, "test/promises"))
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => name.replace(".test.ts", ""));
  const lines = source("test/promises/README.md").split("\n");
  const lists = lines.map((line) => /\| (`[a-z-]+`(?:, `[a-z-]+`)*) *\|$/.exec(line)?.[1] ?? "");
  const named = new Set(lists.flatMap((list) => list.match(/[a-z-]+/g) ?? []));
  expect([...named].toSorted()).toEqual(there.toSorted());
});

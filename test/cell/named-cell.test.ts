import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { findNamedCell, findNamedCells } from "../../lib/cell/named-cell.ts";
import { rootAround, withOwnRoot } from "../../lib/cell/own-root.ts";
import { OperatorError } from "../../lib/base/errors.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { writeCell, writeJson } from "../tools/cells.ts";
import { scratch } from "../tools/program.ts";

const here = scratch();
const path = join(here, "missions");
const [A, B, C] = [
  "01a2256b-9b46-756b-80f6-c3338a54741c",
  "01a2256b-9bc4-7585-aed6-6f28ac5357c5",
  "fade0000-9c3e-73fe-9458-ae27491357c5",
];
writeCell(path, A, { title: "Fix the flaky tests" });
writeCell(path, B, { title: "ESC \u001b[31m" });
writeCell(path, C, { title: "fade" });
const root = openRoot(path);

const refusal = (text: string, use: "read" | "act") => {
  try {
    return findNamedCell(root, text, use);
  } catch (error) {
    if (error instanceof OperatorError) return `${error.fault}: ${error.message}`;
    throw error;
  }
};

test.each([
  ["its end", "741c", A],
  ["its beginning", "fade0", C],
  ["capitals", "54741C", A],
  ["digits across a hyphen", "f6c3338a54741c", A],
  ["a hyphen", "01a2256b-9b4", A],
  ["digits that end no other", "5357c5", B],
] as const)("a part of an id names its cell: %s", (_, text, id) => {
  expect([refusal(text, "act"), refusal(text, "read")]).toEqual([id, id]);
});

test("a title selects a cell for commands that read it, and never for commands that change it", () => {
  expect(refusal("fix the FLAKY tests", "read")).toBe(A);
  expect(refusal("fix the FLAKY tests", "act")).toStartWith("usage: Cannot use");
  // Hexadecimal digits mean an id, even if an agent has given its cell that title.
  expect(refusal("fade", "read")).toBe(C);
});

test.each([
  ["fewer than four digits", "41c", "usage: Cannot use"],
  ["no digits", "----", "usage: Cannot use"],
  ["a middle", "9b46", "no_input: Cannot find"],
  ["a path", "../x", "usage: Cannot use"],
  ["nothing but a blank", " ", "usage: Cannot use"],
] as const)("refuses %s", (_, text, start) => {
  expect(refusal(text, "act")).toStartWith(start);
});

test("several matches are listed, with their titles, and nothing raw", () => {
  const said = refusal("01a2256b", "act");
  expect(said).toStartWith('usage: Cannot tell which cell "01a2256b" means: 2 match it: ');
  expect(said).toContain(`${A} (Fix the flaky tests)`);
  expect(said).toContain(`${B} (ESC \\u{1b}[31m)`);
  expect(refusal("57c5", "act")).toContain("2 match it");
});

test("whole ids are taken as they are, whether or not there is such a cell", () => {
  const other = A.replace("01a2", "01A3");
  expect(findNamedCells(path, [other, "741c"])).toEqual([other.toLowerCase(), A]);
});

test("inside a cell its root is found, and what an agent builds in its worktree is not", () => {
  const worktree = join(path, A, "worktree");
  const fake = join(worktree, "deep", C);
  writeJson(fake, "meta/mission.json", {});
  expect(rootAround(fake)).toBe(path);
  expect(rootAround(worktree)).toBe(path);
  expect(rootAround(path)).toBeUndefined();
  mkdirSync(join(here, "plain", C), { recursive: true });
  expect(rootAround(join(here, "plain", C))).toBeUndefined();
});

test("a root that was given, or is configured for the directory, stays", () => {
  const worktree = join(path, A, "worktree");
  const settings = loadSettings({ root: "/elsewhere" });
  expect(withOwnRoot(settings, {}, worktree).root).toBe(path);
  expect(withOwnRoot(settings, { root: "/elsewhere" }, worktree).root).toBe("/elsewhere");
  const link = join(here, "link");
  symlinkSync(path, link);
  expect(withOwnRoot({ ...settings, root: link }, {}, worktree).root).toBe(link);
});

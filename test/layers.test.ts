/**
 * The picture of the house, as a test: every import points to a lower row, or within its
 * row to a module that does not point back. So there are no cycles, and the rules stay
 * free of clocks, files and processes.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { CELL_FILES } from "../lib/schemas/cell.ts";

/** From the top down. */
const ROWS = [
  "bin",
  "lib/edges/supervise",
  "lib/edges/http",
  "lib/edges/gitea",
  "lib/edges/command",
  "lib/edges/run",
  "lib/edges/cell",
  "lib/edges/host",
  "lib/rules/revive",
  "lib/rules",
  "lib/schemas",
] as const;
const PURE = ["lib/rules/revive", "lib/rules", "lib/schemas"] as const;
const TOOLKIT = "bin/lazarus-pit.ts";
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

const ROOT = join(import.meta.dir, "..");
const filesOf = (row: string) =>
  readdirSync(join(ROOT, row))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${row}/${name}`);
const source = (file: string) => readFileSync(join(ROOT, file), "utf8");
const code = (file: string) => source(file).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
const rowOf = (file: string) => ROWS.findIndex((row) => file.startsWith(`${row}/`));

/** What a file imports: files of the project as paths from its root, packages by name. */
function importsOf(file: string): string[] {
  const names = [...code(file).matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
    ([, name = ""]) => name,
  );
  return names.map((name) =>
    name.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), name)) : name,
  );
}

const ALL = ROWS.flatMap(filesOf);

test.each(ALL)("%s imports nothing from above it", (file) => {
  const above = importsOf(file).filter((name) => rowOf(name) >= 0 && rowOf(name) < rowOf(file));
  expect(above).toEqual([]);
});

test("no import leads back to where it came from", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    expect(
      [...path, file].slice(path.indexOf(file) < 0 ? path.length : path.indexOf(file)),
    ).toHaveLength(1);
    if (done.has(file)) return;
    for (const next of importsOf(file).filter((name) => rowOf(name) >= 0))
      visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of ALL) visit(file, []);
});

describe.each(PURE)("%s is pure", (row) => {
  test.each(filesOf(row))(
    "%s imports valibot and its own kind only, and takes the clock as an argument",
    (file) => {
      const strangers = importsOf(file).filter(
        (name) => name !== "valibot" && !PURE.some((pure) => name.startsWith(`${pure}/`)),
      );
      expect(strangers).toEqual([]);
      expect(
        code(file).match(
          /\bnew Date\(\)|Date\.now|\bprocess\.|\bBun\.|\bconsole\.|\bperformance\./,
        ),
      ).toBeNull();
    },
  );
});

test.each(filesOf("bin").filter((file) => file !== TOOLKIT))(
  "%s imports no other script",
  (file) => {
    expect(importsOf(file).filter((name) => name.startsWith("bin/"))).toEqual([]);
  },
);

test("the contract's paths are spelled in lib/schemas/cell.ts alone", () => {
  const spelled = ALL.filter(
    (file) =>
      file !== "lib/schemas/cell.ts" &&
      Object.values(CELL_FILES).some((path) => code(file).includes(`"${path}"`)),
  );
  expect(spelled).toEqual([]);
});

test.each(ALL)("%s is short enough to read: 160 lines at most", (file) => {
  const lines = source(file).split("\n").length;
  expect(lines).toBeLessThanOrEqual(160);
});

test("the top level holds what the house needs and nothing else", () => {
  expect(readdirSync(ROOT).filter((name) => !LEFT.includes(name) && !TOP.includes(name))).toEqual(
    [],
  );
});

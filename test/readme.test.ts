/**
 * What the README shows works as shown.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { EXIT } from "../lib/schemas/errors.ts";
import type { Report } from "../lib/schemas/report.ts";
import { SettingsFile } from "../lib/schemas/settings.ts";
import { PROGRAMS } from "./tools/build.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, run, scratch } from "./tools/program.ts";

const ROOT = join(import.meta.dir, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const home = scratch();

const blocks = (language: string) =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(
    ([, text = ""]) => text,
  );

test("the session prints what the README says, from the executables", async () => {
  const [session = ""] = blocks("console");
  const commands = session
    .split("\n")
    .filter((line) => line.startsWith("$ "))
    .map((line) => line.slice(2));
  const expected = session
    .split("\n")
    .filter((line) => !line.startsWith("$ "))
    .join("\n");
  mkdirSync(join(home, "session"));
  const { code, stdout } = await run(["sh", "-ec", commands.join("\n")], {
    cwd: join(home, "session"),
    env: { PATH: `${ROOT}/dist:${process.env["PATH"]}` },
  });
  // How long the machine took between the beat and the scan is its own affair.
  expect({ code, stdout: stdout.replace(/ \ds /, " 0s ") }).toEqual({ code: 0, stdout: expected });
});

describe("a heartbeat without our program", () => {
  const snippets = [
    ["sh", blocks("sh").find((text) => text.startsWith("beat()"))],
    ["python3", blocks("python")[0]],
  ] as const;
  const missing = snippets.filter(([language]) => Bun.which(language) === null);
  test.skip.each(missing)("written by the %s snippet: it is not installed here", () => {});
  const installed = snippets.filter(([language]) => Bun.which(language) !== null);
  test.each(installed)(
    "written by the %s snippet is fresh and valid",
    async (language, text = "") => {
      const root = join(home, language);
      const cell = writeCell(root, idOf(1), { age: 9999 });
      expect(await run([language, "-c", text], { cwd: cell })).toEqual({
        code: 0,
        stdout: "",
        stderr: "",
      });
      const { stdout } = await run([...command("executable", "scan"), "--root", root, "--json"]);
      expect((JSON.parse(stdout) as Report).cells[0]).toMatchObject({
        status: "healthy",
        problems: [],
      });
    },
  );
});

test("the table of exit codes is the one in force", () => {
  const rows = [...README.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, code, word]) => [
    word,
    Number(code),
  ]);
  expect(Object.fromEntries([["ok", 0], ...rows])).toEqual(EXIT);
});

test("the configuration it shows is one, with the defaults that its table names", () => {
  const [shown = ""] = blocks("json");
  const { revive } = v.parse(SettingsFile, JSON.parse(shown));
  const rows = [...README.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| ([\d., ]+) \|/gm)];
  const named = rows.flatMap(([, names = "", values = ""]) => {
    const numbers = values.split(", ").map(Number);
    return [...names.matchAll(/`(\w+)`/g)].map(([, name], at) => [name, numbers[at]]);
  });
  const policy: Record<string, unknown> = { ...revive?.[0] };
  expect(named.length).toBeGreaterThan(7);
  for (const [name = "", value] of named) expect([name, policy[name]]).toEqual([name, value]);
});

test("every flag that it mentions is some script's", async () => {
  const calls = PROGRAMS.map((program) => [`dist/${program}`]);
  const helps = await Promise.all(
    [
      ...calls,
      ["dist/lazarus-pit", "token"],
      ["dist/heartbeat", "run"],
      ["dist/heartbeat", "hook"],
    ].map(
      async ([program = "", ...words]) =>
        (await run([join(ROOT, program), ...words, "--help"])).stdout,
    ),
  );
  const flags = new Set(README.match(/(?<=[`\s])--[a-z][a-z-]+/g));
  const ofSystemd = "--create --now";
  const known = [...helps, ofSystemd, "--config --version --help"].join("\n");
  expect([...flags].filter((flag) => !known.includes(flag))).toEqual([]);
});

test("the settings that it shows are taken", () => {
  const settings = blocks("json").map((text) => JSON.parse(text) as unknown);
  expect(settings.length).toBeGreaterThan(0);
  expect(settings.filter((each) => !v.is(SettingsFile, each))).toEqual([]);
});

test("every file that it leads to is there", () => {
  const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) => path);
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

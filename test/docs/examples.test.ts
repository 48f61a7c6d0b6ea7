/** The commands that the documents show work as shown, on the executables. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Report } from "../../lib/contract/report.ts";
import { backgrounds } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { documentBlock, placed } from "../tools/documents.ts";
import { lacking } from "../tools/needs.ts";
import { OVER_HOST_NEEDS, runOverHost } from "../tools/over-host.ts";
import { command, run, scratch } from "../tools/program.ts";
import { PYTHON } from "../tools/python.ts";
import { readRecord } from "../tools/wrapped.ts";

const ROOT = join(import.meta.dir, "../..");
const PATH = `${ROOT}/dist:${process.env["PATH"]}`;
const home = scratch();
const start = backgrounds();
const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");

test("the session prints what README.md shows", async () => {
  const session = documentBlock("console", "init-cell");
  const commands = linesOf(session).filter((line) => line.startsWith("$ "));
  const shown = session
    .split("\n")
    .filter((line) => !line.startsWith("$ "))
    .join("\n");
  const cwd = join(home, "session");
  mkdirSync(cwd);
  const script = commands.map((line) => line.slice(2)).join("\n");
  const { code, stdout } = await run(["sh", "-ec", script], { cwd, env: { PATH } });
  expect({ code, stdout: withoutTimes(stdout) }).toEqual({ code: 0, stdout: withoutTimes(shown) });
});

/** How long a machine takes, and how it names a new directory, are not part of the example. */
const withoutTimes = (text: string): string =>
  text
    .replace(/(?<=(?:healthy|stale) +)\d+[sm] +/g, "AGE ")
    .replace(/since \S+:/, "since TIME:")
    .replace(/--root \S+/, "--root ROOT");

describe("a heartbeat without these programs", () => {
  const snippets = [
    ["sh", documentBlock("sh", "beat()")],
    [PYTHON, documentBlock("python", "def beat")],
  ] as const;
  const missing = snippets.filter(([language]) => Bun.which(language) === null);
  test.skip.each(missing)("written by the %s snippet: it is not installed here", () => {});
  const installed = snippets.filter(([language]) => Bun.which(language) !== null);
  test.each(installed)("written by the %s snippet is fresh and valid", async (language, text) => {
    const root = join(home, language);
    const cell = writeCell(root, idOf(1), { age: 9999 });
    const ended = await run([language, "-c", text], { cwd: cell });
    expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
    const { stdout } = await run([...command("executable", "scan"), "--root", root, "--json"]);
    expect((JSON.parse(stdout) as Report).cells[0]).toMatchObject({
      status: "healthy",
      problems: [],
    });
  });
});

/** A root with one active cell, an agent that ends at once, and the variables that point there. */
function makeStage(name: string) {
  const cwd = join(home, name);
  mkdirSync(join(cwd, "beats"), { recursive: true });
  writeCell(cwd, idOf(1), { age: 9999 });
  writeFileSync(join(cwd, "agent"), "#!/bin/sh\n");
  chmodSync(join(cwd, "agent"), 0o755);
  const env = {
    PATH,
    id: idOf(1),
    LAZARUS_PIT_ROOT: cwd,
    LAZARUS_PIT_STATE_DIR: join(cwd, "state-dir"),
    LAZARUS_PIT_HEARTBEAT_DIR: join(cwd, "beats"),
  };
  return { cwd, env };
}

test("the three ways to beat are as README.md shows them", async () => {
  const stage = makeStage("ways");
  const event = JSON.stringify({ hook_event_name: "PreToolUse", tool_name: "Write" });
  const lines = linesOf(documentBlock("sh", "--progress 3/10"));
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const ended = await run(["sh", "-ec", line], { ...stage, input: event });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  }
});

test("the commands for when something is wrong answer", async () => {
  const stage = makeStage("wrong");
  const lines = linesOf(documentBlock("sh", "scan --explain $id  "));
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    const { code, stdout } = await run(["sh", "-ec", line], stage);
    expect({ line, code, isSilent: stdout === "" }).toEqual({ line, code: 0, isSilent: false });
  }
});

test("heartbeat run wraps an agent and a cron job as shown", async () => {
  const stage = makeStage("run");
  const text = placed(documentBlock("sh", "--job backup"), {
    "0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10": idOf(1),
    "/usr/local/bin/backup": "./agent",
  });
  expect(await run(["sh", "-ec", text], stage)).toMatchObject({ code: 0, stderr: "" });
  expect(readRecord(stage.env.LAZARUS_PIT_HEARTBEAT_DIR, "backup")).toMatchObject({ status: "ok" });
});

test("supervise takes its orders as shown, and the daemon starts", async () => {
  const stage = makeStage("orders");
  const lines = linesOf(documentBlock("sh", "supervise snooze"));
  expect(lines.length).toBeGreaterThan(7);
  for (const line of lines.filter((each) => !each.startsWith("supervise  "))) {
    const { code, stderr } = await run(["sh", "-ec", line], stage);
    expect({ line, code, stderr: stderr.includes("error") }).toEqual({
      line,
      code: 0,
      stderr: false,
    });
  }
  const flags = Object.entries(stage.env).filter(([name]) => name.startsWith("LAZARUS"));
  const variables = flags.map(([name, value]) => `${name}=${value}`);
  const ready = ["sh", "-c", 'exec "$0" --ready-fd=3 3>&1', join(ROOT, "dist/supervise")];
  const daemon = start(["env", ...variables, ...ready]);
  expect(await daemon.firstLine()).toBe("");
  expect(await daemon.stop()).toBe(0);
});

const lack = lacking(...OVER_HOST_NEEDS);
test.skipIf(lack !== "")(
  `the installation of README.md puts every command in the path${lack}`,
  async () => {
    const text = documentBlock("sh", "npm run build").replace("npm run build\n", "");
    const { code, stdout } = await runOverHost(
      home,
      `PATH=/usr/local/bin:$PATH\n${text}\nscan --version\nsupervise --version`,
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\S.*\d\n\S.*\d\n$/),
    });
  },
);

/** The manual pages, judged by the programs that show them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { SETTING_NAMES } from "../../lib/contract/setting-rows.ts";
import { roffOfMarkdown } from "../../lib/manual/markdown-roff.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";

const here = scratch();
const man = (...args: string[]) => run([...command("executable", "lazarus-pit"), "man", ...args]);
const skipped = lacking("mandoc", "man");

describe.skipIf(skipped !== "")(`the manual pages${skipped}`, () => {
  test("are clean for mandoc and for man, and name every command and setting", async () => {
    expect(await man("--output", here)).toEqual({ code: 0, stdout: "", stderr: "" });
    const files = ["man1", "man5"].flatMap((folder) =>
      readdirSync(join(here, folder)).map((file) => join(here, folder, file)),
    );
    expect(files.length).toBeGreaterThan(18);
    expect(await run(["mandoc", "-Tlint", "-W", "style", ...files])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    const env = { LC_ALL: "C.UTF-8", MANWIDTH: "80" };
    const { code, stdout, stderr } = await run(["man", "--warnings", "-l", ...files], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of [...SETTING_NAMES, "--no-header", "heartbeat run", "state/heartbeat.json"])
      expect(stdout).toContain(name);
  });
});

test.each(["scan", "lazarus-pit-scan", "lazarus-pit-scan.1"])(
  "prints the page %s",
  async (name) => {
    const { code, stdout } = await man(name);
    expect(code).toBe(0);
    expect(stdout).toStartWith('.TH "LAZARUS-PIT-SCAN" 1 "');
  },
);

test("says which page was meant, and why none was written", async () => {
  expect(await man("scam")).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("did you mean scan?"),
  });
  expect(await man("--output", "/dev/null/x")).toMatchObject({
    code: 73,
    stderr: expect.stringContaining("Cannot write"),
  });
});

test("roff requests in a document are text", () => {
  expect(roffOfMarkdown(".so /etc/passwd\n\n```\n'br \\n\n```")).toEqual([
    ".PP",
    "\\&.so /etc/passwd",
    ".PP",
    ".nf",
    "\\&'br \\en",
    ".fi",
  ]);
});

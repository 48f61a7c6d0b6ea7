/**
 * A scan of 100,000 cells shows a person how far it is: on a terminal, and nowhere else.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idOf } from "../tools/cells.ts";
import { command, run } from "../tools/program.ts";
import { bareEnvironment } from "../tools/surroundings.ts";

const CELLS = 100_000;
const PROGRESS = new RegExp(`\\r\\u001b\\[K\\d+ % of ${CELLS} cells, about \\d+ s left`, "g");
const here = mkdtempSync(join(tmpdir(), "lazarus-pit-progress-"));
const root = join(here, "missions");

beforeAll(() => {
  mkdirSync(root);
  for (let n = 1; n <= CELLS; n++) mkdirSync(join(root, idOf(n)));
}, 300_000);
afterAll(() => rmSync(here, { recursive: true, force: true }), 300_000);

const scan = (...flags: string[]) => [...command("executable", "scan"), "--root", root, ...flags];

/** What a terminal gets of a shell command. */
async function onTerminal(shell: string, more: Record<string, string> = {}): Promise<string> {
  const decoder = new TextDecoder();
  let screen = "";
  const data = (_: unknown, bytes: Uint8Array) =>
    void (screen += decoder.decode(bytes, { stream: true }));
  const child = Bun.spawn(["sh", "-c", shell], {
    env: { ...bareEnvironment(), TERM: "xterm", ...more },
    terminal: { cols: 80, rows: 24, data },
  });
  await child.exited;
  child.terminal?.close();
  return screen;
}

test("is shown on a terminal, more than once, and removed before the result", async () => {
  for (const flags of ["--check --min-cells 0", "--json"]) {
    const screen = await onTerminal(`${scan(flags).join(" ")} >${here}/out`);
    expect(screen.match(PROGRESS)?.length, flags).toBeGreaterThan(1);
    expect(screen, flags).toEndWith("\r\u001b[K");
    expect(readFileSync(join(here, "out"), "utf8"), flags).not.toContain("% of");
  }
});

test("is not shown in a pipe, with --quiet, or on a dumb terminal", async () => {
  expect((await run(scan("--check", "--min-cells", "0"))).stderr).toBe("");
  const check = scan("--check --min-cells 0").join(" ");
  expect(await onTerminal(`${scan("--quiet").join(" ")} >/dev/null`)).toBe("");
  expect(await onTerminal(`${check} >/dev/null`, { TERM: "dumb" })).toBe("");
});

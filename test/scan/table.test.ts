import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
const EVIL = "\u001b[31mred\u001b]0;title\u0007 \u202eback\u2066\u200b\r\nsecond\u0085\u009b2J";

const mixed = join(here, "mixed");
// Ages lie in the middle of what is shown for them, so that a slow run shows the same.
writeCell(mixed, idOf(1), { status: "failed", age: 90 });
writeCell(mixed, idOf(2), { age: 90 });
mkdirSync(join(mixed, idOf(3)));
writeCell(mixed, idOf(4), { age: 7290 });
rmSync(join(writeCell(mixed, idOf(5), { title: "broken", age: 90 }), CELL_FILES.config));
rmSync(join(mixed, idOf(5), CELL_FILES.log));

const wild = join(here, "wild");
writeCell(wild, idOf(1), { title: "a long title ".repeat(20) });
writeCell(wild, idOf(2), { title: "漢字かな交じり文".repeat(20) });
writeCell(wild, idOf(3), { title: EVIL, state: "stuck" });
writeCell(wild, idOf(4), { title: "👩‍👩‍👧‍👦 e\u0301".repeat(30), age: 90_000_000 });
writeCell(wild, idOf(5), { title: EVIL, status: "abandoned", state: "a".repeat(64) });
writeCell(wild, idOf(6), { config: { heartbeat: `../${EVIL.repeat(5)}` } });
writeCell(wild, idOf(7), { title: "ahead", age: -86_400 });
mkdirSync(join(wild, EVIL));

describe.each(FORMS)("scan's table (%s)", (form) => {
  const scan = async (root: string, ...args: string[]) => {
    const call = [...command(form, "scan"), "--root", root, ...args];
    const { code, stdout, stderr } = await run(call, { env: { COLUMNS: "80" } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.split("\n");
  };

  test("shows the worst first, problems below, and the summary last", async () => {
    expect(await scan(mixed)).toEqual([
      "MISSION                               STATUS            AGE  STATE    TITLE",
      `${idOf(5)}  incomplete        1m   working  broken`,
      `    ${CELL_FILES.config} does not exist (+1 more)`,
      `    next: type init-cell ${idOf(5)} --repair --root`,
      `    ${mixed} to add what is missing`,
      `${idOf(4)}  stale             2h   working`,
      expect.stringMatching(/^    no beat since 20[-0-9T:.]+Z: the limit is 5m$/),
      "    next: see whether the agent still works; if not, restart it, or type mission",
      `    ${idOf(4)} pause --root`,
      `    ${mixed}`,
      `${idOf(3)}  uninitialized     -    -`,
      "    meta does not exist (+9 more)",
      `${idOf(1)}  resting (failed)  1m   working`,
      "    the mission failed",
      `    next: find out why, then type mission ${idOf(1)}`,
      `    acknowledge --root ${mixed}`,
      `${idOf(2)}  healthy           1m   working`,
      "",
      "5 cells: 2 healthy (1 resting), 1 stale, 1 incomplete, 1 uninitialized",
      "",
    ]);
  });

  test("fits into 80 columns whatever a cell says", async () => {
    const lines = await scan(wild);
    expect(lines.filter((line) => Bun.stringWidth(line) > 80)).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
  });

  test("prints no control character, no escape and no bidi mark that a cell holds", async () => {
    const text = (await scan(wild)).join("\n");
    expect(text).toContain("\\u{1b}[31mred");
    // The joiners of an emoji are a part of its picture.
    const others = text.replaceAll("\n", "").replaceAll(/(?<=\p{Emoji})\u200d(?=\p{Emoji})/gu, "");
    expect(others.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)).toBeNull();
  });

  test("holds no colour in a pipe, also where colour is asked for", async () => {
    const env = { FORCE_COLOR: "1", CLICOLOR_FORCE: "1", TERM: "xterm-256color" };
    const { stdout } = await run([...command(form, "scan"), "--root", mixed], { env });
    expect(stdout).not.toContain("\u001b");
  });

  test("names what it ignores", async () => {
    expect((await scan(wild)).at(-3)).toStartWith("1 entry that is not a cell: \\u{1b}[31mred");
  });

  test("says that there are no cells", async () => {
    const empty = join(here, `empty-${form}`);
    mkdirSync(empty);
    expect(await scan(empty)).toEqual([
      `No cells under ${empty}`,
      "0 cells: 0 healthy, 0 stale, 0 incomplete, 0 uninitialized",
      "",
    ]);
  });

  test("says of the missing cells nothing when some are named", async () => {
    const lines = await scan(mixed, idOf(2));
    expect(lines).toHaveLength(5);
    expect(lines.at(-2)).toBe("1 cell: 1 healthy, 0 stale, 0 incomplete, 0 uninitialized");
  });

  test("says when so many fell silent at once that this host is suspect", async () => {
    const silent = join(here, `silent-${form}`);
    for (let n = 1; n <= 5; n++) writeCell(silent, idOf(n), { age: 600 + n });
    const text = (await scan(silent)).join(" ");
    expect(text).toContain("5 of 5 agents fell silent at the same time, after 20");
    expect(text).toContain(": this host, its disk or its network is the likelier cause. 5 cells:");
  });
});

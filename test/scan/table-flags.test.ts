import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Report } from "../../lib/contract/report.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { scanRoot } from "../../lib/scan/scan.ts";
import { tableText } from "../../lib/scan/table.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";

const here = scratch();
const path = join(here, "missions");
const BUSY = {
  message: "half of it",
  progress: { done: 3, total: 10 },
  activity: { what: "cargo build", expect_seconds: 1800 },
};
writeCell(path, idOf(0x1111), {
  title: "漢字かな交じり文",
  heartbeat: BUSY,
  mission: { owner: "ann", labels: { team: "a" } },
});
writeCell(path, idOf(0x2222), { title: "plain", age: 7290, mission: { labels: { team: "b" } } });
writeCell(path, idOf(0x3333), { title: "rests", status: "paused", age: 90 });
writeCell(path, idOf(0x4444), { title: "waits", state: "waiting", age: 90 });
writeCell(path, idOf(0x5555), { title: "e\u0301 👩‍👩‍👧‍👦", state: "stuck", heartbeat: BUSY });

const now = new Date();

describe("the table", () => {
  const report = scanRoot({ root: openRoot(path), ids: [], limits: loadSettings({}), now });
  const table = (width: number, more = {}) =>
    tableText(report, { width, color: false, hasHeader: true, ...more }).split("\n");

  test.each([79, 80, 100, 133, 200])("fits into %i columns", (width) => {
    const lines = table(width).filter((line) => line.startsWith("0b7e") || line.startsWith("    "));
    expect(lines.filter((line) => Bun.stringWidth(line) > width)).toEqual([]);
  });

  test("aligns wide characters", () => {
    const [header = "", ...rows] = table(Infinity).filter((line) => /^(?:MISSION|0b7e)/.test(line));
    const column = header.indexOf("SAYS");
    const says = rows.filter((row) => row.includes("cargo"));
    expect(says).toHaveLength(2);
    for (const row of says)
      expect(Bun.stringWidth(row.slice(0, row.indexOf("cargo")))).toBe(column);
  });

  test("shows what agents say, their owners and their progress where there is room", () => {
    expect(table(Infinity).join("\n")).toContain("cargo build (30m); half of it");
    expect(table(Infinity)[0]).toMatch(/OWNER +PROGRESS +TITLE +SAYS/);
    expect(table(80)[0]).toMatch(/STATE +TITLE$/);
    expect(table(80).join("\n")).toContain("    says: cargo build (30m); half of it");
  });

  test("shows attempts and orders, and a hold", () => {
    const [first, ...others] = report.cells;
    const orders = [{ order: "quarantine" as const, reason: "loops\u001b" }];
    const told: Report = {
      ...report,
      hold: { since: null, reason: "night" },
      cells: [{ ...first!, attempts: 3, orders }, ...others],
    };
    const text = (width: number) => tableText(told, { width, color: false, hasHeader: true });
    expect(text(80)).toContain("    quarantined (loops\\u{1b}); attempts: 3\n");
    expect(text(Infinity)).toMatch(/ATTEMPTS +ORDERS/);
    expect(text(Infinity)).toContain(
      `Held, nothing is revived: night. To end it: supervise resume --root ${report.root}\n`,
    );
  });

  test("sets off the digits that tell the cells apart", () => {
    const colored = tableText(report, { width: 80, color: true, hasHeader: true });
    expect(colored).toContain("\u001b[1m1111\u001b[0m");
  });

  test("looks for these digits once, not for each row", () => {
    let looks = 0;
    const counted = Array.from({ length: 300 }, (_, n) => {
      const cell = { ...report.cells[0]! };
      const mission_id = idOf(n + 1);
      return Object.defineProperty(cell, "mission_id", { get: () => (looks++, mission_id) });
    });
    tableText({ ...report, cells: counted }, { width: 80, color: true, hasHeader: true });
    expect(looks).toBeLessThan(50 * counted.length);
  });
});

describe.each(ONE_FORM)("scan's flags (%s)", (form) => {
  const scan = async (...args: string[]) => {
    const ended = await run([...command(form, "scan"), "--root", path, ...args]);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
    return ended.stdout;
  };
  const ids = async (...args: string[]) =>
    (await scan("--quiet", ...args)).split("\n").map((id) => id.slice(-4));

  test.concurrent.each([
    [
      ["--status", "resting"],
      ["3333", ""],
    ],
    [
      ["--status", "waiting,stuck"],
      ["5555", "4444", ""],
    ],
    [
      ["--status=healthy", "--sort=title"],
      ["3333", "4444", "1111", ""],
    ],
    [
      ["--label", "team=b"],
      ["2222", ""],
    ],
    [
      ["--label", "team", "--sort=-age"],
      ["1111", "2222", ""],
    ],
    [
      ["--label", "team", "--sort", "age"],
      ["2222", "1111", ""],
    ],
    [["--label", "team=a", "--label", "team=b"], [""]],
  ])("select and sort: %p", async (args, expected) => {
    expect(await ids(...args)).toEqual(expected);
  });

  test("select the cells of JSON as well", async () => {
    const { cells } = JSON.parse(await scan("--json", "--label=team=a")) as Report;
    expect(cells.map(({ mission_id }) => mission_id)).toEqual([idOf(0x1111)]);
  });

  test("choose columns, without headings", async () => {
    const line = await scan("1111", "--columns", "status,progress,owner", "--no-header");
    expect(line).toBe("healthy  3/10      ann\n");
  });

  test("show the orders of supervise, also as JSON", async () => {
    const places = ["--root", path, "--state-dir", join(here, `state-${form}`)];
    const order = ["quarantine", "2222", "--reason", "loops"];
    await run([...command(form, "supervise"), ...order, ...places]);
    const { cells } = JSON.parse(await scan("2222", "--json", ...places.slice(2))) as Report;
    expect(cells[0]).toMatchObject({ orders: [{ order: "quarantine", reason: "loops" }] });
    expect(await scan("2222", ...places.slice(2))).toContain("quarantined (loops)");
  });

  test("scan again and again", async () => {
    const call = [...command(form, "scan"), "--root", path, "--watch=1s", "--quiet"];
    const watching = Bun.spawn(call, { stdout: "pipe" });
    let text = "";
    for await (const chunk of watching.stdout) {
      text += new TextDecoder().decode(chunk);
      if (text.split(idOf(0x1111)).length > 2) break;
    }
    watching.kill();
    expect(text.split(idOf(0x1111)).length).toBeGreaterThan(2);
  });

  test.concurrent.each([
    [["--wide", "--ndjson"], "--wide together with --ndjson"],
    [["--columns", "titel"], '"titel" for --columns'],
    [["--sort", "size"], '"size" for --sort'],
    [["--watch", "0s"], '"0s" for --watch'],
    [["--quiet", "--columns", "age"], "--columns together with --quiet"],
    [["--watch", "--jobs"], "--watch together with --jobs"],
  ])("are refused: %p", async (args, message) => {
    expect(await refusedPlainly(form, args)).toContain(message);
  });
});

const refusedPlainly = async (form: (typeof ONE_FORM)[number], args: readonly string[]) => {
  const { code, stderr } = await run([...command(form, "scan"), "--root", path, ...args]);
  expect(code).toBe(64);
  return stderr;
};

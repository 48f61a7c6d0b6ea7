import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Report } from "../../lib/contract/report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const root = join(scratch(), "missions");
writeCell(root, idOf(1), { title: "well" });
writeCell(root, idOf(2), { title: "late", age: 3600 });

describe.each(FORMS)("scan (%s)", (form) => {
  const scan = (...args: string[]) => run([...command(form, "scan"), "--root", root, ...args]);

  test("exits 0 and tells the stale cell from the healthy one", async () => {
    const { code, stdout, stderr } = await scan("--json");
    const report = JSON.parse(stdout) as Report;
    expect(report.cells.map(({ mission_id, status }) => [mission_id, status])).toEqual([
      [idOf(1), "healthy"],
      [idOf(2), "stale"],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

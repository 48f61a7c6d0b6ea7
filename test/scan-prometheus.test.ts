import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";

const here = scratch();
const root = join(here, "missions");
const empty = join(here, "empty");
writeCell(root, idOf(1), { title: 'a "quoted"\\\n title' });
writeCell(root, idOf(2), { age: 3600, heartbeat: { timestamp: "2026-01-01T00:00:00.500Z" } });
mkdirSync(join(root, idOf(3)));
mkdirSync(empty);
const HAS_PROMTOOL = Bun.which("promtool") !== null;

describe.each(FORMS)("scan --prometheus (%s)", (form) => {
  const metrics = async (of: string) => {
    const call = [...command(form, "scan"), "--root", of, "--prometheus"];
    const { code, stdout, stderr } = await run(call);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };

  test.skipIf(!HAS_PROMTOOL).each([
    ["cells of all kinds", root],
    ["no cell", empty],
  ])("passes promtool with %s (needs promtool)", async (_, of) => {
    const ended = await run(["promtool", "check", "metrics"], { input: await metrics(of) });
    expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("counts the cells by status, and gives each cell its status and last beat", async () => {
    const lines = (await metrics(root)).split("\n");
    expect(lines).toContain('mission_cells{status="healthy"} 1');
    expect(lines).toContain('mission_cells{status="stale"} 1');
    expect(lines).toContain('mission_cells{status="uninitialized"} 1');
    expect(lines).toContain(`mission_cell_status{mission_id="${idOf(2)}",status="stale"} 1`);
    expect(lines).toContain(`mission_cell_status{mission_id="${idOf(2)}",status="healthy"} 0`);
    expect(lines).toContain(
      `mission_cell_last_heartbeat_timestamp_seconds{mission_id="${idOf(2)}"} 1767225600.5`,
    );
    expect(lines).toContain("lazarus_pit_observer_suspect 0");
  });
});

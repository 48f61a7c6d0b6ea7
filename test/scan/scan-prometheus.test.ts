import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
const root = join(here, "missions");
const empty = join(here, "empty");
writeCell(root, idOf(1), { title: 'a "quoted"\\\n title' });
writeCell(root, idOf(2), { age: 3600, heartbeat: { timestamp: "2026-01-01T00:00:00.500Z" } });
mkdirSync(join(root, idOf(3)));
mkdirSync(empty);
const jobs = join(here, "jobs");
mkdirSync(jobs);
writeFileSync(
  join(jobs, "backup.last"),
  JSON.stringify({
    job: "backup",
    status: "fail",
    started_at: "2026-01-01T00:00:00.500Z",
    ended_at: "2026-01-01T00:00:02Z",
    timestamp: "2026-01-01T00:00:03Z",
  }),
);
// Two names that are not UTF-8, and read the same.
for (const byte of [0xff, 0xfe])
  writeFileSync(
    Buffer.concat([Buffer.from(`${jobs}/a`), Buffer.of(byte), Buffer.from(".last")]),
    "",
  );
const HAS_PROMTOOL = Bun.which("promtool") !== null;

describe.each(FORMS)("scan --prometheus (%s)", (form) => {
  const metrics = async (of: string, beats = join(here, "no-beats")) => {
    const call = [
      ...command(form, "scan"),
      "--root",
      of,
      `--heartbeat-dir=${beats}`,
      "--prometheus",
    ];
    const { code, stdout, stderr } = await run(call);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };

  test.skipIf(!HAS_PROMTOOL).each([
    ["cells of all kinds", root],
    ["no cell", empty],
  ])("passes promtool with %s (needs promtool)", async (_, of) => {
    const input = await metrics(of, jobs);
    expect(input).toContain("lazarus_pit_job_status{");
    const ended = await run(["promtool", "check", "metrics"], { input });
    expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("gives each job its status and times, and counts what has no job's name", async () => {
    const lines = (await metrics(root, jobs)).split("\n");
    for (const line of [
      'lazarus_pit_jobs{status="failed"} 1',
      'lazarus_pit_jobs{status="unreadable"} 2',
      'lazarus_pit_jobs{status="on-time"} 0',
      "lazarus_pit_jobs_unknown 0",
      'lazarus_pit_job_status{job_name="backup",status="failed"} 1',
      'lazarus_pit_job_status{job_name="backup",status="on-time"} 0',
      'lazarus_pit_job_last_report_timestamp_seconds{job_name="backup"} 1767225603',
      'lazarus_pit_job_last_start_timestamp_seconds{job_name="backup"} 1767225600.5',
      'lazarus_pit_job_last_end_timestamp_seconds{job_name="backup"} 1767225602',
    ])
      expect(lines).toContain(line);
    expect(lines.filter((line) => line.includes("job_name=") && !line.includes("backup"))).toEqual(
      [],
    );
    expect(lines).toContain('mission_cells{status="healthy"} 1');
  });

  test("has metrics of no job where they cannot be listed, and the cells' all the same", async () => {
    const file = join(here, "file");
    writeFileSync(file, "");
    const text = await metrics(root, file);
    expect(text).not.toContain("lazarus_pit_job");
    expect(text).toContain('mission_cells{status="healthy"} 1');
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
    expect(lines).toContain('mission_cells_attention{attention="critical"} 1');
    expect(lines).toContain(
      `mission_cell_attention{mission_id="${idOf(2)}",attention="critical"} 1`,
    );
    expect(lines).toContain(`mission_cell_attention{mission_id="${idOf(2)}",attention="none"} 0`);
    expect(lines).toContain("lazarus_pit_observer_suspect 0");
    expect(lines).toContain('lazarus_pit_suspicion{cause="disk-full"} 0');
  });
});

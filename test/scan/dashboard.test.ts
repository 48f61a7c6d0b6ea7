/**
 * The dashboard and the alerts ask for metrics that there are.
 */
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboardText } from "../../lib/dev/dashboard.ts";
import { PANELS } from "../../lib/dev/dashboard-panels.ts";
import { metricsText } from "../../lib/scan/rules/prometheus.ts";
import type { Report } from "../../lib/contract/report.ts";
import type { Supervision } from "../../lib/contract/supervision.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";

const CONFIG = join(import.meta.dir, "../../config");
const home = scratch();
const EXPRESSIONS = PANELS.flatMap(({ queries }) => queries.map(({ expr }) => expr));

const MEMBER = {
  state: "joined",
  confirmedAt: null,
  isHeld: false,
  errors: {},
  reported: { state: "joined", warning: false, text: "" },
} as const;

/** The families that an endpoint has, by name, for a root with a cell that hangs and a job, and for a fleet. */
async function families(): Promise<Set<string>> {
  const [root, beats] = [join(home, "root"), join(home, "beats")];
  writeCell(root, idOf(1), { title: "one" });
  await run([...command("executable", "heartbeat"), "--job=backup", `--heartbeat-dir=${beats}`]);
  const dirs = [`--root=${root}`, `--heartbeat-dir=${beats}`];
  const { stdout } = await run([...command("executable", "scan"), "--json", ...dirs]);
  const jobs = await run([...command("executable", "scan"), "--jobs", "--prometheus", ...dirs]);
  const file = join(home, "alpha.json");
  writeFileSync(file, stdout);
  const fleet = await run([...command("executable", "scan"), "--fleet", "--prometheus", file]);
  const report = JSON.parse(stdout) as Report;
  const cells = report.cells.map((cell) => ({
    ...cell,
    evidence: { ...cell.evidence, process: "alive" as const },
    problems: [{ code: "heartbeat-old" as const, path: ".", text: "" }],
  }));
  const [since, mission_id] = [report.generated_at, idOf(1)];
  const counts = { waiting: 1, oldest: since, failed: 1, refused: 1 };
  const supervision: Supervision = {
    lastRound: since,
    givenUp: [mission_id],
    hold: { since },
    orders: [{ mission_id, order: "snooze", since }],
    routes: [{ route: "pager", ...counts }],
  };
  const shown = { publicUrl: "https://pit.example", member: MEMBER, supervision };
  const options = { version: "1", errors: 0, ...shown };
  const own = metricsText({ ...report, cells, jobs_unknown: "gone" }, options);
  const text = own + jobs.stdout + fleet.stdout;
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name));
}

const metricsIn = (text: string): string[] =>
  text.match(/\b(?:mission_(?:cells?|info)|lazarus_pit)(?:_[a-z]+)*\b/g) ?? [];

test("config/grafana/lazarus-pit.json is as generated now (npm run schemas)", () => {
  expect(readFileSync(join(CONFIG, "grafana/lazarus-pit.json"), "utf8")).toBe(dashboardText());
});

test("the dashboard and the alerts name metrics that there are", async () => {
  const there = await families();
  const alerts = readFileSync(join(CONFIG, "prometheus/alerts.yml"), "utf8");
  const named = [...EXPRESSIONS, dashboardText(), alerts].flatMap(metricsIn);
  expect(new Set(named).size).toBeGreaterThan(15);
  expect([...new Set(named)].filter((name) => !there.has(name))).toEqual([]);
});

test("no panel lies over another, or beyond the right edge", () => {
  const { panels } = JSON.parse(dashboardText()) as {
    panels: { gridPos: { x: number; y: number; w: number; h: number } }[];
  };
  const taken = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)}:${y + Math.floor(at / w)}`),
  );
  expect(new Set(taken).size).toBe(taken.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});

const noTool = lacking("promtool");
test.skipIf(noTool !== "")(`promtool can read each query of the dashboard${noTool}`, async () => {
  const rules = EXPRESSIONS.map((expr, at) => ({
    record: `r${at}`,
    expr: expr.replaceAll("$instance", ".*"),
  }));
  const file = join(home, "rules.yml");
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  expect(await run(["promtool", "check", "rules", file])).toMatchObject({ code: 0, stderr: "" });
});

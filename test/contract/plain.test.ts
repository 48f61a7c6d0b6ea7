import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { CellConfig } from "../../lib/contract/cell.ts";
import { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { Mission } from "../../lib/contract/mission.ts";
import { isPlainConfig, isPlainHeartbeat, isPlainMission } from "../../lib/contract/plain.ts";
import { isPlainReportCell } from "../../lib/contract/plain-report.ts";
import { ReportCell } from "../../lib/contract/report.ts";
import { ID } from "../tools/facts.ts";

const RUNS = 1500;

/** Values that a schema may reject, or return changed. */
const ODD: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  "",
  "x",
  "A b",
  "worktree/",
  "../x",
  -1,
  -0,
  0.5,
  2,
  1e9 + 1,
  1e16,
  Infinity,
  [],
  ["x"],
  {},
  { url: 1 },
  { done: "1" },
  { what: "x" },
  { boot_id: "b", pid: 1, extra: 1 },
  { boot_id: "b", pid: -1 },
  { code: 0, at: "2026-01-01T00:00:00Z" },
  "2026-02-30T00:00:00Z",
  "2026-01-01T00:00:00",
  "00000000-0000-0000-0000-000000000000",
  ID.toUpperCase(),
);
const moment = fc.constantFrom("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00+01:00");
const text = fc.string();
const count = fc.nat();
const seconds = fc.integer({ min: 0, max: 1e9 });
const identity = fc.record(
  { boot_id: text, pid: count, start_ticks: count, pid_namespace: text, time_namespace: text },
  { requiredKeys: ["boot_id", "pid"] },
);

/** Objects with these fields, one of which may be absent or odd. */
function objects(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const keys = Object.keys(fields);
  const sound = fc.record({ ...fields, other: ODD });
  return fc
    .tuple(sound, fc.constantFrom(...keys), fc.option(ODD, { nil: undefined }), fc.boolean())
    .map(([value, key, odd, isSound]) =>
      isSound ? value : (JSON.parse(JSON.stringify({ ...value, [key]: odd })) as object),
    );
}

const missions = objects({
  schema_version: fc.constant(1),
  mission_id: fc.constant(ID),
  created_at: moment,
  status: fc.constantFrom("active", "paused", "failed"),
  updated_at: moment,
  title: text,
  objective: text,
  owner: text,
  labels: fc.dictionary(
    text.filter((name) => name !== "__proto__"),
    text,
  ),
  source: fc.constant("https://example.org/1"),
  acknowledged_at: moment,
});
const configs = objects({
  schema_version: fc.constant(1),
  mission_id: fc.constant(ID),
  worktree: fc.constant("worktree"),
  artifacts: fc.constant("artifacts"),
  heartbeat: fc.constant("state/heartbeat.json"),
  log: fc.constant("logs/daemon.log"),
  stale_after_seconds: seconds,
  cloned_from: fc.record({ url: text, ref: text, depth: count }, { requiredKeys: ["url"] }),
});
const heartbeats = objects({
  schema_version: fc.constant(1),
  mission_id: fc.constant(ID),
  timestamp: moment,
  state: fc.constantFrom("working", "idle"),
  seq: count,
  interval_seconds: seconds,
  host: text,
  boot_id: text,
  pid: count,
  run_id: text,
  message: text,
  progress: fc.record({ done: count, total: count, note: text }, { requiredKeys: ["done"] }),
  activity: fc.record({ what: text, expect_seconds: seconds }),
  state_since: moment,
  until: moment,
  on_events: fc.boolean(),
  process: identity,
  runner: identity,
});

const orNull = (value: fc.Arbitrary<unknown>) => fc.oneof(fc.constant(null), value);
const reportCells = objects({
  mission_id: fc.constant(ID),
  title: orNull(text),
  owner: orNull(text),
  labels: fc.dictionary(text, text),
  source: orNull(text),
  status: fc.constantFrom("healthy", "stale"),
  attention: fc.constantFrom("none", "critical"),
  mission_status: orNull(fc.constantFrom("active", "failed")),
  state: orNull(text),
  message: orNull(text),
  progress: fc.constant(null),
  activity: fc.constant(null),
  last_heartbeat: orNull(moment),
  expected_since: orNull(moment),
  age_seconds: orNull(seconds),
  limit_seconds: orNull(seconds),
  evidence: fc.record({
    process: orNull(fc.constantFrom("alive", "gone")),
    exit: fc.constant(null),
    host: orNull(text),
  }),
  problems: fc.array(fc.record({ code: fc.constantFrom("stuck", "exited"), path: text, text }), {
    maxLength: 2,
  }),
}).map((cell) => {
  // Few of the values have a key that the schema drops, so that most of them can be plain.
  const { other, ...rest } = cell as { other?: unknown };
  return other === "x" ? cell : rest;
});

describe("a check for plain files accepts only what the schema returns unchanged:", () => {
  test.each([
    ["mission.json", Mission, isPlainMission, missions],
    ["cell.json", CellConfig, isPlainConfig, configs],
    ["heartbeat.json", Heartbeat, isPlainHeartbeat, heartbeats],
    ["a report's cell", ReportCell, isPlainReportCell, reportCells],
  ] as const)("%s", (_, schema, isPlain, values) => {
    let plain = 0;
    fc.assert(
      fc.property(values, (value) => {
        if (!isPlain(value)) return;
        plain += 1;
        const parsed = v.safeParse(schema, value);
        expect(parsed.issues).toBeUndefined();
        expect(parsed.output).toEqual(value);
      }),
      { numRuns: RUNS },
    );
    // A check that accepts little would make a scan slow without any other sign.
    expect(plain).toBeGreaterThan(RUNS / 3);
  });
});

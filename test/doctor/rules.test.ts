import { describe, expect, test } from "bun:test";
import { failedCheck, passed, warned, worstLevel } from "../../lib/doctor/rules/diagnosis.ts";
import { clockDiagnosis } from "../../lib/doctor/rules/clock-diagnosis.ts";
import { roundDiagnosis } from "../../lib/doctor/rules/round-diagnosis.ts";
import { serviceDiagnosis } from "../../lib/doctor/rules/service-diagnosis.ts";
import { spaceDiagnosis } from "../../lib/doctor/rules/space-diagnosis.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const PLENTY = 2 ** 40;

test.each([
  [[], "ok"],
  [[passed("a", "")], "ok"],
  [[warned("a", "", ""), passed("b", "")], "warning"],
  [[warned("a", "", ""), failedCheck("b", ""), passed("c", "")], "problem"],
] as const)("the worst of %j is %s", (all, level) => {
  expect(worstLevel(all)).toBe(level);
});

/** What systemd prints of the unit. */
const unitText = (given: Record<string, string>) =>
  Object.entries({
    LoadState: "loaded",
    ActiveState: "active",
    UnitFileState: "enabled",
    NeedDaemonReload: "no",
    ...given,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

describe("the unit", () => {
  test.each([
    [{}, false, "ok", undefined],
    [{ LoadState: "not-found" }, true, "warning", "lazarus-pit files"],
    [{ LoadState: "masked" }, false, "warning", "systemctl status"],
    [{ ActiveState: "failed" }, false, "problem", "journalctl"],
    [{ ActiveState: "inactive" }, false, "warning", "systemctl enable --now"],
    [{ ActiveState: "inactive" }, true, "ok", undefined],
    [{ NeedDaemonReload: "yes" }, true, "warning", "daemon-reload"],
    [{ UnitFileState: "disabled" }, true, "warning", "systemctl enable"],
  ] as const)("with %j and a daemon: %p is %s", (given, isSupervised, level, next) => {
    const found = serviceDiagnosis(unitText(given), isSupervised);
    expect(found.level).toBe(level);
    expect(found.next ?? "").toContain(next ?? "");
  });

  test("is a warning if systemd says nothing about it", () => {
    expect(serviceDiagnosis("", true).level).toBe("warning");
  });
});

test.each([
  [{ freeBytes: PLENTY, freeInodes: PLENTY, isReadOnly: false }, "ok"],
  [{ freeBytes: undefined, freeInodes: undefined, isReadOnly: undefined }, "ok"],
  [{ freeBytes: 2 ** 26, freeInodes: PLENTY, isReadOnly: false }, "warning"],
  [{ freeBytes: PLENTY, freeInodes: 500, isReadOnly: false }, "warning"],
  [{ freeBytes: 1000, freeInodes: PLENTY, isReadOnly: false }, "problem"],
  [{ freeBytes: PLENTY, freeInodes: 0, isReadOnly: false }, "problem"],
  [{ freeBytes: PLENTY, freeInodes: PLENTY, isReadOnly: true }, "problem"],
])("room %j is %s", (facts, level) => {
  expect(spaceDiagnosis("space", "/srv", facts).level).toBe(level as "ok");
});

test.each([
  [{}, "ok"],
  [{ isSynchronized: false }, "warning"],
  [{ now: new Date(0) }, "problem"],
  [{ lastRound: "2026-03-01T12:00:30Z" }, "ok"],
  [{ lastRound: "2026-03-01T12:02:00Z" }, "problem"],
])("a clock with %j is %s", (given, level) => {
  const usual = { now: NOW, lastRound: undefined, allowedSkewSeconds: 60, isSynchronized: true };
  expect(clockDiagnosis({ ...usual, ...given }).level).toBe(level as "ok");
});

describe("the daemon", () => {
  const last = { at: "2026-03-01T11:59:55Z", failure: null, version: "1", isLate: false };
  const host = { startCall: "supervise", hasSystemd: true, version: "1", place: "" };
  const usual = { holder: "process 7", last, ...host, now: NOW };

  test.each([
    ["runs", {}, "ok", ""],
    ["is absent", { holder: undefined }, "warning", "systemctl enable --now lazarus-pit"],
    [
      "is absent without systemd",
      { holder: undefined, hasSystemd: false, place: " --root /m" },
      "warning",
      "lazarus-pit supervise --root /m",
    ],
    ["is silent", { last: undefined, place: " --root /m" }, "warning", "status --root /m"],
    ["is of another version", { version: "2" }, "warning", "systemctl restart lazarus-pit"],
    ["is late", { last: { ...last, isLate: true } }, "problem", "journalctl"],
    ["could not scan", { last: { ...last, failure: "no root" } }, "problem", "journalctl"],
  ])("that %s", (_, given, level, next) => {
    const found = roundDiagnosis({ ...usual, ...given });
    expect(found.level).toBe(level as "ok");
    expect(found.next ?? "").toContain(next);
  });
});

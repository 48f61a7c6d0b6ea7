/**
 * The units of config/systemd as systemd judges them, without one that runs; test/promises
 * has them under a real one.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import defaults from "../../config/lazarus_pit.json";
import { lacking } from "../tools/needs.ts";
import { run } from "../tools/program.ts";

const UNITS = join(import.meta.dir, "../../config/systemd");
const services = readdirSync(UNITS).filter((name) => name.endsWith(".service"));

/** The most that systemd may find exposed, of 10; a bare unit is at 9.6. */
const MOST_EXPOSED: Readonly<Record<string, number>> = {
  "lazarus-pit.service": 1.5,
  "lazarus-health.service": 0.5,
  "lazarus-health-proxy.service": 1.0,
  "lazarus-scan.service": 0.5,
  "mission-cell@.service": 1.5,
};

const missing = lacking("systemd-analyze");
describe.skipIf(missing !== "")(`systemd-analyze security${missing}`, () => {
  test.each(services)("%s is in a sandbox", async (name) => {
    const threshold = Math.round(10 * (MOST_EXPOSED[name] ?? 0));
    const flags = ["--no-pager", "--offline=true", `--threshold=${threshold}`];
    const said = await run(["systemd-analyze", "security", ...flags, join(UNITS, name)]);
    expect(said).toMatchObject({ code: 0, stderr: "" });
    expect(said.stdout).toContain("Overall exposure level");
  });
});

test.each(services)("%s keeps what Bun obeys away from the program", (name) => {
  const text = readFileSync(join(UNITS, name), "utf8");
  expect(text).toMatch(/^UnsetEnvironment=BUN_OPTIONS BUN_BE_BUN BUN_INSPECT$/m);
  // Under it Bun runs 8 times slower.
  expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
});

test("lazarus-pit.service has a watchdog that lets a few rounds pass", () => {
  const text = readFileSync(join(UNITS, "lazarus-pit.service"), "utf8");
  const [, seconds] = /^WatchdogSec=(\d+)$/m.exec(text) ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(3 * defaults.scan_interval_seconds);
});

/**
 * What a daemon's /metrics tell of its part in a fleet.
 */
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { NameTaken } from "../../lib/fleet/etcd/session.ts";
import { memberState } from "../../lib/fleet/rules/revival.ts";
import { createMemberRecord } from "../../lib/supervise/daemon/member-health.ts";
import { until } from "../tools/background.ts";
import { accessTo, loopbackPlace, startServer, startServers, stopServers } from "../tools/etcd.ts";
import { fleetHost, reportOf } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, ONE_FORM, run } from "../tools/program.ts";
import { type Place, placeOf, stopDaemons } from "../tools/supervised.ts";

stopServers();
stopDaemons();

// [seconds since the confirmation, the last attempt failed, state]
test.each([
  [0, false, "joined"],
  [60, false, "joined"],
  [0, true, "alone"],
  [60, true, "alone"],
  [61, true, "holding"],
  [61, false, "holding"],
  [Number.POSITIVE_INFINITY, true, "holding"],
  [Number.POSITIVE_INFINITY, false, "holding"],
] as const)("confirmed %p s ago, and failed %p: %s", (confirmedSeconds, hasFailed, state) => {
  expect(memberState({ confirmedSeconds, aloneSeconds: 60 }, hasFailed)).toBe(state);
});

test("a name that another host has is told at once, and counted once it is an error", () => {
  const facts = { name: "alpha", hold: undefined, orders: undefined, home: undefined };
  const times = { confirmedSeconds: Number.POSITIVE_INFINITY, aloneSeconds: 60 };
  let failure: string | undefined = 'The fleet has another host called "alpha"';
  const record = createMemberRecord({
    tick: async () => {},
    leave: async () => {},
    factsFor: () => ({ ...facts, ...times, isConfirmed: false, failure }),
    confirmed: undefined,
  });
  record.note(undefined);
  expect(record.fault).toBe("name_taken");
  expect(record.health().errors).toEqual({});
  expect(record.health().reported.text).toContain("another host or process has its name");
  record.note(new NameTaken(failure, "give each host its own fleet_name", true));
  expect(record.health().errors).toEqual({ name_taken: 1 });
  failure = undefined;
  record.note(undefined);
  expect(record.fault).toBeUndefined();
});

const memberPlace = (endpoints: readonly string[]): Place =>
  placeOf({
    fleet_name: "alpha",
    fleet_etcd: { endpoints },
    fleet_lost_after_seconds: 10,
    fleet_alone_seconds: 30,
  });
const socketOf = ({ here }: Place): string => join(here, "s");

async function exposition(place: Place): Promise<string> {
  const unix = socketOf(place);
  const answer = await fetch("http://localhost/metrics", { unix }).catch(() => undefined);
  return answer?.ok === true ? answer.text() : "";
}
/** Waits until the metrics have this line. */
const waitForLine = (place: Place, line: string | RegExp): Promise<true> =>
  until(async () => {
    const lines = (await exposition(place)).split("\n");
    return lines.some((each) => (typeof line === "string" ? each === line : line.test(each)));
  });
const stateLine = (state: string) => `lazarus_pit_fleet_member_state{state="${state}"} 1`;
const failed = (kind: string) =>
  new RegExp(`^lazarus_pit_fleet_errors_total\\{kind="${kind}"\\} [1-9]`);

const missing = lacking("etcd", "promtool");
describe.skipIf(missing !== "")(`supervise --fleet --listen${missing}`, () => {
  test.each(FORMS)("a %s tells when etcd last confirmed it, and what failed", async (form) => {
    const server = loopbackPlace();
    const place = memberPlace([server.client]);
    const daemon = place.start(form, "--fleet", `--listen=unix:${socketOf(place)}`);
    await waitForLine(place, failed("unreachable"));
    await waitForLine(place, stateLine("holding"));
    await waitForLine(place, "lazarus_pit_fleet_confirmed_timestamp_seconds 0");
    const before = Math.floor(Date.now() / 1000);
    const servers = startServers([server]);
    await waitForLine(place, stateLine("joined"));
    const joined = await exposition(place);
    const [, seconds] = /^lazarus_pit_fleet_confirmed_timestamp_seconds (\S+)$/m.exec(joined) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(before);
    expect(joined).toContain("lazarus_pit_fleet_held 0\n");
    const checked = await run(["promtool", "check", "metrics"], { input: joined });
    expect(checked).toMatchObject({ code: 0, stderr: "" });
    const fleet = ["fleet", "hold", "--reason=test", `--config=${place.config}`];
    expect((await run([...command("executable", "lazarus-pit"), ...fleet])).code).toBe(0);
    await waitForLine(place, "lazarus_pit_fleet_held 1");
    await servers.stop();
    await waitForLine(place, stateLine("alone"));
    await waitForLine(place, stateLine("holding"));
    expect((await daemon.stop()).code).toBe(0);
  });

  test.each(ONE_FORM)("a %s counts that another host has its name", async (form) => {
    const servers = await startServer();
    await fleetHost(accessTo(servers), "alpha").tick(reportOf());
    const place = memberPlace(servers.endpoints);
    const daemon = place.start(form, "--fleet", `--listen=unix:${socketOf(place)}`);
    await waitForLine(place, stateLine("holding"));
    await waitForLine(place, failed("name_taken"));
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    await servers.stop();
  });

  test("a daemon outside of a fleet has no such metrics", async () => {
    const place = placeOf();
    const daemon = place.start("executable", `--listen=unix:${socketOf(place)}`);
    await waitForLine(place, /^lazarus_pit_build_info/);
    expect(await exposition(place)).not.toContain("fleet");
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });
});

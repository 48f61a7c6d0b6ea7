/**
 * A host's part in a fleet with a real etcd, in one sentence: in its report, on its page, and in
 * `supervise status`.
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { MemberFault, ReportedMember } from "../../lib/contract/fleet-member.ts";
import type { Report } from "../../lib/contract/report.ts";
import { type MemberFacts, reportedMember } from "../../lib/fleet/rules/member-sentence.ts";
import { until } from "../tools/background.ts";
import { browser, HAS_BROWSER, serveHealth } from "../tools/browser.ts";
import { loopbackPlace, startServers, stopServers } from "../tools/etcd.ts";
import { lacking } from "../tools/needs.ts";
import { command, ONE_FORM, run } from "../tools/program.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

stopServers();
stopDaemons();
const open = browser();

const JOINED: MemberFacts = {
  name: "alpha",
  hold: undefined,
  confirmedSeconds: 5,
  aloneSeconds: 3600,
  confirmedAt: "2026-01-31T12:00:00.000Z",
  fault: undefined,
};
const AT = JOINED.confirmedAt;
const HOLD = { at: "2026-01-31T11:00:00.000Z", reason: "new kernel", host: "alpha" };
const CHECK = "Next: on this host, type lazarus-pit fleet check";

// [what differs from a host that is joined, state, warning, text after the name]
test.each([
  [{}, "joined", false, "joined, confirmed at 12:00:00 UTC"],
  [
    { hold: HOLD },
    "joined",
    true,
    'joined, confirmed at 12:00:00 UTC; an operator of the fleet stopped revivals here: "new kernel"; to start again, type: lazarus-pit fleet resume --host alpha',
  ],
  [
    { fault: "unreachable", confirmedSeconds: 600 },
    "alone",
    true,
    `alone, and revives for 50m more, and then holds: etcd has not confirmed its missions since ${AT}, because etcd does not answer. ${CHECK}`,
  ],
  [
    { confirmedSeconds: 600 },
    "alone",
    true,
    `alone, and revives for 50m more, and then holds: etcd has not confirmed its missions since ${AT}, because its supervise has published nothing. Next: on this host, see its journal: journalctl -u lazarus-pit`,
  ],
  [
    { confirmedSeconds: 8, aloneSeconds: 2 },
    "holding",
    true,
    `holding, and revives nothing: etcd has not confirmed its missions since ${AT}, because fleet_alone_seconds (2) is shorter than the time between two confirmations. Next: set fleet_alone_seconds to several rounds`,
  ],
  [
    { fault: "denied", confirmedSeconds: 3601 },
    "holding",
    true,
    `holding, and revives nothing: etcd has not confirmed its missions since ${AT}, because etcd refuses its account. ${CHECK}`,
  ],
  [
    { fault: "name_taken", confirmedSeconds: Number.POSITIVE_INFINITY, confirmedAt: undefined },
    "holding",
    true,
    "holding, and revives nothing: etcd has not confirmed its missions yet, because another host or process has its name. Next: wait if this host has just started; else forget the other one, or give this host another fleet_name; lazarus-pit fleet hosts shows all",
  ],
  [
    { confirmedSeconds: Number.POSITIVE_INFINITY, confirmedAt: undefined },
    "holding",
    true,
    "holding, and revives nothing before etcd has confirmed its missions, which follows the first round",
  ],
] as const)("%p is %s", (differs, state, warning, text) => {
  expect(reportedMember({ ...JOINED, ...differs })).toEqual({
    state,
    warning,
    text: `In the fleet as alpha: ${text}`,
  });
});

test("no fault names a file or an address", () => {
  for (const fault of ["unreachable", "denied", "full", "refused", "name_taken", "settings"])
    expect(reportedMember({ ...JOINED, fault: fault as MemberFault }).text).not.toMatch(/[/@]/);
});

const memberAt = async (asking: Promise<Response>): Promise<ReportedMember | undefined> =>
  ((await (await asking).json()) as Report).fleet;

const missing = lacking("etcd", "chromium");
describe.skipIf(missing !== "" || !HAS_BROWSER)(`a host of a fleet${missing}`, () => {
  test.each(ONE_FORM)("a %s tells its part: joined, alone, holding, joined again", async (form) => {
    const server = loopbackPlace();
    const servers = startServers([server]);
    await servers.ready(0);
    const place = placeOf({
      fleet_name: "alpha",
      fleet_etcd: { endpoints: [server.client] },
      fleet_lost_after_seconds: 10,
      fleet_alone_seconds: 20,
    });
    const unix = join(place.here, "s");
    const daemon = place.start(form, "--fleet", `--listen=unix:${unix}`);
    const beside = await serveHealth(form, `--config=${place.config}`, "--listen=127.0.0.1:0");
    const { page, errors } = await open(beside.url);

    const own = () => memberAt(fetch("http://localhost/v1/report", { unix }));
    const other = () => memberAt(fetch(new URL("v1/report", beside.url)));
    const waitForState = (state: string) =>
      until(async () => (await own())?.state === state && (await other())?.state === state);

    await waitForState("joined");
    await page.locator("#place", { hasText: "In the fleet as alpha: joined" }).waitFor();
    expect(await page.locator("#late").isVisible()).toBe(false);
    expect((await place.call(form, "status")).stdout).toContain(
      "fleet     In the fleet as alpha: joined, confirmed at ",
    );

    const order = (verb: string, ...flags: string[]) =>
      run([...command(form, "lazarus-pit"), "fleet", verb, ...flags, `--config=${place.config}`]);
    expect((await order("hold", "--reason=racks")).code).toBe(0);
    await page.locator("#late", { hasText: "lazarus-pit fleet resume" }).waitFor();
    expect((await order("resume")).code).toBe(0);
    await page.locator("#late").waitFor({ state: "hidden" });

    servers.signal(0, "SIGSTOP");
    await waitForState("alone");
    await page.locator("#late", { hasText: "alone, and revives for" }).waitFor();
    await waitForState("holding");
    await page.locator("#late", { hasText: "because etcd does not answer" }).waitFor();
    expect((await place.call(form, "status")).stdout).toContain(
      "alpha: holding, and revives nothing",
    );
    servers.signal(0, "SIGCONT");
    await waitForState("joined");
    await page.locator("#late").waitFor({ state: "hidden" });
    expect(errors).toEqual([]);
    await beside.stop();
    expect((await daemon.stop()).code).toBe(0);
    const after = await place.call(form, "status");
    expect(after.code).toBe(69);
    expect(after.stdout).not.toContain("In the fleet as");
  });
});

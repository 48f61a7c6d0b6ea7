/**
 * The whole story under a systemd that really runs: the daemon in its sandbox, and a dead
 * agent that comes back, once, without losing its work.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import type { Report } from "../../lib/contract/report.ts";
import { eventually, until } from "../tools/background.ts";
import { idOf } from "../tools/cells.ts";
import { agentOf, CONFIG, dropIn, pidOf, putFile, putInPlace, REPORT } from "../tools/in-place.ts";
import { type Machine, machines, noMachine } from "../tools/machine.ts";
import { lacking } from "../tools/needs.ts";

const ID = idOf(1);
const CELL = `/var/missions/${ID}`;
const AGENT = agentOf(ID);
const DAEMON = "lazarus-pit.service";

/** Short times: nobody waits five minutes here. */
const SETTINGS = {
  scan_interval_seconds: 1,
  min_stale_after_seconds: 2,
  stale_after_seconds: 5,
  revive: [
    {
      command: ["systemctl", "restart", "mission-cell@{mission_id}.service"],
      delay_seconds: 3,
      max_delay_seconds: 3,
    },
  ],
};

const boot = machines();
let machine: Machine;

const configure = (settings: object) => putFile(machine, CONFIG, JSON.stringify(settings));

const shown = (unit: string, property: string) =>
  machine.must(`systemctl show --property=${property} --value ${unit}`);

/** Waits until the daemon runs as another process than `pid`, and is ready. */
const replaced = (pid: string) =>
  machine.until(`test "$(systemctl show --property=MainPID --value ${DAEMON})" != ${pid}
    systemctl is-active ${DAEMON}`);

/** Stops all of the agent, as a machine that swaps would, until its cell is stale. */
async function hangAgent(): Promise<void> {
  await machine.must(`systemctl kill --kill-whom=all --signal=STOP ${AGENT}`);
  await machine.until(`grep -q '"status": *"stale"' ${REPORT}`);
}

/** Waits for `count` reports more, each of a round. */
async function rounds(count: number): Promise<void> {
  for (let seen = 0; seen < count; seen++) {
    const last = await machine.must(`cat ${REPORT}`);
    await until(async () => (await machine.must(`cat ${REPORT}`)) !== last);
  }
}

const report = async () => JSON.parse(await machine.must(`cat ${REPORT}`)) as Report;
const statusOfCell = async () => (await report()).cells[0]?.status;

/** How often the daemon looks, in seconds, as its report tells. */
async function interval(): Promise<number> {
  const { generated_at: made, next_expected_at: next = "" } = await report();
  return Math.round((Date.parse(next) - Date.parse(made)) / 1000);
}

const missing = noMachine || lacking("git");
describe.skipIf(missing !== "")(`supervise under systemd${missing}`, () => {
  beforeAll(async () => {
    machine = await boot();
    await putInPlace(machine);
    await configure(SETTINGS);
    await dropIn(machine, DAEMON, "[Service]", "WatchdogSec=5");
    await machine.must(`mkdir /srv/app && cd /srv/app && git init --quiet && echo one >README
      git add README && git -c user.name=x -c user.email=x@x commit --quiet --message=one
      init-cell ${ID} --repo /srv/app --user mission-agent --group lazarus-pit`);
  }, 600_000);

  test("it is ready once it has looked, and says in its status what it saw", async () => {
    await machine.must(`systemctl start ${DAEMON}`);
    // A busy machine may take longer than the five seconds of its first beat.
    expect(await statusOfCell()).toBeOneOf(["healthy", "stale"]);
    expect(await shown(DAEMON, "StatusText")).toMatch(/1 cell|1 healthy/);
    expect(await machine.must(`stat -c %U /proc/${await pidOf(machine, DAEMON)}`)).toBe(
      "lazarus-pit",
    );
  });

  test("a reload takes the new configuration, and keeps the old one where the new is wrong", async () => {
    const pid = await pidOf(machine, DAEMON);
    await configure({ ...SETTINGS, scan_interval_seconds: 2 });
    await machine.must(`systemctl reload ${DAEMON}`);
    await eventually(async () => ((await interval()) === 2 ? true : undefined));
    await configure({ scan_intervall: 1 });
    await machine.sh(`systemctl reload ${DAEMON}`);
    await machine.until(`journalctl --unit=${DAEMON} | grep -q scan_intervall`);
    // The line in the journal comes before the daemon has told systemd that the reload has ended.
    await machine.until(`[ "$(systemctl is-active ${DAEMON})" = active ]`);
    await configure(SETTINGS);
    await machine.must(`systemctl reload ${DAEMON}`);
    await eventually(async () => ((await interval()) === 1 ? true : undefined));
    expect(await pidOf(machine, DAEMON)).toBe(pid);
  });

  test("killed, it comes back", async () => {
    const pid = await pidOf(machine, DAEMON);
    await machine.signal(pid, "KILL");
    await replaced(pid);
  });

  test("hung, it is killed by the watchdog and comes back", async () => {
    const pid = await pidOf(machine, DAEMON);
    await machine.signal(pid, "STOP");
    await replaced(pid);
    expect(await machine.must(`journalctl --unit=${DAEMON}`)).toContain("Watchdog timeout");
  });

  test("a hung agent is revived once, by the unprivileged daemon, and its work is still there", async () => {
    await machine.must(`systemctl start ${AGENT}`);
    await machine.must(`echo draft >${CELL}/worktree/uncommitted`, "mission-agent");
    await machine.until(`grep -q '"state": *"working"' ${REPORT}`);
    const pid = await pidOf(machine, AGENT);
    await hangAgent();
    await machine.until(`test "$(systemctl show -P MainPID ${AGENT})" != ${pid}`);
    await machine.until(`grep -q '"status": *"healthy"' ${REPORT}`);
    // Rounds enough for a second attempt, were there one.
    await rounds(8);
    expect(await statusOfCell()).toBe("healthy");
    expect(await machine.must(`cat ${CELL}/worktree/uncommitted`)).toBe("draft");
    expect(
      await machine.must(`cd ${CELL}/worktree && git status --porcelain`, "mission-agent"),
    ).toBe("?? uncommitted");
    const history: unknown = JSON.parse(await machine.must(`supervise history ${ID} --json`));
    expect(history).toMatchObject({
      attempts: [{ number: 1, outcome: { exit_code: 0, signal: null, timed_out: false } }],
    });
  });

  test("held by root, the daemon leaves a hung agent alone until it is resumed", async () => {
    await machine.must(`supervise release ${ID} && supervise hold --reason 'the host moves'`);
    const pid = await pidOf(machine, AGENT);
    await hangAgent();
    await rounds(8);
    expect(await pidOf(machine, AGENT)).toBe(pid);
    await machine.must("supervise resume");
    await machine.until(`test "$(systemctl show -P MainPID ${AGENT})" != ${pid}`);
  });

  test("told to stop, it ends in good order", async () => {
    // One that hangs is killed by systemd, which the result tells.
    await machine.must(`systemctl stop ${DAEMON}`);
    expect(await shown(DAEMON, "Result")).toBe("success");
    expect(await shown(DAEMON, "ExecMainStatus")).toBe("0");
  });
});

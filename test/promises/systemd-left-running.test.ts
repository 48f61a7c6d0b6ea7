/**
 * An agent that a revive command has started in the background, under a systemd that really runs:
 * it belongs to the daemon's unit, and outlives the daemon.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { CONFIG, pidOf, putFile, putInPlace } from "../tools/in-place.ts";
import { type Machine, machines, noMachine } from "../tools/machine.ts";

const ID = idOf(1);
const DAEMON = "lazarus-pit.service";
const AGENT = "/srv/agent";
/** The file to which the agent writes the number of its pieces of output. */
const SAID = "/var/lib/lazarus-pit/said";
const SETTINGS = {
  scan_interval_seconds: 1,
  min_stale_after_seconds: 2,
  stale_after_seconds: 5,
  revive: [{ command: ["sh", "-c", `sh ${AGENT} & exit 0`], delay_seconds: 3600 }],
};

const boot = machines();
let machine: Machine;

const AGENTS = `pgrep -f '^sh ${AGENT}'`;
/**
 * Waits until there is no agent but the one. Another would stay; a process that the agent forks looks like one
 * until it executes its program.
 */
const isAlone = (agent: string) => machine.until(`test "$(${AGENTS})" = ${agent}`);

/** Waits until the agent has written more than a pipe holds from now on. */
async function writesOn(): Promise<void> {
  const pieces = Number(await machine.must(`cat ${SAID}`));
  await machine.until(`test "$(cat ${SAID})" -gt ${pieces + 20}`);
}

describe.skipIf(noMachine !== "")(`an agent of the daemon's unit${noMachine}`, () => {
  let agent = "";

  beforeAll(async () => {
    machine = await boot();
    await putInPlace(machine);
    await putFile(machine, CONFIG, JSON.stringify(SETTINGS));
    const say = `echo $i >${SAID}.new && mv ${SAID}.new ${SAID}`;
    const work = `i=0; while printf '%8192s' x; do i=$((i + 1)); ${say}; sleep 0.03; done`;
    await putFile(machine, AGENT, work);
    await machine.must(`init-cell ${ID} --group lazarus-pit && heartbeat ${ID} --state working
      systemctl start ${DAEMON}`);
    await machine.until(`cat ${SAID}`);
    agent = await machine.must(`${AGENTS} --oldest`);
  }, 120_000);

  test("lives and writes on when the daemon is killed, and comes back", async () => {
    const pid = await pidOf(machine, DAEMON);
    await machine.signal(pid, "KILL");
    await machine.until(`test "$(systemctl show --property=MainPID --value ${DAEMON})" != ${pid}
      systemctl is-active ${DAEMON}`);
    await writesOn();
    await isAlone(agent);
  });

  test("lives and writes on when the daemon is stopped and started again", async () => {
    await machine.must(`systemctl stop ${DAEMON}`);
    await writesOn();
    await machine.must(`systemctl start ${DAEMON}`);
    await writesOn();
    await isAlone(agent);
  });

  test("ends without taking the daemon with it, and leaves nothing behind", async () => {
    const pid = await pidOf(machine, DAEMON);
    await machine.signal(agent, "KILL");
    await machine.until(`test "$(pgrep -u lazarus-pit)" = ${pid}`);
    expect(await pidOf(machine, DAEMON)).toBe(pid);
  });
});

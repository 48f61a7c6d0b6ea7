/**
 * mission-cell@ under a systemd that really runs: an agent is confined to its own cell.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import {
  agentOf,
  CONFIG,
  dropIn,
  pidOf,
  putFile,
  putInPlace,
  takeBack,
} from "../tools/in-place.ts";
import { type Machine, machines, noMachine } from "../tools/machine.ts";

const [MINE, OTHERS] = [idOf(1), idOf(2)];
const CELL = `/var/missions/${MINE}`;
const OTHER_CELL = `/var/missions/${OTHERS}`;
const UNIT = agentOf(MINE);

const boot = machines();
let machine: Machine;

/** Runs a script as the agent of the first cell, and gives what it said. */
async function asAgent(script: string): Promise<string> {
  await putFile(machine, "/run/probe", script);
  const said = ["StandardOutput=truncate:/run/said", "StandardError=inherit"];
  const once = ["[Service]", "Type=oneshot", "ExecStart=", "ExecStart=sh /run/probe"];
  await dropIn(machine, UNIT, ...once, ...said);
  await machine.sh(`systemctl restart ${UNIT}`);
  await takeBack(machine, UNIT);
  return machine.must("cat /run/said");
}

/** The options of a service whose command inherits what is unusual. */
const UNUSUAL = "LimitNOFILE=64:128 IgnoreSIGPIPE=no WatchdogSec=99 NotifyAccess=all".split(" ");
/** Tells what a command has inherited, and then what it gets when its service is stopped. */
const INHERITED = `ulimit -Sn; ulimit -Hn; grep ^SigIgn /proc/self/status
test "$WATCHDOG_PID" = $$ && systemd-notify WATCHDOG=1 && echo watched
trap 'echo SIGTERM; exit 3' TERM; echo ready; while :; do sleep 0.05; done`;

/** Runs a command as a service, stops that, and gives what the command said. */
async function asService(...prefix: string[]): Promise<string> {
  const options = [...UNUSUAL, "KillMode=mixed", "StandardOutput=truncate:/run/said"];
  await putFile(machine, "/run/inherited", INHERITED);
  const flags = ["--quiet", "--collect", "--unit=wrapped", ...options.map((each) => `-p${each}`)];
  await machine.must(`systemd-run ${[...flags, ...prefix].join(" ")} sh /run/inherited`);
  await machine.until("grep ready /run/said");
  return machine.must("systemctl stop wrapped; cat /run/said");
}

describe.skipIf(noMachine !== "")(`an agent under systemd${noMachine}`, () => {
  beforeAll(async () => {
    machine = await boot();
    await putInPlace(machine);
    await machine.must(`init-cell ${MINE} ${OTHERS} --user mission-agent --group lazarus-pit
      echo '{}' >${CONFIG}`);
  }, 600_000);

  test("inherits the same from its service behind heartbeat run, and gets one SIGTERM", async () => {
    const bare = await asService();
    expect(bare).toEndWith("watched\nready\nSIGTERM");
    expect(await asService("heartbeat", "run", "--job=x", "--")).toBe(bare);
  });

  test("runs in its cell, as its user, and the cell is healthy", async () => {
    await machine.must(`systemctl start ${UNIT}`);
    await machine.until(`scan ${MINE} --json | grep -q '"state": *"working"'`);
    const pid = await pidOf(machine, UNIT);
    expect(await machine.must(`readlink /proc/${pid}/cwd; stat -c %U /proc/${pid}`)).toBe(
      `${CELL}/worktree\nmission-agent`,
    );
  });

  test("stops with mission-cells.target", async () => {
    await machine.must("systemctl start mission-cells.target");
    await machine.must("systemctl stop mission-cells.target");
    expect((await machine.sh(`systemctl is-active ${UNIT}`)).stdout).toBe("inactive\n");
  });

  test("has not failed when it was stopped under heartbeat run", async () => {
    const wrapped = "ExecStart=/usr/local/bin/lazarus-pit heartbeat run -- sleep 600";
    await dropIn(machine, UNIT, "[Service]", "ExecStart=", wrapped);
    await machine.must(`systemctl restart ${UNIT}`);
    await machine.until(`grep -q '"runner"' ${CELL}/state/heartbeat.json`);
    await machine.must(`systemctl stop ${UNIT}`);
    const shown = await machine.must(`systemctl show --property=Result,ActiveState ${UNIT}`);
    await takeBack(machine, UNIT);
    expect(shown.trim().split("\n").toSorted()).toEqual(["ActiveState=inactive", "Result=success"]);
  });

  test("sees its own cell and no other; observers can read what it writes", async () => {
    expect(await asAgent("ls -A /var/missions; echo mine >../artifacts/note")).toBe(MINE);
    expect(await machine.must(`cat ${CELL}/artifacts/note`, "lazarus-pit")).toBe("mine");
  });

  test.each([
    ["read another cell", `cat ${OTHER_CELL}/meta/mission.json`],
    ["write another cell", `touch ${OTHER_CELL}/worktree/mark`],
    ["make a cell", `mkdir /var/missions/${idOf(3)}`],
    ["read the configuration", `cat ${CONFIG}`],
    ["write the configuration", "touch /etc/lazarus-pit/mark"],
    ["write the daemon's state", "touch /var/lib/lazarus-pit/mark"],
    ["write elsewhere", "touch /var/mark || touch /usr/local/bin/mark || touch /opt/mark"],
    ["talk to systemd", "systemctl show-environment"],
    ["become root", "setpriv --reuid=0 true || su -c true"],
    ["mount", "unshare --user --map-root-user --mount mount -t tmpfs none /var/missions"],
  ])("cannot %s", async (_, script) => {
    const probe = `if ( ${script} ) >/dev/null 2>&1; then echo done; else echo no; fi`;
    expect(await asAgent(probe)).toBe("no");
  });

  test("cannot look into another agent of its user", async () => {
    await machine.must(`systemctl start ${agentOf(OTHERS)}`);
    const pid = await pidOf(machine, agentOf(OTHERS));
    const said = await asAgent(`ls /proc/${pid}/root/ || cat /proc/${pid}/environ || echo no`);
    expect(said).toEndWith("no");
    expect(said).not.toContain("MISSION_ID");
  });

  test("can beat from a shell of its user, which cannot lock the root", async () => {
    const lock = "flock -n /var/missions true";
    expect((await machine.sh(`cd ${CELL}/worktree && heartbeat`, "mission-agent")).code).toBe(0);
    expect((await machine.sh(lock, "mission-agent")).code).not.toBe(0);
    expect((await machine.sh(lock, "lazarus-pit")).code).toBe(0);
  });

  test("is not started for a cell that is not there", async () => {
    expect((await machine.sh(`systemctl start ${agentOf(idOf(9))}`)).code).not.toBe(0);
  });
});

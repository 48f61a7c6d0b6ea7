/**
 * The rule of config/polkit under a polkitd that really runs: the daemon's user may restart
 * agents, and nothing else.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { agentOf, putInPlace } from "../tools/in-place.ts";
import { type Machine, machines, noMachine } from "../tools/machine.ts";

const ID = idOf(1);
const UNIT = agentOf(ID);

const boot = machines();
let machine: Machine;

const asDaemon = (script: string) => machine.sh(script, "lazarus-pit");

describe.skipIf(noMachine !== "")(`the polkit rule${noMachine}`, () => {
  beforeAll(async () => {
    machine = await boot();
    await putInPlace(machine);
    await machine.must(`init-cell ${ID} --user mission-agent --group lazarus-pit`);
  }, 600_000);

  test.each(["start", "restart"])("lets lazarus-pit %s the agent of a cell", async (verb) => {
    await machine.must(`systemctl stop ${UNIT}`);
    const { code } = await asDaemon(`systemctl --no-ask-password ${verb} ${UNIT}`);
    expect(code).toBe(0);
    expect(await machine.must(`systemctl is-active ${UNIT}`)).toBe("active");
  });

  test.each([
    `stop ${UNIT}`,
    `kill ${UNIT}`,
    `reload-or-restart ${UNIT}`,
    `isolate ${UNIT}`,
    `set-property --runtime ${UNIT} MemoryMax=1M`,
    "restart dbus.service",
    "restart lazarus-health.service",
    "start lazarus-scan.service",
    "start mission-cells.target",
    "restart mission-cell@../x",
    "restart mission-cell@x.service",
    `restart mission-cell@${ID}-x.service`,
    `restart mission-cell@${ID.toUpperCase()}.service`,
    `restart ${UNIT}.service`,
    `restart x-${UNIT}`,
    `restart mission-cell@${ID}.target`,
    `enable ${UNIT}`,
    "daemon-reload",
    "poweroff",
  ])("does not let it %s", async (words) => {
    const { code, stderr } = await asDaemon(`systemctl --no-ask-password ${words}`);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/authentication required|Access denied|may not be isolated/i);
  });

  test("does not let it put a command of its own in an agent's place", async () => {
    const { code, stderr } = await asDaemon(
      `systemd-run --no-ask-password --unit=${agentOf(idOf(9))} --uid=root touch /run/mark`,
    );
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/authentication required/);
  });

  test.each(["lazarus-health", "mission-agent"])("gives %s nothing", async (user) => {
    const { code } = await machine.sh(`systemctl --no-ask-password restart ${UNIT}`, user);
    expect(code).not.toBe(0);
  });
});

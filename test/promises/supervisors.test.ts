/**
 * supervise under s6 and runit, with the service directories of config/, as ordinary processes
 * of a machine of their own.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { CONFIG, putInPlace, REPORT } from "../tools/in-place.ts";
import { type Machine, machines, noMachine } from "../tools/machine.ts";
import { lacking } from "../tools/needs.ts";

const SERVICE = "/run/scan/lazarus-pit";
const AGENT = "/run/scan/agent";
const LOG = "/var/log/lazarus-pit/current";

/** The command lines of each supervisor. */
const SUPERVISORS = [
  {
    name: "s6",
    program: "s6-svscan",
    start: "s6-svscan /run/scan",
    isReady: `test "$(s6-svstat -o ready ${SERVICE})" = true`,
    pid: `s6-svstat -o pid ${SERVICE}`,
    reload: `s6-svc -h ${SERVICE}`,
    stop: `s6-svc -wd -T 10000 -d ${SERVICE}`,
    ending: `s6-svstat -o exitcode,signal ${SERVICE}`,
    endedWell: "0 NA",
    restartAgent: `s6-svc -r ${AGENT}`,
  },
  {
    name: "runit",
    program: "runsvdir",
    start: "runsvdir /run/scan",
    isReady: `sv check ${SERVICE}`,
    pid: `cat ${SERVICE}/supervise/pid`,
    reload: `sv hup ${SERVICE}`,
    stop: `sv -w 10 down ${SERVICE}`,
    ending: `sv status ${SERVICE} | cut -d: -f1`,
    endedWell: "down",
    restartAgent: `sv restart ${AGENT}`,
  },
];

const boot = machines();

describe.each(SUPERVISORS)("under $name", (supervisor) => {
  const { name, isReady, pid } = supervisor;
  const missing = noMachine || lacking(supervisor.program);
  let machine: Machine;

  beforeAll(async () => {
    if (missing !== "") return;
    machine = await boot();
    await putInPlace(machine);
    await machine.must(`init-cell ${idOf(1)} --group lazarus-pit
      install -d -o lazarus-pit -g lazarus-pit /var/log/lazarus-pit
      mkdir -p ${AGENT} && cp -r /mnt/config/${name}/lazarus-pit /run/scan/
      printf '#!/bin/sh\\nexec sleep 1000\\n' >${AGENT}/run && chmod 755 ${AGENT}/run
      systemd-run --quiet --unit=supervisor ${supervisor.start}`);
  }, 600_000);

  test.skipIf(missing !== "")(`is ready once it has looked at the cells${missing}`, async () => {
    await machine.until(isReady);
    const report: unknown = JSON.parse(await machine.must(`cat ${REPORT}`));
    expect(report).toMatchObject({ summary: { total: 1 } });
    expect(await machine.must(`stat -c %U /proc/$(${pid})`)).toBe("lazarus-pit");
  });

  test.skipIf(missing !== "")(`what it says is in its log${missing}`, async () => {
    await machine.must(`echo '{"no_such_key": 1}' >${CONFIG} && ${supervisor.reload}`);
    await machine.until(`grep -q no_such_key ${LOG}`);
    await machine.must(`rm ${CONFIG} && ${supervisor.reload}`);
  });

  test.skipIf(missing !== "")(`comes back when it is killed${missing}`, async () => {
    const first = await machine.must(pid);
    await machine.signal(first, "KILL");
    await machine.until(`now=$(${pid}); test $now -gt 0 && test $now != ${first}`);
    await machine.until(isReady);
  });

  test.skipIf(missing !== "")(`may restart an agent given the right to${missing}`, async () => {
    const [rights = ""] =
      /(?<=^# {3})\S.* <service>.*$/m.exec(
        await machine.must(`cat /mnt/config/${name}/lazarus-pit/run`),
      ) ?? [];
    expect((await machine.sh(supervisor.restartAgent, "lazarus-pit")).code).not.toBe(0);
    await machine.must(rights.replaceAll("<service>", AGENT));
    await machine.must(supervisor.restartAgent, "lazarus-pit");
  });

  test.skipIf(missing !== "")(`ends in good order when it is stopped${missing}`, async () => {
    await machine.must(supervisor.stop);
    expect(await machine.must(supervisor.ending)).toBe(supervisor.endedWell);
    expect((await machine.sh("pgrep -u lazarus-pit -f supervise")).code).toBe(1);
  });
});

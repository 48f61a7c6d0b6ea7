/**
 * The units of config/systemd, put in place as lib/docs/operations.md says, under a systemd that really
 * runs; and the lines for cron.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import type { ReportCell } from "../../lib/contract/report.ts";
import { idOf } from "../tools/cells.ts";
import { dropIn, pidOf, putInPlace, REPORT } from "../tools/in-place.ts";
import { type Machine, machines, noMachine } from "../tools/machine.ts";
import { lacking } from "../tools/needs.ts";
import { documentBlock } from "../tools/documents.ts";

const ID = idOf(1);
const CELL = `/var/missions/${ID}`;
const BEATS = "/var/lib/lazarus-pit/heartbeats";
const ENDPOINT = "lazarus-health.service";
const ASK = "curl -fsS --unix-socket /run/lazarus-pit/health.sock http://localhost";

const boot = machines();
let machine: Machine;

const missing = noMachine || lacking("curl");
describe.skipIf(missing !== "")(`under systemd${missing}`, () => {
  beforeAll(async () => {
    machine = await boot();
    await putInPlace(machine);
    await machine.must(`init-cell ${ID} --user mission-agent --group lazarus-pit`);
  }, 600_000);

  test("systemd finds nothing wrong with any unit", async () => {
    const units = await machine.must(
      "find /mnt/config/systemd -maxdepth 1 -type f -printf '%f\\n'",
    );
    expect(units.split("\n")).toHaveLength(8);
    const verify = `systemd-analyze verify --man=no ${units.replaceAll("\n", " ")}`;
    const said = await machine.sh(`cd /etc/systemd/system && ${verify}`);
    expect(said).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("lazarus-scan.timer makes a report that all may read, and a beat of its own", async () => {
    // Each second, so that nobody waits for a minute to begin.
    await dropIn(machine, "lazarus-scan.timer", "[Timer]", "OnCalendar=", "OnCalendar=*:*:*");
    await machine.must("systemctl start lazarus-scan.timer");
    const report = await machine.until(`cat ${REPORT}`);
    expect(JSON.parse(report)).toMatchObject({ summary: { total: 1, healthy: 1 } });
    const beat = await machine.until(`cat ${BEATS}/lazarus_pit.last`);
    expect(JSON.parse(beat)).toMatchObject({ job: "lazarus_pit", status: "ok" });
    await machine.must("systemctl stop lazarus-scan.timer");
    const modes = await machine.must(`stat -c '%A %U %G' ${REPORT} ${BEATS}`);
    expect(modes).toBe("-rw-r--r-- lazarus-pit lazarus-pit\ndrwxrws--T lazarus-pit lazarus-jobs");
  });

  test.each([
    ["SystemCallFilter=~openat2:EPERM", "openat"],
    ["SystemCallFilter=~openat2:ENOSYS", "openat"],
    ["MemoryDenyWriteExecute=yes", "proc"],
  ])(
    "a unit with %s reads cells by %s, says so, and gives the same verdict",
    async (line, plan) => {
      const unit = `systemd-run --wait --pipe --quiet --property=${line}`;
      const told: unknown = JSON.parse(await machine.must(`${unit} lazarus-pit --version --json`));
      expect(told).toMatchObject({
        syscalls: plan,
        syscalls_why: expect.stringContaining(" here"),
      });
      const verdict = async (before: string) => {
        const scan = `${before} scan --root /var/missions --ndjson`;
        const { status, problems } = JSON.parse(await machine.must(scan)) as ReportCell;
        return { status, problems };
      };
      expect(await verdict(unit)).toEqual(await verdict(""));
    },
  );

  test("a job of a member of lazarus-jobs is seen by the endpoint, and he sees no cell", async () => {
    await machine.must("useradd --no-create-home --groups lazarus-jobs backup-user");
    const job = await machine.sh("heartbeat run --job backup --period 1d -- true", "backup-user");
    expect(job).toEqual({ code: 0, stdout: "", stderr: "" });
    await machine.must(`systemctl start ${ENDPOINT}`);
    const jobs = JSON.parse(await machine.until(`${ASK}/v1/jobs`)) as { jobs: object[] };
    expect(jobs.jobs).toContainEqual(expect.objectContaining({ job: "backup", health: "on-time" }));
    expect((await machine.sh(`ls ${CELL}`, "backup-user")).code).not.toBe(0);
  });

  test("lazarus-health.service answers on its socket, and its group alone", async () => {
    await machine.must(`systemctl start ${ENDPOINT}`);
    const report = await machine.until(`${ASK}/v1/report`);
    expect(JSON.parse(report)).toMatchObject({ summary: { total: 1 } });
    expect((await machine.sh(`${ASK}/livez`, "lazarus-health")).code).toBe(0);
    expect((await machine.sh(`${ASK}/livez`, "mission-agent")).code).not.toBe(0);
  });

  test("lazarus-health-proxy.socket answers on its port, and starts the endpoint", async () => {
    await machine.must(`systemctl stop ${ENDPOINT} && systemctl start lazarus-health-proxy.socket`);
    // The first connection starts both, and may be closed until they are ready.
    const report = await machine.until("curl -fsS http://127.0.0.1:8471/v1/report");
    expect(JSON.parse(report)).toMatchObject({ summary: { total: 1 } });
    await machine.must("systemctl stop lazarus-health-proxy.socket lazarus-health-proxy.service");
  });

  test("lazarus-health.service comes back when it is killed", async () => {
    const first = await pidOf(machine, ENDPOINT);
    await machine.signal(first, "KILL");
    await machine.until(`now=$(systemctl show --property=MainPID --value ${ENDPOINT})
      test $now != 0 && test $now != ${first}`);
    await machine.until(`${ASK}/readyz`);
  });

  test("the lines of config/cron/lazarus-pit do what it says", async () => {
    const lines = await machine.must("grep '^[*]' /mnt/config/cron/lazarus-pit");
    const [report = "", check = ""] = lines.split("\n").map((line) => line.split("root")[1] ?? "");
    await machine.must(`rm -f ${REPORT}; ${report}`);
    expect(await machine.must(`cat ${REPORT}`)).toContain(ID);
    // Silence where all is well: what it prints is what cron mails.
    expect(await machine.must(check)).toBe("");
    await machine.must(`mv ${CELL}/meta ${CELL}/beta`);
    expect(await machine.must(check)).toContain("CRITICAL");
    await machine.must(`mv ${CELL}/beta ${CELL}/meta`);
  });

  test("the documents' daemon, endpoint and agent come to life, and a boot starts them", async () => {
    await machine.must(documentBlock("sh", "--user mission-agent"));
    await machine.until("scan --json | grep -q 'Fix the flaky tests'");
    const unit = await machine.must("cd /etc/systemd/system/mission-cells.target.wants && ls");
    expect(unit).toMatch(/^mission-cell@[-0-9a-f]{36}\.service$/);
    const units = `lazarus-pit.service ${ENDPOINT} mission-cells.target ${unit}`;
    expect(await machine.must(`systemctl is-active ${units} | sort -u`)).toBe("active");
    expect(await machine.must(`systemctl is-enabled ${units} | sort -u`)).toBe("enabled");
  });

  test("taken away as lib/docs/operations.md says, nothing of it runs, and the cells stay", async () => {
    await machine.must(documentBlock("sh", "systemctl disable"));
    const left = "systemctl list-units --all --plain --no-legend 'lazarus-*' 'mission-cell*'";
    expect(await machine.must(`${left}; pgrep -f [l]azarus-pit || true`)).toBe("");
    expect((await machine.sh("find /etc -name '*lazarus*' -o -name '*mission*'")).stdout).toBe(
      "/etc/lazarus-pit\n",
    );
    expect(await machine.must("find /usr/local/bin -name '*lazarus*' -o -lname '*lazarus*'")).toBe(
      "",
    );
    await machine.must(`test -f ${CELL}/meta/mission.json`);
  });
});

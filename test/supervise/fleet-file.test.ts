/**
 * `fleet.json`: what a host's report, `supervise status` and `--plan` take from it.
 */
import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostClock } from "../../lib/host/clock.ts";
import { hostName, processIdentity } from "../../lib/host/host.ts";
import { type DaemonStatus, writeDaemonStatus } from "../../lib/supervise/revive/daemon-status.ts";
import { factsInFile, memberInFile } from "../../lib/supervise/revive/fleet-file-facts.ts";
import {
  type FleetFile,
  readFleetFile,
  removeFleetFile,
  writeFleetFile,
} from "../../lib/supervise/revive/fleet-file.ts";
import { idOf } from "../tools/cells.ts";
import { scratch } from "../tools/program.ts";

const here = scratch();
const clock = hostClock();

/** The account of a daemon with a round a second. */
const accountAt = (at: string): DaemonStatus => ({
  schema_version: 1,
  at,
  started_at: "2026-01-31T12:00:00.000Z",
  pid: 1,
  version: "1.0.0",
  host: "alpha",
  root: "/missions",
  interval_seconds: 1,
  failure: null,
  policies: [],
  notifies: false,
  running: [],
  plan: [],
  planned: 0,
});

/** An empty store, with the file of a host that etcd has just confirmed. */
function storeWith(differs: Partial<FleetFile> = {}) {
  const stateDir = mkdtempSync(join(here, "state-"));
  const storeDir = join(stateDir, "store");
  mkdirSync(storeDir);
  const state = { stateDir, storeDir, root: "/missions" };
  const file: FleetFile = {
    schema_version: 1,
    name: "alpha",
    alone_seconds: 3600,
    confirmed: {
      at: clock.now().toISOString(),
      boot_id: clock.bootId,
      uptime_seconds: clock.uptime(),
    },
    missions: { [idOf(1)]: { home: "alpha" } },
    ...differs,
  };
  writeFleetFile(state, file);
  return { state, file, path: join(storeDir, "fleet.json") };
}

describe("fleet.json", () => {
  test("is one JSON object, and is read as it was written", () => {
    const hold = { at: clock.now().toISOString(), reason: '\n","missions":{' };
    const { state, file } = storeWith({ hold, fault: "denied" });
    expect(readFleetFile(state)).toEqual(file);
    expect(factsInFile(state, clock)?.(idOf(1))).toMatchObject({
      hold,
      home: "alpha",
      isConfirmed: false,
    });
    expect(memberInFile(state, clock)).toMatchObject({ state: "alone" });
    removeFleetFile(state);
    expect(readFleetFile(state)).toBeUndefined();
  });

  test("of a daemon that does not run calls its host stopped, not joined", () => {
    const { state } = storeWith();
    expect(memberInFile(state, clock, true)).toMatchObject({ state: "joined" });
    expect(memberInFile(state, clock, false)).toMatchObject({ state: "holding", warning: true });
    const account = (secondsAgo: number) => {
      const at = new Date(clock.now().getTime() - 1000 * secondsAgo).toISOString();
      writeDaemonStatus(state, accountAt(at));
      return memberInFile(state, clock);
    };
    expect(account(3)).toMatchObject({ state: "joined" });
    expect(account(10)?.text).toMatch(
      /^In the fleet as alpha: holding, and revives nothing: supervise does not run here, or hangs: its last round ended at 20/,
    );
  });

  test("of a process that has ended calls its host stopped at once", async () => {
    const writer = Bun.spawn(["sleep", "600"]);
    const { state } = storeWith({ host: hostName(), process: processIdentity(writer.pid) });
    writeDaemonStatus(state, accountAt(clock.now().toISOString()));
    expect(memberInFile(state, clock)).toMatchObject({ state: "joined" });
    writer.kill("SIGKILL");
    await writer.exited;
    expect(memberInFile(state, clock)).toMatchObject({
      state: "holding",
      text: expect.stringContaining(`: its supervise, process ${writer.pid}, has ended. Next: `),
    });
  });

  // [what differs from a process that has ended here]
  test.each([
    ["another host", { host: "elsewhere" }],
    [
      "another pid namespace",
      { process: { boot_id: clock.bootId, pid: 1, pid_namespace: "pid:[1]" } },
    ],
    ["a pid namespace that is not known", { process: { boot_id: clock.bootId, pid: 4194304 } }],
  ])("of a process of %s is taken for that of one that runs", (_where, differs) => {
    const gone = { boot_id: "another", pid: 1, pid_namespace: "pid:[1]" };
    const { state } = storeWith({ host: hostName(), process: gone, ...differs });
    expect(memberInFile(state, clock)).toMatchObject({ state: "joined" });
  });

  test("of a daemon that was stopped says nothing of its host", () => {
    const { state } = storeWith({ confirmed: null, stopped: true });
    expect(memberInFile(state, clock)).toBeUndefined();
    expect(factsInFile(state, clock)?.(idOf(1))).toMatchObject({ isConfirmed: false });
  });

  test("gives no name that is not a host's to a report", () => {
    const { state } = storeWith({ name: "a\u202e/etc\u001b[31m" });
    expect(memberInFile(state, clock)).toBeUndefined();
    expect(readFleetFile(state)).toBe("unreadable");
  });

  test("does not block as a FIFO, and is not read to its end if it is too long", () => {
    const { state, path, file } = storeWith();
    writeFileSync(path, `${" ".repeat(17 * 1024 * 1024)}${JSON.stringify(file)}`);
    expect([memberInFile(state, clock), readFleetFile(state)]).toEqual([undefined, "unreadable"]);
    removeFleetFile(state);
    expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
    expect([memberInFile(state, clock), readFleetFile(state)]).toEqual([undefined, "unreadable"]);
  });

  test.skipIf(process.geteuid?.() !== 0)(
    "is not trusted as a file of another user where all may write",
    () => {
      const { state, path } = storeWith();
      chmodSync(state.storeDir, 0o777);
      expect(memberInFile(state, clock)).toMatchObject({ state: "joined" });
      chownSync(path, 12_345, 12_345);
      expect([memberInFile(state, clock), readFleetFile(state)]).toEqual([undefined, "unreadable"]);
    },
  );

  test("tells the host's part without its missions, of which there may be thousands", () => {
    const { state, path } = storeWith();
    const [head = ""] = JSON.stringify(readFleetFile(state)).split(',"missions":');
    writeFileSync(path, `${head},\n"missions": not read`);
    expect(memberInFile(state, clock)).toMatchObject({ state: "joined" });
    expect(readFleetFile(state)).toBe("unreadable");
  });
});

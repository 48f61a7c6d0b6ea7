import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { livenessOf } from "../../lib/host/host.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { type Form, ONE_FORM } from "../tools/program.ts";
import {
  DEAD,
  namesIn,
  type Place,
  placeOf,
  rounds,
  stopDaemons,
  until,
} from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** Long enough that no second attempt is made in a test. */
const ONCE = { delay_seconds: 600 };
/** A cell beside the one of the test, for which the same policy has its command run. */
const CONTROL = idOf(9);

/** A place with one dead cell, whose policy runs `command`. */
function deathbed(policy: object, heartbeat: object = {}): Place {
  const place = placeOf();
  writeCell(place.root, ID, { ...DEAD, heartbeat: { ...DEAD.heartbeat, ...heartbeat } });
  place.configure({ revive: [{ command: place.DO, ...ONCE, ...policy }] });
  return place;
}

/** Lets the daemon come to the control's attempt, and two rounds beyond. */
async function controlled(place: Place, form: Form): Promise<void> {
  writeCell(place.root, CONTROL, { ...DEAD, mission: { labels: { team: "a" } } });
  place.start(form);
  await until(() => place.done().includes(`${CONTROL} 1`));
  await rounds(place);
}

/** The files of attempts, without that of a running command's process. */
const attemptsOf = (place: Place) =>
  namesIn(join(place.folder, "attempts", ID))
    .filter((name) => !name.endsWith(".worker.json"))
    .toSorted();
const attempted = (place: Place) => place.events().filter(({ event }) => event === "attempted");

describe.each(ONE_FORM)("supervise (%s)", (form) => {
  test.concurrent(
    "runs the policy's command once for a dead mission, and keeps how it ended",
    async () => {
      const place = deathbed({});
      const before = readFileSync(join(place.root, ID, CELL_FILES.mission), "utf8");
      place.start(form);
      await until(() => attempted(place).length === 1);
      await rounds(place);
      expect(place.done()).toEqual([`${ID} 1`]);
      expect(attemptsOf(place)).toEqual([
        expect.stringMatching(/^[0-9a-f]{16}-0001\.claim\.json$/),
        expect.stringMatching(/^[0-9a-f]{16}-0001\.outcome\.json$/),
      ]);
      expect(attempted(place)).toMatchObject([{ mission_id: ID, attempt: 1, exit_code: 0 }]);
      const log = readFileSync(join(place.root, ID, CELL_FILES.log), "utf8");
      expect(log.match(/"program":"supervise","event":"revive","attempt":1/g)).toHaveLength(1);
      expect(readFileSync(join(place.root, ID, CELL_FILES.mission), "utf8")).toBe(before);
    },
  );

  test.concurrent(
    "does nothing before it has itself seen the same beat for the whole limit",
    async () => {
      const place = deathbed({});
      writeCell(place.root, ID, { ...DEAD, config: { stale_after_seconds: 4 } });
      const started = performance.now();
      place.start(form);
      await until(() => place.done().length === 1);
      expect(performance.now() - started).toBeGreaterThan(4000);
    },
  );

  test.concurrent.each([
    ["a beat of another host", {}, { host: "elsewhere" }],
    ["a beat that lies in the future", {}, { timestamp: "2999-01-01T00:00:00Z" }],
    ["an agent that said it was exiting", {}, { state: "exiting" }],
    ["labels that it does not have", { match: { labels: { team: "a" } } }, {}],
  ])("does nothing for %s", async (_, policy, heartbeat) => {
    const place = deathbed(policy, heartbeat);
    await controlled(place, form);
    expect(place.report().summary.stale).toBe(2);
    expect(place.done()).toEqual([`${CONTROL} 1`]);
    expect(attemptsOf(place)).toEqual([]);
  });

  test.concurrent("acts for a beat that names no host", async () => {
    const place = deathbed({}, { host: undefined });
    place.start(form);
    await until(() => place.done().length === 1);
  });

  test.concurrent("does nothing for a mission that is paused, ended or broken", async () => {
    const place = deathbed({ match: { codes: ["heartbeat-old", "never-beat", "exited"] } });
    writeCell(place.root, ID, { ...DEAD, status: "paused" });
    writeCell(place.root, idOf(2), { ...DEAD, status: "failed" });
    writeFileSync(join(writeCell(place.root, idOf(3), DEAD), CELL_FILES.mission), "{");
    mkdirSync(join(place.root, idOf(4)));
    await controlled(place, form);
    expect(place.done()).toEqual([`${CONTROL} 1`]);
  });

  test.concurrent("gives the command the cell, and keeps the end of what it says", async () => {
    // stdout and stderr are two pipes: after the pause, the line on stderr falls into no line of stdout.
    const say = 'seq 5000; env | grep ^MISSION_; pwd; sleep 0.5; echo "$0" {mission_id} >&2';
    const place = deathbed({ command: ["sh", "-c", say, "{mission_id}"] });
    place.start(form);
    await until(() => attempted(place).length === 1);
    const folder = join(place.folder, "attempts", ID);
    const [claim, outcome] = attemptsOf(place).map(
      (name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, unknown>,
    );
    expect(claim).toMatchObject({ command: ["sh", "-c", say.replace("{mission_id}", ID), ID] });
    const tail = String(outcome?.["log_tail"]);
    expect(tail.length).toBeLessThanOrEqual(10_240);
    for (const said of [
      "5000",
      `MISSION_ID=${ID}`,
      `MISSION_CELL=${place.root}/${ID}`,
      `MISSION_ROOT=${place.root}`,
      "MISSION_STATUS=stale",
      "MISSION_PROBLEM=heartbeat-old",
      "MISSION_ATTEMPT=1",
      "/",
      `${ID} ${ID}`,
    ])
      expect(tail.split("\n")).toContain(said);
  });

  test.concurrent("makes the next attempt after the wait, with the next number", async () => {
    const place = deathbed({ delay_seconds: 2, jitter: 0 });
    place.start(form);
    await until(() => place.done().length === 2);
    expect(place.done()).toEqual([`${ID} 1`, `${ID} 2`]);
  });

  test.concurrent("makes no more attempts in a round than its budget", async () => {
    const place = deathbed({ budget_per_round: 1 });
    for (const n of [2, 3]) writeCell(place.root, idOf(n), DEAD);
    place.start(form);
    await until(() => place.done().length === 3);
    const moments = [1, 2, 3].map((n) => {
      const folder = join(place.folder, "attempts", idOf(n));
      const claim = namesIn(folder).find((name) => name.endsWith(".claim.json")) ?? "";
      return (JSON.parse(readFileSync(join(folder, claim), "utf8")) as { at: string }).at;
    });
    expect(new Set(moments).size).toBe(3);
  });

  test.concurrent("ends a command that takes too long, and all that it started", async () => {
    const place = placeOf();
    const pids = join(place.here, "pids");
    writeCell(place.root, ID, DEAD);
    const command = ["sh", "-c", `sleep 60 & echo $! >>${pids}; echo $$ >>${pids}; wait`];
    place.configure({ revive: [{ command, ...ONCE, timeout_seconds: 2 }] });
    place.start(form);
    await until(() => attempted(place).length === 1);
    expect(attempted(place)).toMatchObject([
      { timed_out: true, exit_code: null, signal: "SIGKILL" },
    ]);
    const boot_id = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const started = readFileSync(pids, "utf8").trim().split("\n").map(Number);
    expect(started).toHaveLength(2);
    expect(
      started.filter((pid) => livenessOf({ boot_id, pid }) !== "gone" && !isZombie(pid)),
    ).toEqual([]);
  });

  test.concurrent(
    "goes on with its rounds while a command hangs, and starts no other for that cell",
    async () => {
      const place = deathbed({ command: ["sleep", "600"], delay_seconds: 1, timeout_seconds: 600 });
      const daemon = place.start(form);
      await until(() => attemptsOf(place).length === 1);
      await rounds(place, 3);
      expect(attemptsOf(place)).toHaveLength(1);
      expect(await daemon.stop()).toMatchObject({ code: 0 });
    },
  );

  test.concurrent(
    "ends a command that hangs, and keeps that, when it is told twice to stop",
    async () => {
      const place = deathbed({ command: ["sleep", "600"], timeout_seconds: 600 });
      const socket = join(place.here, "s");
      const daemon = place.start(form, `--listen=unix:${socket}`);
      await until(() => attemptsOf(place).length === 1);
      daemon.signal("SIGINT");
      // The daemon removes its socket when it handles the first signal; the next signal is the second one.
      await until(() => !existsSync(socket));
      expect(attemptsOf(place)).toHaveLength(1);
      daemon.signal("SIGINT");
      expect(await daemon.exited).toBe(0);
      expect(attempted(place)).toMatchObject([{ exit_code: null, signal: "SIGKILL" }]);
    },
  );

  test.concurrent("quarantines a cell whose command ends with 125, for good", async () => {
    const place = deathbed({ command: ["sh", "-c", "exit 125"], delay_seconds: 1 });
    const daemon = place.start(form);
    await until(() => place.events().some(({ event }) => event === "quarantined"));
    await rounds(place);
    expect(attempted(place)).toMatchObject([{ exit_code: 125 }]);
    await daemon.stop();
    const { stdout } = await place.call(form, "--plan");
    expect(stdout).toContain("not now (quarantined)");
  });

  test.concurrent("keeps how an attempt ended once the disk lets it", async () => {
    const place = deathbed({});
    const folder = join(place.folder, "attempts", ID);
    const block = `for claim in '${folder}'/*.claim.json; do mkdir "\${claim%claim.json}outcome.json"; done`;
    const command = ["sh", "-c", `${block}; exit 125`];
    place.configure({ revive: [{ command, delay_seconds: 1 }] });
    const daemon = place.start(form);
    await until(() => daemon.said().includes("Cannot write"));
    expect(attempted(place)).toEqual([]);
    const outcome = attemptsOf(place).find((name) => name.endsWith(".outcome.json")) ?? "";
    rmdirSync(join(folder, outcome));
    await until(() => place.events().some(({ event }) => event === "quarantined"));
    expect(attempted(place)).toMatchObject([{ attempt: 1, exit_code: 125 }]);
    expect(attemptsOf(place)).toHaveLength(2);
    await daemon.stop();
    const { stdout } = await place.call(form, "--plan");
    expect(stdout).toContain("not now (quarantined)");
  });

  test.concurrent("does not take a mission for well that has not beaten since", async () => {
    const policy = { delay_seconds: 1, jitter: 0, attempts: 1, reset_after_seconds: 1 };
    const place = deathbed(policy);
    const revive = [{ command: place.DO, ...policy }];
    const daemon = place.start(form);
    await until(() => attempted(place).length === 1);
    place.configure({ revive, stale_after_seconds: 3600 });
    daemon.signal("SIGHUP");
    await until(() => place.report().summary.healthy === 1);
    await rounds(place, 3);
    place.configure({ revive });
    daemon.signal("SIGHUP");
    await until(() => place.report().summary.stale === 1);
    await rounds(place, 1);
    const { stdout } = await place.call(form, "--plan");
    expect(stdout).toContain("not now (breaker)");
  });

  test.concurrent("keeps an attempt whose command could not be started", async () => {
    const place = deathbed({ command: ["/nowhere/revive"] });
    place.start(form);
    await until(() => attempted(place).length === 1);
    const reason = 'cannot start "/nowhere/revive": no such file or directory (ENOENT)';
    expect(attempted(place)).toMatchObject([{ exit_code: null, reason }]);
  });

  test.concurrent("history shows what a failed command said last", async () => {
    const place = deathbed({
      command: ["sh", "-c", "echo first; echo 'no such unit' >&2; exit 5"],
    });
    const daemon = place.start(form);
    await until(() => attempted(place).length === 1);
    await daemon.stop();
    const { stdout } = await place.call(form, "history", ID);
    expect(stdout).toMatch(/: ended with 5 after \S+; its output ends with "no such unit"$/m);
  });

  test.concurrent(
    "starts nothing for a mission whose attempts cannot be read, but for others",
    async () => {
      const place = deathbed({});
      writeCell(place.root, idOf(2), DEAD);
      mkdirSync(join(place.folder, "attempts"), { recursive: true });
      writeFileSync(join(place.folder, "attempts", ID), "");
      const daemon = place.start(form);
      await until(() => place.done().length > 0);
      await rounds(place);
      expect(place.done()).toEqual([`${idOf(2)} 1`]);
      expect((await daemon.stop()).code).toBe(0);
      const { stdout } = await place.call(form, "--plan");
      expect(stdout).toContain("not now (attempts): the attempts so far cannot be read");
    },
  );

  test.concurrent(
    "starts no second command while one runs, whatever an operator releases",
    async () => {
      const place = placeOf();
      const started = join(place.here, "started");
      writeCell(place.root, ID, DEAD);
      const command = ["sh", "-c", `echo x >>${started}; exec sleep 600`];
      place.configure({ revive: [{ command, delay_seconds: 1 }] });
      place.start(form);
      await until(() => existsSync(started));
      await place.call(form, "release", ID);
      await rounds(place, 3);
      expect(readFileSync(started, "utf8")).toBe("x\n");
    },
  );

  test.concurrent("gives an agent its whole age limit after a command that took long", async () => {
    const place = placeOf();
    const times = join(place.here, "times");
    writeCell(place.root, ID, DEAD);
    const command = ["sh", "-c", `sleep 3; date +%s%3N >>${times}`];
    place.configure({ revive: [{ command, delay_seconds: 1, jitter: 0 }] });
    place.start(form);
    await until(() => existsSync(times) && readFileSync(times, "utf8").split("\n").length > 2);
    const [first = 0, second = 0] = readFileSync(times, "utf8").split("\n").map(Number);
    // Two seconds of age limit, and three for the second command itself.
    expect(second - first).toBeGreaterThan(4900);
  });

  test.concurrent("does nothing before its silence counts", async () => {
    const place = placeOf();
    writeCell(place.root, ID, DEAD);
    place.configure({ fire_after: 5, revive: [{ command: place.DO, ...ONCE }] });
    place.start(form);
    await until(() => place.done().length === 1);
    expect(place.events()[0]).toMatchObject({ event: "changed", to: "stale" });
  });

  test.concurrent("sees a mission healthy again, with its work unchanged", async () => {
    const place = placeOf();
    const cell = writeCell(place.root, ID, DEAD);
    const work = join(cell, "worktree", "uncommitted");
    writeFileSync(work, "work");
    const beat = `{"timestamp": "%s", "state": "working", "interval_seconds": 900}`;
    const command = `printf '${beat}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$MISSION_CELL/new" && mv "$MISSION_CELL/new" "$MISSION_CELL/${CELL_FILES.heartbeat}"`;
    place.configure({ revive: [{ command: ["sh", "-c", command] }] });
    place.start(form);
    await until(() => place.events().some(({ from, to }) => from === "stale" && to === "healthy"));
    expect(existsSync(work)).toBe(true);
    expect(attemptsOf(place)).toHaveLength(2);
  });
});

function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

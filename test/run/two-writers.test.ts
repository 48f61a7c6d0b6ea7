/**
 * Two agents in one cell.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { isRecent, rememberWriter, startedFirst } from "../../lib/run/rules/two-writers.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { NOON } from "../tools/facts.ts";
import { lacking } from "../tools/needs.ts";
import { command, type Form, FORMS, scratch } from "../tools/program.ts";
import { eventuallyIs, makePlace, runWrapped, startRun } from "../tools/wrapped.ts";

const ID = idOf(1);
const here = scratch();
let count = 0;
const place = () => makePlace(join(here, `root-${count++}`), ID);
const sleep = ["--", "sleep", "600"];

/** Starts a run that beats each second, and waits for its first beat. */
async function first(form: Form) {
  const at = place();
  const child = startRun(form, [...at.places, ID, "--interval=1s", ...sleep]);
  await eventuallyIs(
    () => at.beat().runner?.pid,
    (pid) => pid === child.pid,
  );
  return { at, child };
}

/** Collects what a run says on stderr. */
function listen(child: { readonly stderr: AsyncIterable<Uint8Array> }): () => string {
  let said = "";
  void (async () => {
    for await (const chunk of child.stderr) said += Buffer.from(chunk).toString();
  })();
  return () => said;
}

const root = process.getuid?.() === 0;
const noHosts = root ? lacking("unshare") : " (skipped: needs root)";

describe.each(FORMS)("a second heartbeat run in a cell (%s)", (form) => {
  test.concurrent("says so, does not beat over the first, and takes over at its end", async () => {
    const { at, child } = await first(form);
    const second = startRun(form, [...at.places, ID, "--interval=1s", ...sleep]);
    const said = listen(second);
    const text = `another heartbeat run, process ${child.pid} since 20`;
    await eventuallyIs(said, (found) => found.includes(text));
    expect(said()).toContain("this run does not beat until that has ended");
    const { seq: before = 0 } = at.beat();
    const pids = new Set<number | undefined>();
    await eventuallyIs(
      () => {
        pids.add(at.beat().runner?.pid);
        return at.beat().seq ?? 0;
      },
      (seq) => seq > before + 3,
    );
    expect([...pids]).toEqual([child.pid]);
    child.kill("SIGKILL");
    await eventuallyIs(
      () => at.beat().runner?.pid,
      (pid) => pid === second.pid,
    );
    expect(at.beat().other_writer).toBeUndefined();
    second.kill("SIGTERM");
    await second.exited;
    expect(said().match(/another heartbeat run/g)).toHaveLength(1);
    expect(said()).toContain(`process ${child.pid} no longer beats: this run does now`);
  });

  test.concurrent("does not write the end of its command over the first", async () => {
    const { at, child } = await first(form);
    expect((await runWrapped(form, [...at.places, ID, "--", "sh", "-c", "exit 3"])).code).toBe(3);
    await runWrapped(form, [...at.places, ID, "--", "no-such-program"]);
    expect(at.beat()).toMatchObject({ state: "working", runner: { pid: child.pid } });
    child.kill("SIGTERM");
    await child.exited;
  });

  test.concurrent("starts nothing with --strict", async () => {
    const { at, child } = await first(form);
    const strict = [...at.places, ID, "--strict", "--", "echo", "started"];
    const refused = await runWrapped(form, strict);
    expect(refused).toMatchObject({ code: 75, stdout: "" });
    expect(refused.stderr).toMatch(
      /^heartbeat run: error: Cannot start in cell \S+: another heartbeat run, process \d+ since \S+, works there\nheartbeat run: hint: /,
    );
    expect(at.beat()).toMatchObject({ state: "working", runner: { pid: child.pid } });
    child.kill("SIGTERM");
    await child.exited;
    expect(await runWrapped(form, strict)).toMatchObject({ code: 0, stdout: "started\n" });
  });

  test.concurrent(
    "starts nothing with --strict beside an agent whose wrapper was killed",
    async () => {
      const { at, child } = await first(form);
      child.kill("SIGKILL");
      await child.exited;
      const { pid = 0 } = at.beat().process ?? {};
      const strict = await runWrapped(form, [...at.places, ID, "--strict", "--", "true"]);
      expect(strict.code).toBe(75);
      expect(strict.stderr).toContain(`another agent, process ${pid} since`);
      const { code, stderr } = await runWrapped(form, [...at.places, ID, "--", "true"]);
      expect(code).toBe(0);
      expect(stderr).toContain(`another agent, process ${pid} since`);
      expect(stderr).toContain("works in this cell as well");
      process.kill(pid, "SIGKILL");
    },
  );

  test.concurrent("inside the command of the first does not count as another agent", async () => {
    const at = place();
    const inner = [...command(form, "heartbeat"), "run", ...at.places, ID, "--strict"];
    const args = [...at.places, ID, "--interval=1s", "--", ...inner, "--", "echo", "started"];
    expect(await runWrapped(form, args)).toEqual({ code: 0, stdout: "started\n", stderr: "" });
  });

  test.concurrent.skipIf(noHosts !== "")(
    `on another host beats as well, and each names the other${noHosts}`,
    async () => {
      const { at, child } = await first(form);
      const run = [...command(form, "heartbeat"), "run", ...at.places, ID, "--interval=1s"];
      const script = 'echo other-host >/proc/sys/kernel/hostname; exec "$@"';
      const argv = ["unshare", "-u", "sh", "-c", script, "sh", ...run, ...sleep];
      const second = Bun.spawn(argv, { stderr: "pipe" });
      const said = listen(second);
      await eventuallyIs(
        () => at.beat(),
        ({ host, other_writer }) => host === "other-host" && other_writer !== undefined,
      );
      expect(said()).toContain("another agent beat in this cell, on host ");
      const theirs = await eventuallyIs(
        () => at.beat(),
        ({ host, other_writer }) => host !== "other-host" && other_writer !== undefined,
      );
      expect(theirs.other_writer).toMatchObject({
        host_name: "other-host",
        run_id: expect.any(String),
        at: expect.any(String),
      });
      expect(theirs.runner?.pid).toBe(child.pid);
      second.kill("SIGKILL");
      await second.exited;
      // After four intervals of silence.
      await eventuallyIs(
        () => at.beat(),
        ({ host, other_writer }) => host !== "other-host" && other_writer === undefined,
      );
      child.kill("SIGTERM");
      await child.exited;
    },
  );

  test.concurrent(
    "repeats the state that the agent wrote, but not one that another wrapper guessed",
    async () => {
      const { at, child } = await first(form);
      const ours = at.beat();
      const { runner: _runner, process: _process, ...plain } = ours;
      const put = (beat: object) =>
        writeFileSync(join(at.cell, CELL_FILES.heartbeat), JSON.stringify(beat));
      const other = { boot_id: "elsewhere", pid: 1, start_ticks: 1 };
      const foreign = { ...plain, host: "elsewhere", boot_id: "elsewhere", run_id: "x", pid: 1 };
      const next = (after: number) =>
        eventuallyIs(
          () => at.beat(),
          ({ seq = 0, host }) => seq > after && host === ours.host,
        );
      put({ ...foreign, seq: 100, state: "stuck", runner: other });
      expect(await next(100)).toMatchObject({
        state: "working",
        other_writer: { host_name: "elsewhere", pid: 1, run_id: "x" },
      });
      put({ ...plain, seq: 200, state: "waiting", message: "a question" });
      expect(await next(200)).toMatchObject({ state: "waiting", message: "a question" });
      put({ ...plain, seq: 300, state: "working" });
      expect(await next(300)).toMatchObject({ state: "working" });
      child.kill("SIGTERM");
      await child.exited;
    },
  );
});

describe("the rules", () => {
  const beat = { timestamp: NOON.toISOString(), state: "working", host: "h", pid: 3, run_id: "r" };

  test("another writer counts for four intervals, the longer ones, within the bound", () => {
    expect(rememberWriter(beat, 10, 100, 3600)).toEqual({
      otherWriter: { host_name: "h", pid: 3, run_id: "r", at: beat.timestamp },
      until: 140,
    });
    expect(rememberWriter({ ...beat, interval_seconds: 60 }, 10, 100, 3600).until).toBe(340);
    expect(rememberWriter({ ...beat, interval_seconds: 1e9 }, 10, 100, 3600).until).toBe(3700);
  });

  test.each([
    [40, true],
    [41, false],
    [-40, true],
    [-41, false],
  ])("a beat %d s before now is recent: %p", (age, isSo) => {
    expect(isRecent(beat, 10, new Date(NOON.getTime() + 1000 * age))).toBe(isSo);
  });

  test("of two runs, the earlier one keeps beating, whichever of the two checks", () => {
    const [one, other] = [
      { boot_id: "b", pid: 9, start_ticks: 5 },
      { boot_id: "b", pid: 4, start_ticks: 6 },
    ];
    expect([startedFirst(one, other), startedFirst(other, one)]).toEqual([true, false]);
    const same = { ...other, start_ticks: 5 };
    expect([startedFirst(one, same), startedFirst(same, one)]).toEqual([false, true]);
  });
});

/**
 * A user with the right to read, but not to write, cannot hold any of the toolkit's locks: flock(2)
 * needs no right to write, so every user who can open a file could hold its lock forever.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { asUser } from "../tools/privileges.ts";
import { command, run, scratch } from "../tools/program.ts";

/** Numbers that no host uses: an agent, the group that may read its cell, and a member of that group. */
const [AGENT, OBSERVERS, OBSERVER] = [60_601, 60_602, 60_603];
const STATUS_LOCK = "meta/.lazarus-pit.status.lock";

const lack = lacking("root", "flock", "setpriv");
const here = scratch();
chmodSync(here, 0o755);
let roots = 0;

const mission = (root: string, prefix: readonly string[], ...args: string[]) =>
  run([...prefix, ...command("executable", "mission"), idOf(1), ...args, `--root=${root}`]);

/** A root that anyone may list, with an active mission of the agent's in it. */
async function place(): Promise<{ root: string; cell: string }> {
  const root = join(here, `root-${roots++}`);
  mkdirSync(root);
  chmodSync(root, 0o755);
  const owner = [`--user=${AGENT}`, `--group=${OBSERVERS}`];
  const made = await run([
    ...command("executable", "init-cell"),
    idOf(1),
    ...owner,
    `--root=${root}`,
  ]);
  expect(made).toMatchObject({ code: 0 });
  expect(await mission(root, [], "activate")).toMatchObject({ code: 0 });
  return { root, cell: join(root, idOf(1)) };
}

/** Holds the lock of a file or directory until it is disposed of; `prefix` selects the user. */
async function holding(prefix: readonly string[], path: string, how = "-x") {
  const hold = ["flock", "--no-fork", how, path, "sh", "-c", "echo held; exec sleep 600"];
  const holder = Bun.spawn([...prefix, ...hold], { stdout: "pipe" });
  await holder.stdout.getReader().read();
  return { pid: holder.pid, [Symbol.dispose]: () => holder.kill("SIGKILL") };
}

describe.skipIf(lack !== "")(`the lock on a cell's status${lack}`, () => {
  const observer = asUser(OBSERVER, OBSERVERS);
  const agent = asUser(AGENT, AGENT);

  test.each([
    [CELL_FILES.log, "-s"],
    [CELL_FILES.log, "-x"],
    ["meta", "-x"],
  ])("is not a lock on a file or directory that observers can open: %s (%s)", async (path, how) => {
    const { root, cell } = await place();
    using _ = await holding(observer, join(cell, path), how);
    expect(await mission(root, [], "pause")).toMatchObject({ code: 0, stdout: "paused\n" });
    expect(await mission(root, agent, "resume")).toMatchObject({ code: 0, stdout: "active\n" });
    expect(readdirSync(join(cell, "meta"))).toEqual(["mission.json"]);
  });

  test("is ignored if its file can be opened by others", async () => {
    const { root, cell } = await place();
    writeFileSync(join(cell, STATUS_LOCK), "");
    using _ = await holding(observer, join(cell, STATUS_LOCK));
    expect(await mission(root, [], "pause")).toMatchObject({ code: 0, stdout: "paused\n" });
  });

  test("shows who holds it, where that is the agent", async () => {
    const { root, cell } = await place();
    await run([...agent, "sh", "-c", `umask 077; : >${join(cell, STATUS_LOCK)}`]);
    using held = await holding(agent, join(cell, STATUS_LOCK));
    const ended = await mission(root, [], "pause");
    expect(ended.code).toBe(75);
    expect(ended.stderr).toContain(`the process ${held.pid} of user ${AGENT} holds the lock`);
  });

  test.each([
    ["root", []],
    ["the agent", agent],
  ])("that a killed holder left is taken over, by %s", async (_, prefix) => {
    const { root, cell } = await place();
    await run([...agent, "sh", "-c", `umask 077; : >${join(cell, STATUS_LOCK)}`]);
    expect(await mission(root, prefix, "pause")).toMatchObject({ code: 0 });
    expect(existsSync(join(cell, STATUS_LOCK))).toBe(false);
  });

  const lackStrace = lacking("strace");
  test.skipIf(lackStrace !== "")(
    `that root leaves when it is killed is the agent's${lackStrace}`,
    async () => {
      const { root, cell } = await place();
      // Its first rename replaces mission.json, so at that call it holds the lock.
      const kill = ["strace", "-f", "-qq", "-o/dev/null", "-einject=rename:signal=SIGKILL"];
      await mission(root, kill, "pause");
      const left = statSync(join(cell, STATUS_LOCK));
      expect([left.uid, left.mode & 0o777]).toEqual([AGENT, 0o600]);
      expect(await mission(root, agent, "pause")).toMatchObject({ code: 0, stdout: "paused\n" });
      expect(existsSync(join(cell, STATUS_LOCK))).toBe(false);
    },
  );
});

const supervise = (root: string, state: string, prefix: readonly string[] = []) =>
  run([
    ...prefix,
    ...command("executable", "supervise"),
    "--once",
    `--root=${root}`,
    `--state-dir=${state}`,
    `--heartbeat-dir=${state}`,
  ]);
const stateOf = (root: string) => `${root}.state`;

describe.skipIf(lack !== "")(`the lock on a root${lack}`, () => {
  test("is ignored if a stranger holds it, and the stranger is reported", async () => {
    const { root } = await place();
    using held = await holding(asUser(AGENT), root);
    const ended = await supervise(root, stateOf(root));
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain(`the process ${held.pid} of user ${AGENT}`);
  });

  test("counts if root holds it, whatever store its process uses", async () => {
    const { root } = await place();
    using held = await holding([], root);
    const ended = await supervise(root, stateOf(root));
    expect(ended).toMatchObject({ code: 75 });
    expect(ended.stderr).toContain(`process ${held.pid} already supervises it`);
  });

  test("counts if its holder cannot be seen", async () => {
    const { root } = await place();
    const state = stateOf(root);
    mkdirSync(state);
    chmodSync(state, 0o777);
    using _ = await holding([], root);
    const ended = await supervise(root, state, asUser(OBSERVER));
    expect(ended).toMatchObject({ code: 75 });
    expect(ended.stderr).toContain("it is locked by a process that this user cannot see");
  });

  test("in the store can be opened by its owner and root alone", async () => {
    const { root } = await place();
    expect(await supervise(root, stateOf(root))).toMatchObject({ code: 0 });
    const lock = join(stateOf(root), "roots", encodeURIComponent(root), "supervise.lock");
    expect(statSync(lock).mode & 0o777).toBe(0o600);
  });
});

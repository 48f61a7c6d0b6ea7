/**
 * A hook never blocks, prints or fails, for any input and any state of its cell.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { shallowJson } from "../../lib/base/shallow-json.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, type Told, writeCell } from "../tools/cells.ts";
import { CAN_MOUNT, makeReadOnly, mountTmpfs, SPOILT } from "../tools/disk.ts";
import { lacking } from "../tools/needs.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, type Form, ONE_FORM, run, scratch } from "../tools/program.ts";
import { PYTHON } from "../tools/python.ts";
import { bareEnvironment } from "../tools/surroundings.ts";
import { contentOf, treeOf } from "../tools/tree.ts";
import { readBeat } from "../tools/wrapped.ts";

// The machine may be busy with other tests.
setDefaultTimeout(600_000);

const ID = idOf(1);
const SILENT = { code: 0, stdout: "", stderr: "" };
const STOP = JSON.stringify({ hook_event_name: "Stop" });
const here = scratch();
let count = 0;

function place(told: Told = { age: 9999, heartbeat: { seq: 7 } }, parent = here) {
  const root = join(parent, `root-${count++}`);
  const cell = writeCell(root, ID, told);
  return { root, cell, worktree: join(cell, "worktree"), log: join(cell, CELL_FILES.log) };
}

const hookArgs = (form: Form, root: string) => [
  ...command(form, "heartbeat"),
  "hook",
  `--root=${root}`,
];
const hook = (
  form: Form,
  root: string,
  input: string,
  env: Record<string, string> = { MISSION_ID: ID },
) => run(hookArgs(form, root), { input, env });

/** Runs a shell script in which `"$@"` is the hook. */
const inShell = (form: Form, root: string, script: string) =>
  run(["bash", "-c", script, "bash", ...hookArgs(form, root)], { env: { MISSION_ID: ID } });

const lackOfPython = lacking("python3");
const MEGA = 1024 * 1024;
const nested = (open: string, close: string, times: number) =>
  `{"hook_event_name":"Stop","x":${open.repeat(times)}${close.repeat(times)}}`;

describe.each(ONE_FORM)("input on stdin (%s)", (form) => {
  // One after the other: the hook reads for a few seconds at most, and many large inputs at once take longer.
  test.each<[string, () => string]>([
    ["lists in lists", () => nested("[", "]", 3 * MEGA)],
    ["objects in objects", () => nested('{"a":', "}", MEGA).replace(":}", ":1}")],
    [
      "a list of lists",
      () => nested("", "", 0).replace('"x":', `"x":[${"[],".repeat(2 * MEGA)}0]`),
    ],
    [
      "text full of braces",
      () => JSON.stringify({ hook_event_name: "Stop", x: "}".repeat(7 * MEGA) }),
    ],
    [
      "text full of quotes",
      () => JSON.stringify({ hook_event_name: "Stop", x: '\\"'.repeat(MEGA) }),
    ],
    ["white space around it", () => `${" \n".repeat(MEGA)}${STOP}${" \n".repeat(MEGA)}`],
    [
      "NUL as text",
      () => JSON.stringify({ hook_event_name: "Stop", session_id: "\0", cwd: "\0/" }),
    ],
    [
      "values that are not text",
      () => '{"hook_event_name":"Stop","session_id":null,"cwd":5,"tool_name":{}}',
    ],
    [
      "a session of a long name",
      () => JSON.stringify({ hook_event_name: "Stop", session_id: "x".repeat(MEGA) }),
    ],
  ])("an event is read: %s", async (_, input) => {
    const { root, cell } = place();
    const child = Bun.spawn(hookArgs(form, root), {
      env: { ...(process.env as Record<string, string>), MISSION_ID: ID },
      stdin: Buffer.from(input()),
      stdout: "pipe",
      stderr: "pipe",
    });
    const said = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect(said).toEqual(["", "", 0]);
    expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
  });

  const isLogged = async (script: string) => {
    const { root, cell, log } = place();
    expect(await inShell(form, root, script)).toEqual(SILENT);
    expect(readFileSync(log, "utf8")).toContain("Cannot read an event from stdin");
    expect(readBeat(cell).seq).toBe(7);
  };

  test.each([
    ["brackets that are never closed", `head -c 7000000 /dev/zero | tr '\\0' '[' | "$@"`],
    [
      "more than the limit, which is read to the end",
      `head -c 9000000 /dev/zero | "$@"; exit \${PIPESTATUS[0]}`,
    ],
  ])("input that is not an event is logged: %s", (_, script) => isLogged(script));

  test.concurrent.each([
    ["no end", `(trap '' PIPE; yes 2>/dev/null) | "$@"`],
    [
      "a brace now and then",
      `for n in {1..150}; do printf '}'; sleep 0.05; done 2>/dev/null | "$@"; exit \${PIPESTATUS[1]}`,
    ],
    ["a directory", '"$@" </'],
    ["no stdin", '"$@" <&-'],
    ["NUL bytes", `printf '{"hook_event_name": "Stop\\0"}' | "$@"`],
  ])("input that is not an event is logged: %s", (_, script) => isLogged(script));

  test.concurrent.each([
    ["in pieces", `{ printf '{"hook_event_name":'; sleep 1; printf '"Stop"}'; } | "$@"`],
    [
      "with chunks that look complete",
      `{ printf '{"x": {}'; sleep 1; printf ', "hook_event_name": "Stop"}'; } | "$@"`,
    ],
    ["and a line end, by who does not close it", `{ echo '${STOP}'; sleep 4; } | "$@"`],
    ["to who may not print", `printf '${STOP}' | "$@" >&- 2>&-`],
  ])("an event is read that arrives %s", async (_, script) => {
    const { root, cell } = place();
    expect(await inShell(form, root, script)).toEqual(SILENT);
    expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
  });

  test.concurrent.skipIf(lackOfPython !== "")(
    `an event is taken that a read does not wait for${lackOfPython}`,
    async () => {
      const { root, cell } = place();
      const script = `
import os, subprocess, sys, time
ours, theirs = os.pipe()
os.set_blocking(ours, False)
child = subprocess.Popen(sys.argv[1:], stdin=ours)
time.sleep(1)
os.write(theirs, b'${STOP}')
sys.exit(child.wait())
`;
      const argv = [PYTHON, "-c", script, ...hookArgs(form, root)];
      expect(await run(argv, { env: { MISSION_ID: ID } })).toEqual(SILENT);
      expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
    },
  );
});

test.skipIf(lackOfPython !== "")(`brackets do not take gigabytes${lackOfPython}`, async () => {
  const { root } = place();
  // Measured by a small process, because the peak of a new process starts at the size of its parent.
  const script =
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:]); " +
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
  const argv = [PYTHON, "-c", script, ...hookArgs("executable", root)];
  const { stdout } = await run(argv, {
    input: nested("[", "]", 4_000_000),
    env: { MISSION_ID: ID },
  });
  expect(Number(stdout)).toBeGreaterThan(10_000);
  expect(Number(stdout)).toBeLessThan(200_000);
});

describe.each(ONE_FORM)("finding the cell (%s)", (form) => {
  test.concurrent.each([
    "",
    "../etc",
    ID.slice(1),
    "00000000-0000-0000-0000-000000000000",
    "x".repeat(99_999),
  ])("an invalid MISSION_ID is ignored silently, and nothing is written", async (mission) => {
    const { root, worktree: cwd } = place();
    const before = treeOf(root);
    const input = JSON.stringify({ hook_event_name: "Stop", cwd });
    expect(await hook(form, root, input, { MISSION_ID: mission })).toEqual(SILENT);
    expect(treeOf(root)).toEqual(before);
  });

  test.concurrent.each<[string, (root: string) => string, boolean]>([
    ["is gone", (root) => join(root, ID, "worktree/gone/by"), true],
    ["is the cell", (root) => join(root, ID), true],
    ["leads out of another cell", (root) => `${root}/${idOf(2)}/../${ID}/x`, true],
    ["leads out of the cell", (root) => `${root}/${ID}/../x`, false],
    ["is the root", (root) => root, false],
    ["is above the root", () => "/", false],
    ["is relative", () => ID, false],
    ["is endless", (root) => join(root, "x/".repeat(99_999)), false],
  ])("a directory that %s", async (_, cwd, beats) => {
    const { root, cell } = place();
    const input = JSON.stringify({ hook_event_name: "Stop", cwd: cwd(root) });
    expect(await hook(form, root, input, {})).toEqual(SILENT);
    expect(readBeat(cell).seq).toBe(beats ? 8 : 7);
    expect(readdirSync(root)).toEqual([ID]);
  });

  test.concurrent("a symlink in a cell does not lead into another one", async () => {
    const { root, cell, worktree } = place();
    const other = writeCell(root, idOf(2), { age: 9999, heartbeat: { seq: 7 } });
    symlinkSync(join(other, "worktree"), join(worktree, "link"));
    const input = JSON.stringify({ hook_event_name: "Stop", cwd: join(worktree, "link") });
    expect(await hook(form, root, input, {})).toEqual(SILENT);
    expect([readBeat(cell).seq, readBeat(other).seq]).toEqual([8, 7]);
  });

  test.concurrent("a symlink to a cell is not a cell", async () => {
    const { root, cell } = place();
    symlinkSync(ID, join(root, idOf(2)));
    expect(await hook(form, root, STOP, { MISSION_ID: idOf(2) })).toEqual(SILENT);
    expect(readBeat(cell).seq).toBe(7);
  });
});

/** Creates a lock file, and holds its lock until it is disposed of. */
async function holding(path: string): Promise<Disposable> {
  writeFileSync(path, "", { mode: 0o600 });
  const script = 'exec 9<"$0" && flock 9 && echo held && exec sleep 600';
  const holder = Bun.spawn(["sh", "-c", script, path], { stdout: "pipe" });
  await holder.stdout.getReader().read();
  return { [Symbol.dispose]: () => holder.kill("SIGKILL") };
}

describe.each(ONE_FORM)("the state of the cell (%s)", (form) => {
  test.concurrent("a cell that vanishes", async () => {
    const { root, cell } = place();
    const child = Bun.spawn(hookArgs(form, root), {
      env: { ...(process.env as Record<string, string>), MISSION_ID: ID },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    await Bun.sleep(500);
    rmSync(cell, { recursive: true });
    void child.stdin.write(STOP);
    await child.stdin.end();
    const said = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect(said).toEqual(["", "", 0]);
    expect(existsSync(cell)).toBe(false);
  });

  test.skipIf(!CAN_MOUNT).each(SPOILT.map(({ kind, spoil }) => [kind, spoil] as const))(
    "a %s disk keeps the old beat (needs a mount)",
    async (_, spoil) => {
      const disk = mountTmpfs("size=64k");
      const { root, cell } = place(undefined, disk);
      spoil(disk);
      const before = contentOf(cell);
      expect(await hook(form, root, STOP)).toEqual(SILENT);
      expect(contentOf(cell)).toEqual(before);
    },
  );

  test.skipIf(!CAN_MOUNT)("a log on a read-only disk (needs a mount)", async () => {
    const { root, cell } = place({ status: "paused" }, mountTmpfs("size=64k"));
    makeReadOnly(join(root, ".."));
    expect(await hook(form, root, STOP)).toEqual(SILENT);
    expect(readFileSync(join(cell, CELL_FILES.log), "utf8")).toBe("");
  });

  test.skipIf(!CAN_BECOME_OTHERS)("another user's cell (needs root)", async () => {
    const { root, cell } = place();
    chmodSync(here, 0o755);
    for (const path of [cell, join(cell, "state"), join(cell, "logs")]) chmodSync(path, 0o750);
    const argv = [...asUser(NOBODY), ...hookArgs(form, root)];
    expect(await run(argv, { input: STOP, env: { MISSION_ID: ID } })).toEqual(SILENT);
    chmodSync(cell, 0o755);
    chmodSync(join(cell, "state"), 0o755);
    expect(await run(argv, { input: STOP, env: { MISSION_ID: ID } })).toEqual(SILENT);
    expect(readBeat(cell).seq).toBe(7);
    expect(readdirSync(join(cell, "state"))).toEqual(["heartbeat.json"]);
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "a beat written by root is owned by the cell's user (needs root)",
    async () => {
      const { root, cell } = place();
      const beat = join(cell, CELL_FILES.heartbeat);
      chownSync(beat, NOBODY, NOBODY);
      expect(await hook(form, root, STOP)).toEqual(SILENT);
      expect(await run(["stat", "-c", "%u", beat])).toMatchObject({ stdout: `${NOBODY}\n` });
    },
  );

  const lack = lacking("flock");

  test.concurrent.skipIf(lack !== "")(`a locked status, at a first beat${lack}`, async () => {
    const { root, cell, log } = place({ status: "initialized", age: 9999 });
    const status = () =>
      (JSON.parse(readFileSync(join(cell, CELL_FILES.mission), "utf8")) as { status: string })
        .status;
    {
      using _ = await holding(join(cell, "meta/.lazarus-pit.status.lock"));
      expect(await hook(form, root, STOP)).toEqual(SILENT);
    }
    expect([readBeat(cell).state, status()]).toEqual(["idle", "initialized"]);
    const [line = ""] = readFileSync(log, "utf8").split("\n");
    expect(JSON.parse(line)).toMatchObject({
      program: "heartbeat hook",
      event: "not-activated",
      why: expect.stringMatching(/ the process \d+ of user \d+ holds the lock on its status$/),
    });
    expect(await hook(form, root, JSON.stringify({ hook_event_name: "SessionEnd" }))).toEqual(
      SILENT,
    );
    expect(status()).toBe("active");
  });

  test.concurrent.skipIf(lack !== "")(
    `a heartbeat lock that is never released${lack}`,
    async () => {
      const { root, cell } = place();
      using _ = await holding(join(cell, "state/.lazarus-pit.beat.lock"));
      expect(await hook(form, root, STOP)).toEqual(SILENT);
      expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
    },
  );

  test.concurrent(
    "is silent for a state directory that is a symlink, and writes nothing",
    async () => {
      const { root, cell } = place();
      const elsewhere = join(root, "elsewhere");
      renameSync(join(cell, "state"), join(root, "away"));
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, join(cell, "state"));
      expect(await hook(form, root, STOP)).toEqual(SILENT);
      expect(readdirSync(elsewhere)).toEqual([]);
    },
  );
});

test("needs no flock(1)", async () => {
  const { root, cell } = place();
  const child = Bun.spawn(hookArgs("executable", root), {
    env: { ...bareEnvironment(), PATH: "/nonexistent", MISSION_ID: ID },
    stdin: Buffer.from(STOP),
  });
  expect(await child.exited).toBe(0);
  expect(readBeat(cell)).toMatchObject({ state: "idle", seq: 8 });
});

test("killed at any moment, it leaves a complete beat, and the next one succeeds", async () => {
  const { root, cell } = place();
  for (let after = 0; after < 40; after++) {
    const child = Bun.spawn([...hookArgs("executable", root), "--every=0"], {
      env: { ...bareEnvironment(), MISSION_ID: ID },
      stdin: Buffer.from(STOP),
    });
    await Bun.sleep(after);
    child.kill("SIGKILL");
    await child.exited;
    expect(readBeat(cell).seq).toBeGreaterThanOrEqual(7);
  }
  const { seq = 0 } = readBeat(cell);
  expect(await hook("executable", root, JSON.stringify({ hook_event_name: "SessionEnd" }))).toEqual(
    SILENT,
  );
  expect(readBeat(cell)).toMatchObject({ seq: seq + 1, state: "exiting" });
});

describe("the top levels of a JSON text", () => {
  test.concurrent.each([
    ['{"a":1}', '{"a":1}'],
    ['{"a":{"b":{"c":[1,{}]},"d":"{[\\"}"},"e":[[]]}', '{"a":{"b":null,"d":"{[\\"}"},"e":null}'],
    ['{"a":"\\\\","b":[1]}', '{"a":"\\\\","b":null}'],
    ["[1]", "null"],
    ['{"a":[', ""],
    ['{"a":"', '{"a":"'],
    ["}]}{", "}]}{"],
    ["", ""],
  ])("of %p", (text, shallow) => {
    expect(shallowJson(text)).toBe(shallow);
  });
});

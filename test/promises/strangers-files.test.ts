/**
 * Promise: only files of the operator decide what the programs do. A configuration, a secret or a
 * program that a stranger may change or replace is refused before it has any effect; `heartbeat run`,
 * which must start its command anyway, goes on without it.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { asUser } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { DEAD, placeOf, stopDaemons } from "../tools/supervised.ts";

const STRANGER = 61_007;
const here = scratch();
chmodSync(here, 0o755);
const root = join(here, "missions");
mkdirSync(root);
stopDaemons();

interface Rights {
  readonly uid?: number;
  readonly gid?: number;
  readonly mode: number;
}
const own = (path: string, { uid = 0, gid = 0, mode }: Rights): string => {
  chownSync(path, uid, gid);
  chmodSync(path, mode);
  return path;
};
const directory = (rights: Rights): string => own(mkdtempSync(join(here, "d")), rights);
const file = (rights: Rights, text: string, parent = directory({ mode: 0o755 })): string => {
  writeFileSync(join(parent, "file"), text);
  return own(join(parent, "file"), rights);
};
const link = (parent: string, target: string, uid = 0): string => {
  symlinkSync(target, join(parent, "link"));
  lchownSync(join(parent, "link"), uid, uid);
  return join(parent, "link");
};

const program = (rights: Rights, marker: string): string =>
  file(rights, `#!/bin/sh\ncat >/dev/null\ntouch ${marker}\n`);
const token = (path: string) => ["token", idOf(1), "--beat-secret-file", path];

const lack = lacking("root", "setpriv");
const CONFIG = JSON.stringify({ root });
const good = { mode: 0o644 };
const theirs = { uid: STRANGER, gid: STRANGER, mode: 0o755 };

describe.skipIf(lack !== "").each(FORMS)(`a configuration (%s)${lack}`, (form) => {
  const scan = (path: string) => refused(form, "scan", ["--config", path]);

  test("of root's is obeyed, also through a link, from a sticky directory, or for root's group", async () => {
    const shared = directory({ mode: 0o1777 });
    const paths = [
      file(good, CONFIG),
      link(directory({ mode: 0o755 }), file(good, CONFIG)),
      file(good, CONFIG, shared),
      file({ mode: 0o664 }, CONFIG),
      file({ mode: 0o640, gid: STRANGER }, CONFIG),
    ];
    for (const path of paths)
      expect(await run([...command(form, "scan"), "--config", path])).toMatchObject({ code: 0 });
  });

  test("that everyone may write, or that is a stranger's, is refused with owner, mode and what to type", async () => {
    const open = file({ uid: STRANGER, gid: STRANGER, mode: 0o666 }, CONFIG);
    expect(await scan(open)).toEqual({
      code: 78,
      message: `Cannot use the configuration "${open}": it belongs to user ${STRANGER} and group ${STRANGER}, with mode 0666; users other than root may change it`,
      hint: `check its content, then: chown root ${open} && chmod go-w ${open}`,
    });
    const ours = file({ gid: STRANGER, mode: 0o664 }, CONFIG);
    expect(await scan(ours)).toMatchObject({
      code: 78,
      message: expect.stringContaining(`user 0 and group ${STRANGER}, with mode 0664;`),
      hint: `check its content, then: chmod go-w ${ours}`,
    });
  });

  test.each([
    ["where a stranger may replace it", () => file(good, CONFIG, directory(theirs)), "directory"],
    [
      "where everyone may replace it",
      () => file(good, CONFIG, directory({ mode: 0o777 })),
      "directory",
    ],
    [
      "behind a stranger's directory",
      () => link(directory(theirs), file(good, CONFIG)),
      "directory",
    ],
    [
      "behind a stranger's link",
      () => link(directory({ mode: 0o1777 }), file(good, CONFIG), STRANGER),
      "link",
    ],
  ])("%s is refused", async (_, make, what) => {
    const { code, message } = await scan(make());
    expect({ code, message }).toEqual({
      code: 78,
      message: expect.stringMatching(
        new RegExp(`: the ${what} ".+" on the way to it belongs to user `),
      ),
    });
  });

  test("is one's own for a user without rights, and nobody else's", async () => {
    const prefix = asUser(STRANGER);
    const paths = [file({ uid: STRANGER, mode: 0o600 }, CONFIG), file(good, CONFIG)];
    for (const path of paths) {
      const ended = await run([...prefix, ...command(form, "scan"), "--config", path]);
      expect(ended).toMatchObject({ code: 0 });
    }
    const another = file({ uid: STRANGER + 1, mode: 0o644 }, CONFIG);
    expect(await refused(form, "scan", ["--config", another], { prefix })).toMatchObject({
      code: 78,
      message: expect.stringContaining(
        `; users other than root and user ${STRANGER} may change it`,
      ),
    });
  });

  test("of a stranger's is left out by heartbeat run, which says so and starts the command", async () => {
    const beats = join(here, `beats-${form}`);
    const written = join(here, `writer-${form}`);
    const writer = ["touch", written];
    const path = file({ mode: 0o666 }, JSON.stringify({ heartbeat_writer: writer }));
    const flags = ["--config", path, "--heartbeat-dir", beats, "--job=x"];
    const call = [...command(form, "heartbeat"), "run", ...flags, "--", "sh", "-c", "exit 3"];
    const ended = await run(call);
    expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining("with mode 0666") });
    expect(existsSync(join(beats, "x.last"))).toBe(true);
    expect(existsSync(written)).toBe(false);
    chmodSync(path, 0o644);
    expect(await run(call)).toMatchObject({ code: 3, stderr: "" });
    expect(existsSync(written)).toBe(true);
  });
});

describe.skipIf(lack !== "").each(FORMS)(`programs and secrets (%s)${lack}`, (form) => {
  test.each(["revive", "notify", "heartbeat_writer"] as const)(
    "supervise does not start with a program for %s that a stranger may write",
    async (setting) => {
      const marker = join(here, `ran-${form}-${setting}`);
      const argv = [program({ mode: 0o777 }, marker)];
      const value = {
        revive: [{ command: argv }],
        notify: { command: argv },
        heartbeat_writer: argv,
      };
      const place = placeOf({ [setting]: value[setting] });
      writeCell(place.root, idOf(2), DEAD);
      expect(await place.call(form, "--once")).toMatchObject({
        code: 78,
        stderr: expect.stringContaining(
          `Cannot use the program "${argv[0]}" of ${setting}: it belongs`,
        ),
      });
      expect(existsSync(marker)).toBe(false);
    },
  );

  test("a record goes to a writer of root's, and to no stranger's", async () => {
    const marker = join(here, `record-${form}`);
    const call = (writer: string) => [
      "--job=x",
      `--heartbeat-dir=${here}`,
      `--heartbeat-writer=${JSON.stringify([writer])}`,
    ];
    const strangers = program({ uid: STRANGER, mode: 0o755 }, marker);
    expect(await refused(form, "heartbeat", call(strangers))).toMatchObject({ code: 78 });
    expect(existsSync(marker)).toBe(false);
    const ours = program({ mode: 0o755 }, marker);
    const ended = await run([...command(form, "heartbeat"), ...call(ours)]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(marker)).toBe(true);
  });

  test("a secret that a stranger can write is refused", async () => {
    const text = "0123456789abcdef0123456789abcdef\n";
    const ended = await run([
      ...command(form, "lazarus-pit"),
      ...token(file({ mode: 0o600 }, text)),
    ]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const bad = [
      file({ uid: STRANGER, gid: STRANGER, mode: 0o600 }, text),
      file({ gid: STRANGER, mode: 0o660 }, text),
      file({ mode: 0o600 }, text, directory(theirs)),
    ];
    for (const path of bad)
      expect(await run([...command(form, "lazarus-pit"), ...token(path)])).toMatchObject({
        code: 78,
        stdout: "",
        stderr: expect.stringContaining(`Cannot use the secret in "${path}"`),
      });
  });
});

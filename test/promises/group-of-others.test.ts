/**
 * Promise: in a directory of a group that its owner is not in, a job takes its lock and leaves its
 * record, and no other group gets the rights that were meant for the directory's.
 */
import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { lacking } from "../tools/needs.ts";
import { asUser, CAN_BECOME_OTHERS, underUmask } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { bareEnvironment } from "../tools/surroundings.ts";

/** Numbers that no account and no group of a host has. */
const [USER, GROUP] = [60_631, 60_632];
const lack = CAN_BECOME_OTHERS ? lacking("flock") : " (skipped: needs root and other users)";
const here = scratch();
chmodSync(here, 0o755);
let count = 0;
let beats: string;

beforeEach(() => {
  mkdirSync((beats = join(here, `beats-${count++}`)));
  chownSync(beats, USER, GROUP);
  // Without the setgid bit, so a new file belongs to the group of its creator.
  chmodSync(beats, 0o770);
});

const rightsOf = (name: string): unknown[] => {
  const { uid, gid, mode } = lstatSync(join(beats, name));
  return [uid, gid, mode & 0o777];
};

describe.skipIf(lack !== "").each(FORMS)(`heartbeat run --lock (%s)${lack}`, (form) => {
  const job = (...rest: string[]) => [
    ...command(form, "heartbeat"),
    "run",
    `--heartbeat-dir=${beats}`,
    "--job=nightly",
    ...rest,
  ];

  test.each(["022", "077"])("takes its lock, again and again (umask %s)", async (umask) => {
    const user = [...underUmask(umask), ...asUser(USER)];
    for (let time = 0; time < 2; time++) {
      const ended = await run([...user, ...job("--lock=fail", "--", "echo", "ran")]);
      expect(ended).toEqual({ code: 0, stdout: "ran\n", stderr: "" });
      expect(rightsOf("nightly.last")).toEqual([USER, USER, 0o600]);
    }
  });

  test("keeps out other runs while it holds the lock, also those of root", async () => {
    const argv = [...asUser(USER), ...job("--lock=fail", "--", "sh", "-c", "echo held; exec cat")];
    const holder = Bun.spawn(argv, { env: bareEnvironment(), stdin: "pipe", stdout: "pipe" });
    await holder.stdout.getReader().read();
    expect(rightsOf("nightly.lock")).toEqual([USER, USER, 0o600]);
    for (const who of [asUser(USER), []]) {
      const ended = await run([...who, ...job("--lock=fail", "--", "echo", "ran")]);
      expect(ended).toMatchObject({ code: 75, stdout: "" });
      expect(ended.stderr).toContain(`user ${USER}`);
    }
    await holder.stdin.end();
    expect(await holder.exited).toBe(0);
  });
});

describe.skipIf(lack !== "")(`a file of another group's${lack}`, () => {
  test.each([
    [0o640, 0o600],
    [0o664, 0o644],
  ])(
    "with mode %o is replaced by one that gives a group no more than everyone",
    async (before, after) => {
      writeFileSync(join(beats, "report.json"), "");
      chownSync(join(beats, "report.json"), USER, GROUP);
      chmodSync(join(beats, "report.json"), before);
      const flags = [`--root=${here}`, `--output=${join(beats, "report.json")}`];
      const scan = [...asUser(USER), ...command("executable", "scan"), ...flags];
      expect(await run(scan)).toMatchObject({ code: 0 });
      expect(rightsOf("report.json")).toEqual([USER, USER, after]);
    },
  );
});

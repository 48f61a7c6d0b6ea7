/**
 * Jobs of several users share a heartbeat directory: no run, of any user and under any umask, takes
 * a job's record or lock from the others.
 */
import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { JobsReport } from "../../lib/contract/job-report.ts";
import { eventually } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { underUmask } from "../tools/privileges.ts";
import { command, run, scratch } from "../tools/program.ts";
import { readRecord } from "../tools/wrapped.ts";

/** Account numbers that no host uses. */
const [DAEMON, JOBS, USER, OTHER] = [60_610, 60_611, 60_612, 60_613];
const lack = lacking("root", "flock", "setpriv");
const here = scratch();
chmodSync(here, 0o755);
let count = 0;
let beats: string;

beforeEach(() => {
  mkdirSync((beats = join(here, `beats-${count++}`)));
  chownSync(beats, DAEMON, JOBS);
  chmodSync(beats, 0o3770);
});

/** Starts a command line as a member of the jobs' group. */
const as = (uid: number) => ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, `--groups=${JOBS}`];
const ROOT: string[] = [];

const job = (who: readonly string[], ...rest: string[]) => {
  const wrapper = [...command("executable", "heartbeat"), "run", `--heartbeat-dir=${beats}`];
  return run([...who, ...wrapper, "--job=nightly", ...rest]);
};
const RAN = { code: 0, stdout: "ran\n", stderr: "" };

async function healthSeenBy(who: readonly string[]): Promise<string | undefined> {
  const look = [...command("executable", "scan"), "--jobs", "--json", `--heartbeat-dir=${beats}`];
  const { stdout } = await run([...who, ...look]);
  return v.parse(JobsReport, JSON.parse(stdout)).jobs[0]?.health;
}

const fileOf = (name: string) => {
  const { uid, gid, mode } = statSync(join(beats, name));
  return [uid, gid, mode & 0o777];
};

describe.skipIf(lack !== "")(`a job that root runs as well${lack}`, () => {
  test("keeps its record, and its mode", async () => {
    expect(await job(as(USER), "--", "echo", "ran")).toEqual(RAN);
    chmodSync(join(beats, "nightly.last"), 0o644);
    expect(await job(ROOT, "--", "false")).toMatchObject({ code: 1, stderr: "" });
    expect(readRecord(beats, "nightly").status).toBe("fail");
    expect(fileOf("nightly.last")).toEqual([USER, JOBS, 0o644]);
    expect(await job(as(USER), "--", "echo", "ran")).toEqual(RAN);
    expect(readRecord(beats, "nightly").status).toBe("ok");
  });

  test.each(["022", "077"])("can be taken over by its user (umask %s)", async (umask) => {
    const long = ["--capture", "--", "sh", "-c", "seq 2000; exit 3"];
    expect(await job(underUmask(umask), "--lock=fail", ...long)).toMatchObject({ code: 3 });
    for (const who of [as(USER), as(OTHER), ROOT]) {
      expect(await job(who, "--lock=fail", "--", "echo", "ran")).toEqual(RAN);
      expect(readRecord(beats, "nightly")).toMatchObject({ status: "ok", exit_code: 0 });
      expect(await healthSeenBy(as(DAEMON))).toBe("on-time");
    }
  });
});

async function readsAs(uid: number, file: string | undefined) {
  const { code, stdout } = await run([...as(uid), "cat", join(beats, file ?? "none")]);
  return { code, stdout };
}

describe.skipIf(lack !== "")(`the captured output of a job${lack}`, () => {
  const PRINTED = "password=hunter2";
  const prints = (who: readonly string[]) => job(who, "--capture", "--", "echo", PRINTED);
  const printed = { code: 0, stdout: `${PRINTED}\n` };

  test("is for its user alone, among members of the group and whatever the umask", async () => {
    const { stdout, stderr } = await prints([...underUmask("000"), ...as(USER)]);
    expect({ stdout, stderr }).toEqual({ stdout: `${PRINTED}\n`, stderr: "" });
    const { output_file } = readRecord(beats, "nightly");
    expect(fileOf("nightly.output")).toEqual([USER, JOBS, 0o600]);
    expect(await readsAs(USER, output_file)).toEqual(printed);
    for (const other of [OTHER, DAEMON])
      expect(await readsAs(other, output_file)).toEqual({ code: 1, stdout: "" });
    const { stdout: record } = await run([...as(OTHER), "cat", join(beats, "nightly.last")]);
    expect(record).toContain('"output_file"');
    expect(record).not.toContain(PRINTED);
  });

  test("is root's when root ran it, though the file was its user's before", async () => {
    await prints(as(USER));
    await prints(ROOT);
    expect(fileOf("nightly.output")).toEqual([0, JOBS, 0o600]);
    expect((await readsAs(USER, "nightly.output")).code).toBe(1);
  });

  test("has another name after a run of another user's", async () => {
    await prints(ROOT);
    expect(await prints(as(USER))).toMatchObject({ code: 0, stderr: "" });
    const { output_file } = readRecord(beats, "nightly");
    expect(output_file).toBe(`nightly.output-${USER}`);
    expect(await readsAs(USER, output_file)).toEqual(printed);
    expect((await readsAs(OTHER, output_file)).code).toBe(1);
  });
});

describe.skipIf(lack !== "")(`a job of one user${lack}`, () => {
  test("can be read by the daemon, whatever its umask", async () => {
    expect(await job([...underUmask("077"), ...as(USER)], "--", "echo", "ran")).toEqual(RAN);
    expect(await healthSeenBy(as(DAEMON))).toBe("on-time");
    expect(fileOf("nightly.last")).toEqual([USER, JOBS, 0o640]);
  });

  test("is not written over by another's, who is told", async () => {
    expect(await job(as(USER), "--", "echo", "ran")).toEqual(RAN);
    const { run_id } = readRecord(beats, "nightly");
    const ended = await job(as(OTHER), "--", "echo", "ran");
    expect(ended).toMatchObject({ code: 0, stdout: "ran\n" });
    expect(ended.stderr).toContain("Cannot write");
    expect(readRecord(beats, "nightly").run_id).toBe(run_id);
  });

  test("locks out another user's run until it ends", async () => {
    const wrapper = [...command("executable", "heartbeat"), "run", `--heartbeat-dir=${beats}`];
    const argv = [...as(USER), ...wrapper, "--job=nightly", "--lock=fail", "--", "cat"];
    const holder = Bun.spawn(argv, { stdin: "pipe" });
    await eventually(async () => readRecord(beats, "nightly"));
    const ended = await job(as(OTHER), "--lock=fail", "--", "echo", "ran");
    expect(ended).toMatchObject({ code: 75, stdout: "" });
    // The locks of another user's process are hidden from it.
    expect(ended.stderr).toMatch(
      new RegExp(`: another process, by its record ${holder.pid} on "[^"]+", since 2`),
    );
    await holder.stdin.end();
    await holder.exited;
    expect(await job(as(OTHER), "--lock=fail", "--", "echo", "ran")).toMatchObject({
      code: 0,
      stdout: "ran\n",
    });
  });
});

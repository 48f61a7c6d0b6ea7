/**
 * A heartbeat directory that everyone may write: nobody can report for another's job, or hold it.
 */
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { bootId, hostName } from "../../lib/host/host.ts";
import { processFacts } from "../../lib/host/process.ts";
import { JobsReport } from "../../lib/contract/job-report.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { eventuallyIs, readRecord, runWrapped, startRun } from "../tools/wrapped.ts";

const here = scratch();
chmodSync(here, 0o755);
let count = 0;

/** Whose the directory is; neither root nor nobody. */
const OWNER = 65_500;

/** A directory with this mode, and files with these owners in it. */
function beatsOf(files: Readonly<Record<string, readonly [text: string, uid: number]>>): string {
  const beats = join(here, `beats-${count++}`);
  mkdirSync(beats);
  for (const [name, [text, uid]] of Object.entries(files)) {
    writeFileSync(join(beats, name), text);
    chownSync(join(beats, name), uid, uid);
  }
  chownSync(beats, OWNER, OWNER);
  chmodSync(beats, 0o1777);
  return beats;
}

const record = (job: string, more: object = {}) =>
  JSON.stringify({ job, status: "ok", timestamp: new Date().toISOString(), ...more });
/** The record of a run that seems to go on, because its process is this one. */
const running = (job: string) =>
  record(job, {
    status: "running",
    host: hostName(),
    boot_id: bootId(),
    pid: process.pid,
    pid_start: processFacts(process.pid)?.start,
  });
const wrap = (beats: string, ...rest: string[]) => [`--heartbeat-dir=${beats}`, "--job=x", ...rest];
const DOUBT = `it belongs to user ${NOBODY}, who is not trusted in a world-writable directory`;

describe.skipIf(!CAN_BECOME_OTHERS).each(FORMS)("where everyone may write (%s)", (form) => {
  const jobsSeenBy = async (beats: string, prefix: readonly string[]) => {
    const argv = [...command(form, "scan"), "--jobs", "--json", `--heartbeat-dir=${beats}`];
    const { stdout } = await run([...prefix, ...argv]);
    const { jobs } = v.parse(JobsReport, JSON.parse(stdout));
    return Object.fromEntries(jobs.map(({ job, health, text }) => [job, [health, text]]));
  };
  test.concurrent(
    "only records of root, of the directory's owner and of the scanning user are trusted",
    async () => {
      const beats = beatsOf({
        "forged.last": [record("forged"), NOBODY],
        "owners.last": [record("owners"), OWNER],
        "roots.last": [record("roots"), 0],
      });
      const believed = ["on-time", expect.stringContaining("ok ")];
      const doubted = ["unreadable", `its record cannot be read: ${DOUBT}`];
      const rest = { owners: believed, roots: believed } as object;
      for (const prefix of [[], asUser(OWNER)])
        expect(await jobsSeenBy(beats, prefix)).toEqual({ forged: doubted, ...rest } as never);
      expect(await jobsSeenBy(beats, asUser(NOBODY))).toEqual({
        forged: believed,
        ...rest,
      } as never);
      chmodSync(beats, 0o1775);
      expect(await jobsSeenBy(beats, [])).toEqual({ forged: believed, ...rest } as never);
    },
  );

  test.concurrent(
    "a run that nobody believes in holds no lock, nor does another's file",
    async () => {
      const beats = beatsOf({ "x.last": [running("x"), NOBODY], "x.lock": ["", NOBODY] });
      const holder = Bun.spawn([
        ...asUser(NOBODY),
        "flock",
        "-F",
        join(beats, "x.lock"),
        "sh",
        "-c",
        "echo held; exec sleep 600",
      ]);
      try {
        await holder.stdout.getReader().read();
        const ended = await runWrapped(form, wrap(beats, "--lock=skip", "--", "echo", "ran"));
        expect(ended).toEqual({
          code: 0,
          stdout: "ran\n",
          stderr: `heartbeat run: Removed the lock file "x.lock": ${DOUBT}\n`,
        });
        expect(readRecord(beats, "x").status).toBe("ok");
        expect(statSync(join(beats, "x.lock")).uid).toBe(0);
      } finally {
        holder.kill("SIGKILL");
      }
    },
  );

  test.concurrent("another user's link or unreadable file does not block a run", async () => {
    const beats = beatsOf({ "x.lock": ["", NOBODY] });
    symlinkSync("/etc/passwd", join(beats, "y.lock"));
    await run(["chown", "-h", `${NOBODY}`, join(beats, "y.lock")]);
    chmodSync(join(beats, "x.lock"), 0);
    for (const job of ["x", "y"]) {
      const flags = [`--heartbeat-dir=${beats}`, `--job=${job}`, "--lock=fail"];
      const ended = await runWrapped(form, [...flags, "--", "echo", "ran"]);
      expect(ended).toMatchObject({ code: 0, stdout: "ran\n" });
    }
  });

  test.concurrent(
    "a user who may not remove another user's lock file is told who owns it",
    async () => {
      const beats = beatsOf({ "x.lock": ["", NOBODY] });
      const argv = [...command(form, "heartbeat"), "run", ...wrap(beats, "--lock=skip")];
      const ended = await run([...asUser(OWNER + 1), ...argv, "--", "echo", "ran"]);
      expect(ended).toEqual({
        code: 77,
        stdout: "",
        stderr: [
          `heartbeat run: error: Cannot lock "x": its lock file "x.lock" cannot be used: ${DOUBT}`,
          "heartbeat run: hint: remove it as root, or use a directory that is not world-writable\n",
        ].join("\n"),
      });
    },
  );

  test.concurrent("a run that is skipped says so even if the record is not trusted", async () => {
    const beats = beatsOf({});
    const child = startRun(form, wrap(beats, "--lock=skip", "--", "sleep", "600"));
    await eventuallyIs(
      () => readRecord(beats, "x"),
      ({ status }) => status === "running",
    );
    writeFileSync(join(beats, "x.last"), record("x", { status: "fail" }));
    chownSync(join(beats, "x.last"), NOBODY, NOBODY);
    await runWrapped(form, wrap(beats, "--lock=skip", "--", "echo", "ran"));
    expect(readRecord(beats, "x").status).toBe("skipped");
    child.kill("SIGKILL");
    await child.exited;
  });
});

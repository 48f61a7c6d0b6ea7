/** Concurrent runs of one job, and the one record that they share. */
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { command, run, scratch } from "../tools/program.ts";
import { eventuallyIs, readRecord, runWrapped, startRun } from "../tools/wrapped.ts";

const here = scratch();
let count = 0;
const place = () => join(here, `beats-${count++}`);
const FORM = "executable";

test("runs that end at the same moment all count", async () => {
  const beats = place();
  const gate = join(here, `gate-${count}`);
  const wait = `until [ -e ${gate} ]; do sleep 0.02; done; exit 1`;
  const flags = [`--heartbeat-dir=${beats}`, "--job=x", "--", "sh", "-c", wait];
  const children = Array.from({ length: 6 }, () => startRun(FORM, flags));
  await eventuallyIs(
    () => readRecord(beats, "x"),
    ({ runs }) => runs?.length === children.length,
  );
  writeFileSync(gate, "");
  await Promise.all(children.map((child) => child.exited));
  expect(readRecord(beats, "x")).toMatchObject({
    status: "fail",
    runs: [],
    failures_in_a_row: children.length,
  });
  expect(existsSync(join(beats, "x.update"))).toBe(false);
});

test("a run that was killed outright is lost while the next one runs, and until that ended well", async () => {
  const beats = place();
  const flags = [`--heartbeat-dir=${beats}`, "--job=x", "--"];
  const child = startRun(FORM, [...flags, "sleep", "600"]);
  const { pid = 0 } = await eventuallyIs(
    () => readRecord(beats, "x"),
    () => true,
  );
  child.kill("SIGKILL");
  process.kill(pid, "SIGKILL");
  await child.exited;
  const next = startRun(FORM, [...flags, "sleep", "600"]);
  await eventuallyIs(
    () => readRecord(beats, "x"),
    ({ last_end }) => last_end?.status === "lost",
  );
  const check = [...command(FORM, "scan"), "--jobs", "--check", `--heartbeat-dir=${beats}`];
  const told = await run(check);
  expect(told.stdout).toStartWith(
    "JOBS CRITICAL - 1 lost; job x: its end was never reported; running for ",
  );
  next.kill("SIGTERM");
  await next.exited;
  expect((await runWrapped(FORM, [...flags, "true"])).code).toBe(0);
  expect(await run(check)).toMatchObject({ code: 0 });
});

test("a writer that was killed in the middle delays the next one only briefly", async () => {
  const beats = place();
  mkdirSync(beats);
  writeFileSync(join(beats, "x.update"), "");
  utimesSync(join(beats, "x.update"), 1, 1);
  expect(await runWrapped(FORM, [`--heartbeat-dir=${beats}`, "--job=x", "--", "true"])).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  expect(readRecord(beats, "x")).toMatchObject({ status: "ok", runs: [] });
  expect(existsSync(join(beats, "x.update"))).toBe(false);
});

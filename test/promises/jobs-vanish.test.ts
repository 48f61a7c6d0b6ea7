/**
 * A heartbeat directory that vanishes while an endpoint runs does not count as one without jobs: the
 * jobs are unknown, and /health warns, until the directory is back.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { eventually } from "../tools/background.ts";
import { command, run, scratch } from "../tools/program.ts";
import { endpoints } from "../tools/served.ts";

const start = endpoints();
const here = scratch();
let count = 0;

/** An endpoint with one job that is well, and a directory of jobs to be put away. */
async function watched() {
  const place = join(here, String(count++));
  const [root, beats] = [join(place, "missions"), join(place, "beats")];
  for (const path of [root, beats]) mkdirSync(path, { recursive: true });
  writeFileSync(join(beats, "backup.last"), "ok");
  const flags = [`--root=${root}`, `--heartbeat-dir=${beats}`, "--scan-interval=1s"];
  const endpoint = await start("--listen=127.0.0.1:0", ...flags);
  const statuses = async () => {
    const [jobs, health] = await Promise.all([
      endpoint.fetch("/v1/jobs"),
      endpoint.fetch("/health"),
    ]);
    const { status } = (await health.json()) as { status: string };
    return { jobs: jobs.status, text: await jobs.text(), health: status };
  };
  /** Waits until both agree, for a scan may come between the two requests. */
  const untilBoth = (jobs: number, wanted: string) =>
    eventually(async () => {
      const now = await statuses();
      return now.jobs === jobs && now.health === wanted ? now.text : undefined;
    });
  await untilBoth(200, "pass");
  const metrics = async () => (await (await endpoint.fetch("/metrics")).text()).split("\n");
  return { beats, untilBoth, metrics };
}

test.each([
  ["goes away", () => {}, "and now it is gone"],
  [
    "gives way to an empty directory",
    mkdirSync,
    "and now a directory without jobs is in its place",
  ],
  [
    "gives way to one that only the daemon has written to",
    (path: string) => (mkdirSync(path), writeFileSync(join(path, "lazarus_pit.last"), "ok")),
    "and now a directory without jobs is in its place",
  ],
  ["cannot be listed", (path: string) => writeFileSync(path, ""), "and now it cannot be listed"],
])("where it %s, the jobs are unknown, and known again when it is back", async (_, leave, why) => {
  const { beats, untilBoth, metrics } = await watched();
  expect(await metrics()).toContain("lazarus_pit_jobs_unknown 0");
  renameSync(beats, `${beats}.away`);
  leave(beats);
  const lost = await untilBoth(503, "warn");
  expect(JSON.parse(lost)).toMatchObject({
    error: { code: "no_jobs", message: `There were jobs in "${beats}", ${why}.` },
  });
  // A metric of its own, because missing series would fire no alert.
  expect(await metrics()).toContain("lazarus_pit_jobs_unknown 1");
  rmSync(beats, { recursive: true, force: true });
  renameSync(`${beats}.away`, beats);
  expect(await untilBoth(200, "pass")).toContain('"backup"');
  expect(await metrics()).toContain("lazarus_pit_jobs_unknown 0");
});

test("where its last record is removed, it is a directory without jobs", async () => {
  const { beats, untilBoth } = await watched();
  rmSync(join(beats, "backup.last"));
  const empty = await eventually(async () => {
    const text = await untilBoth(200, "pass");
    return text.includes("backup") ? undefined : text;
  });
  expect(JSON.parse(empty)).toMatchObject({ summary: { total: 0 } });
});

test("a run that creates the directory for its lock reports it, because it cannot see locks in an earlier one", async () => {
  const beats = join(here, "made");
  const argv = [...command("executable", "heartbeat"), "run", `--heartbeat-dir=${beats}`];
  const once = () => run([...argv, "--job=x", "--lock=fail", "--", "true"]);
  const line = `heartbeat run: created "${beats}": a run that holds its lock in an earlier directory is not seen\n`;
  expect(await once()).toEqual({ code: 0, stdout: "", stderr: line });
  expect(await once()).toEqual({ code: 0, stdout: "", stderr: "" });
});

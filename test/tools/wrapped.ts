/**
 * A command under `heartbeat run`, while it runs, for tests.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "bun:test";
import * as v from "valibot";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { JobRecord } from "../../lib/contract/job.ts";
import { eventually } from "./background.ts";
import { writeCell } from "./cells.ts";
import { command, type Form } from "./program.ts";

const RUNNING = new Set<Bun.Subprocess>();
afterAll(() => {
  for (const child of RUNNING) child.kill("SIGKILL");
});

/** A root with the one cell `id`, and a directory of records: tests run concurrently. */
export function makePlace(root: string, id: string) {
  const beats = join(root, "beats");
  const cell = writeCell(root, id, { age: 9999, heartbeat: { seq: 7 } });
  return {
    root,
    cell,
    places: [`--root=${root}`, `--heartbeat-dir=${beats}`],
    beat: () => readBeat(cell),
    record: () => readRecord(beats, "x"),
  };
}

/** Starts `heartbeat run` with flags, `--` and a command. */
export function startRun(form: Form, args: readonly string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([...command(form, "heartbeat"), "run", ...args], {
    env: { ...(process.env as Record<string, string>), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  RUNNING.add(child);
  void child.exited.then(() => RUNNING.delete(child));
  return child;
}

/** Runs `heartbeat run` to its end. */
export async function runWrapped(form: Form, args: readonly string[], env = {}) {
  const child = startRun(form, args, env);
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** The record of a job. */
export const readRecord = (beats: string, job: string): JobRecord =>
  v.parse(JobRecord, JSON.parse(readFileSync(join(beats, `${job}.last`), "utf8")));

/** The last beat of a cell. */
export const readBeat = (cell: string): Heartbeat =>
  v.parse(Heartbeat, JSON.parse(readFileSync(join(cell, CELL_FILES.heartbeat), "utf8")));

/** Waits for something that is `isSo`, and gives it; what cannot be read is not there yet. */
export const eventuallyIs = <T>(look: () => T, isSo: (found: T) => boolean): Promise<T> =>
  eventually(() => {
    const found = look();
    return isSo(found) ? found : undefined;
  }, isSo);

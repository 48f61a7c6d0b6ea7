/**
 * The least memory with which `heartbeat run` starts a command, as lib/docs/operations.md states it.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { until } from "../tools/background.ts";

const here = scratch();
const isSmall = availableParallelism() <= 2;
const megabytes = (count: number) => `${count * 1024}`;
const LIMIT_BYTES = 64 * 1024 ** 2;

/** A control group with a limit of 64 MB, of version 1 or 2; undefined where it cannot be made. */
function makeGroup(): string | undefined {
  for (const [parent, limit] of [
    ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    ["/sys/fs/cgroup", "memory.max"],
  ] as const) {
    const group = join(parent, `lazarus-pit-test-${process.pid}`);
    try {
      mkdirSync(group);
      afterAll(() => rmdirSync(group));
      if (!existsSync(join(group, limit))) continue;
      writeFileSync(join(group, limit), `${LIMIT_BYTES}`);
      return group;
    } catch {
      // Try the other version.
    }
  }
  return undefined;
}

const group = makeGroup();

describe.each(FORMS)("heartbeat run (%s)", (form) => {
  const wrapped = (before: string) => {
    const wrapper = [...command(form, "heartbeat"), "run", "--job=x"];
    const beats = `--heartbeat-dir=${join(here, form)}`;
    const argv = [...wrapper, beats, "--timeout=1h", "--", "sh", "-c", "echo ran; exit 4"];
    return run(["sh", "-c", `${before}; exec "$@"`, "sh", ...argv]);
  };
  const ran = { code: 4, stdout: "ran\n", stderr: "" };

  test.each([
    ["4 GB of address space", `ulimit -v ${megabytes(4096)}`],
    ["4 GB of data", `ulimit -d ${megabytes(4096)}`],
  ])("starts a command with %s", async (_, limit) => {
    expect(await wrapped(limit)).toEqual(ran);
  });

  const cores = isSmall ? "" : " (skipped: for two cores)";
  test.skipIf(!isSmall).each([
    ["400 MB of address space", `ulimit -v ${megabytes(400)}`],
    ["300 MB of data", `ulimit -d ${megabytes(300)}`],
  ])(`on two cores starts a command with %s${cores}`, async (_, limit) => {
    expect(await wrapped(limit)).toEqual(ran);
  });

  const lack = group === undefined ? " (skipped: needs a control group of its own)" : "";
  test.skipIf(group === undefined)(`starts a command with MemoryMax=64M${lack}`, async () => {
    expect(await wrapped(`echo $$ >${group}/cgroup.procs`)).toEqual(ran);
    await until(() => readFileSync(`${group}/cgroup.procs`, "utf8") === "");
  });
});

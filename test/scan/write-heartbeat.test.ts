import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { JobRecord, jobFile } from "../../lib/contract/job.ts";
import { OWN_JOB } from "../../lib/contract/own-job.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
const root = join(here, "missions");
writeCell(root, idOf(1));
let count = 0;
let dir: string;
let file: string;
beforeEach(() => {
  mkdirSync((dir = join(here, `beats-${count++}`)));
  file = join(dir, "file");
});

describe.each(FORMS)("scan --write-heartbeat (%s)", (form) => {
  const scan = (...args: string[]) =>
    run([...command(form, "scan"), "--root", root, "--write-heartbeat", ...args]);

  test.each(["--json", "--ndjson", "--check", "--prometheus"])(
    "writes the daemon's record, and prints with %s",
    async (flag) => {
      const { code, stdout } = await scan(flag, "--heartbeat-dir", dir);
      expect(code).toBe(0);
      expect(stdout).not.toBe("");
      const record = JSON.parse(readFileSync(join(dir, jobFile(OWN_JOB)), "utf8")) as unknown;
      expect(v.parse(JobRecord, record)).toMatchObject({ job: "lazarus_pit", status: "ok" });
      expect(readdirSync(dir)).toEqual(["lazarus_pit.last"]);
    },
  );

  test("shows the report also when the record cannot be written, and exits 74", async () => {
    writeFileSync(file, "");
    const { code, stdout, stderr } = await scan("--json", "--heartbeat-dir", file);
    expect({ code, healthy: stdout.includes('"healthy": 1') }).toEqual({ code: 74, healthy: true });
    expect(stderr).toContain(`Cannot write \\"${file}/lazarus_pit.last\\"`);
  });

  test("tells why the report was not written where neither could be", async () => {
    writeFileSync(file, "");
    const { code, stderr } = await scan("--output", here, "--heartbeat-dir", file);
    expect(code).toBe(73);
    expect(stderr).toStartWith(`scan: error: Cannot write "${here}": it is a directory`);
  });

  test.each([
    ["the report was not written", 73, ["--output", here]],
    ["there was no root to scan", 66, ["--root", join(here, "nowhere")]],
    ["there was no such cell", 66, [idOf(2), "--ndjson"]],
  ] as const)("says fail where %s", async (_, code, args) => {
    const call = [...command(form, "scan"), "--write-heartbeat", "--heartbeat-dir", dir];
    const where = args[0] === "--root" ? [] : ["--root", root];
    expect(await run([...call, ...where, ...args])).toMatchObject({ code });
    const record = JSON.parse(readFileSync(join(dir, jobFile(OWN_JOB)), "utf8")) as unknown;
    expect(record).toMatchObject({ status: "fail" });
  });
});

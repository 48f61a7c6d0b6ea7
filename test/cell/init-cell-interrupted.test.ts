import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, FORMS, scratch } from "../tools/program.ts";

const here = scratch();
const programs = join(here, "bin");
mkdirSync(programs);
// A clone that takes long, however fast the disk: what is tested is the wait for it.
writeFileSync(join(programs, "git"), '#!/bin/sh\n: >"$(dirname "$0")/started"\nexec sleep 60\n', {
  mode: 0o755,
});

async function untilThere(dir: string, name: string): Promise<void> {
  while (!readdirSync(dir).includes(name)) await Bun.sleep(20);
}

describe.each(FORMS)("init-cell --repo (%s)", (form) => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "interrupted by %s in a clone leaves nothing behind",
    async (signal) => {
      const root = join(here, `${form}-${signal}`);
      mkdirSync(root);
      await Bun.$`rm -f ${join(programs, "started")}`;
      const child = Bun.spawn([...command(form, "init-cell"), "--root", root, "--repo", here], {
        env: { ...process.env, PATH: `${programs}:${process.env["PATH"]}` },
        stdio: ["ignore", "pipe", "pipe"],
      });
      await untilThere(programs, "started");
      child.kill(signal);
      const [code, stdout, stderr] = await Promise.all([
        child.exited,
        child.stdout.text(),
        child.stderr.text(),
      ]);
      expect({ code, stdout }).toEqual({ code: 75, stdout: "" });
      expect(stderr).toContain(`init-cell: error: Cannot wait for git: interrupted by ${signal}`);
      expect(readdirSync(root)).toEqual([]);
    },
  );
});

/** A scan names what the daemon of its root last suspected. */
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { printableJson } from "../../lib/base/printable.ts";
import type { Report } from "../../lib/contract/report.ts";
import { buildReport } from "../../lib/verdict/report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
let count = 0;

/** A root with a silent cell, and the state directory of a daemon that found `cause` this long ago. */
function watchedRoot(cause: "suspended" | undefined, secondsAgo: number) {
  const [root, state] = [join(here, `root-${++count}`), join(here, `state-${count}`)];
  writeCell(root, idOf(1), { age: 7200 });
  const folder = join(state, "roots", encodeURIComponent(root));
  mkdirSync(folder, { recursive: true });
  const now = new Date(Date.now() - 1000 * secondsAgo);
  const next = new Date(now.getTime() + 10 * 60_000);
  const suspicion = cause && { cause, text: "this host was suspended" };
  const report = buildReport({ now, next, host: "h", root, duration_ms: 1, suspicion }, [], []);
  const file = join(folder, "report.json");
  writeFileSync(file, printableJson(report));
  return { folder, file, flags: ["--root", root, "--state-dir", state] };
}

describe.each(FORMS)("scan (%s)", (form) => {
  const scan = (flags: string[], ...more: string[]) =>
    run([...command(form, "scan"), ...flags, "--heartbeat-dir=/nowhere", ...more]);
  const causeOf = async (flags: string[]) =>
    (JSON.parse((await scan(flags, "--json")).stdout) as Report).suspicion?.cause;

  test("names what the daemon suspects, and does not call covered silence critical", async () => {
    const { flags } = watchedRoot("suspended", 60);
    expect(await causeOf(flags)).toBe("suspended");
    const { code, stdout } = await scan(flags, "--check");
    expect({ code, stdout }).toMatchObject({ code: 3 });
    expect(stdout).toContain("; this host was suspended |");
  });

  test("says no more than it sees where the daemon suspects nothing, or has stopped", async () => {
    const roots = [watchedRoot(undefined, 60), watchedRoot("suspended", 3 * 3600)];
    for (const { flags } of roots) {
      expect(await causeOf(flags)).toBeUndefined();
      expect((await scan(flags, "--check")).code).toBe(2);
    }
  });

  const lack = lacking("root");
  test.skipIf(lack !== "")(`does not believe a stranger's file${lack}`, async () => {
    const { flags, folder, file } = watchedRoot("suspended", 60);
    chownSync(file, 65534, 65534);
    chmodSync(folder, 0o777);
    expect(await causeOf(flags)).toBeUndefined();
  });
});

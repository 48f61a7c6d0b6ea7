/**
 * Promise: an operator's file is checked at the path where the kernel finds it. `..` after a link is
 * the parent of the link's target, and a relative path to a program is refused, because programs are
 * started in `/`.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { lacking } from "../tools/needs.ts";
import { command, type Form, FORMS, run, scratch } from "../tools/program.ts";
import { refusalOf, refused } from "../tools/refusal.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

const STRANGER = 61_021;
const lack = lacking("root");
const here = scratch();
chmodSync(here, 0o755);
mkdirSync(join(here, "missions"));
const CONFIG = JSON.stringify({ root: join(here, "missions") });
stopDaemons();

/** A directory of a user's with the same user's `file` in it, and a directory `sub`. */
function placeFor(uid: number, text: string): string {
  const place = mkdtempSync(join(here, "d"));
  mkdirSync(join(place, "sub"));
  writeFileSync(join(place, "file"), text, { mode: 0o755 });
  for (const path of [place, join(place, "file")]) {
    chmodSync(path, 0o755);
    chownSync(path, uid, uid);
  }
  return place;
}

/** `from/link/../file`, which is the file in `to`; read as text, the path names the file in `from`. */
function dotted(from: string, to: string): string {
  symlinkSync(join(to, "sub"), join(from, "link"));
  return `${from}/link/../file`;
}

const settingOf = (setting: "revive" | "notify", argv: readonly string[]) =>
  setting === "revive" ? { revive: [{ command: argv }] } : { notify: { command: argv } };

const scan = (form: Form, path: string, cwd: string) =>
  run([...command(form, "scan"), "--config", path], { cwd });

describe.each(FORMS)("a path with .. behind a link (%s)", (form) => {
  test.skipIf(lack !== "")(`to a stranger's configuration is refused${lack}`, async () => {
    const [ours, theirs] = [placeFor(0, CONFIG), placeFor(STRANGER, CONFIG)];
    expect(await refused(form, "scan", ["--config", dotted(ours, theirs)])).toMatchObject({
      code: 78,
      message: expect.stringContaining(`"${theirs}" on the way to it belongs to user ${STRANGER}`),
    });
  });

  test("to one's own configuration is used, absolute or relative", async () => {
    const uid = process.getuid?.() ?? 0;
    const [from, to] = [placeFor(uid, "no JSON"), placeFor(uid, CONFIG)];
    expect(await scan(form, dotted(from, to), here)).toMatchObject({ code: 0 });
    expect(await scan(form, "link/../file", from)).toMatchObject({ code: 0 });
    expect(await scan(form, "../file", join(to, "sub"))).toMatchObject({ code: 0 });
  });

  test.skipIf(lack !== "").each(["revive", "notify"] as const)(
    `to a stranger's program for %s is refused${lack}`,
    async (setting) => {
      const [ours, theirs] = [placeFor(0, "#!/bin/sh\n"), placeFor(STRANGER, "#!/bin/sh\n")];
      const place = placeOf(settingOf(setting, [dotted(ours, theirs)]));
      expect(refusalOf("supervise", await place.call(form, "--once"))).toMatchObject({
        code: 78,
        message: expect.stringContaining(`of ${setting}: the directory "${theirs}" on the way`),
      });
    },
  );
});

describe.each(FORMS)("supervise (%s)", (form) => {
  test.each(["revive", "notify"] as const)(
    "refuses a relative path to a program for %s, and takes a bare name",
    async (setting) => {
      const place = placeOf(settingOf(setting, ["./tools/mend", "x"]));
      expect(refusalOf("supervise", await place.call(form, "--once"))).toEqual({
        code: 78,
        message: `Cannot use the program "./tools/mend" of ${setting}: its path is relative, but it is started in /`,
        hint: expect.stringMatching(/^give its absolute path, such as "\/.*\/tools\/mend"$/),
      });
      place.configure(settingOf(setting, ["true"]));
      expect(await place.call(form, "--once")).toMatchObject({ code: 0 });
    },
  );
});

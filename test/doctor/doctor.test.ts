import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Diagnosis } from "../../lib/doctor/rules/diagnosis.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { writeFleetFile } from "../../lib/supervise/revive/fleet-file.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, ONE_FORM, run } from "../tools/program.ts";
import { placeOf, stopDaemons, until } from "../tools/supervised.ts";
import { treeOf } from "../tools/tree.ts";

stopDaemons();

/** There the hint is systemctl. */
const HAS_SYSTEMD = existsSync("/run/systemd/system");

/** The checks that were printed as JSON, by name. */
const foundBy = (stdout: string) => {
  const { checks } = JSON.parse(stdout) as { checks: Diagnosis[] };
  return Object.fromEntries(checks.map((each) => [each.check, each]));
};

describe.each(ONE_FORM)("lazarus-pit doctor (%s)", (form) => {
  const doctor = (...args: string[]) => run([...command(form, "lazarus-pit"), "doctor", ...args]);

  test("finds nothing wrong with a daemon at work, and changes nothing", async () => {
    const place = placeOf({ notify: { command: ["true"] } });
    writeCell(place.root, idOf(1));
    const absent = await doctor("--config", place.config, "--json");
    expect(foundBy(absent.stdout)).toMatchObject({
      settings: { level: "ok", text: `${place.config} is valid` },
      state: { level: "warning" },
      daemon: { level: "warning", text: "none runs for this root" },
    });
    expect(existsSync(place.folder)).toBe(false);

    const daemon = place.start(form);
    await until(() => existsSync(join(place.folder, "daemon.json")));
    const before = treeOf(place.root);
    const { stdout } = await doctor("--config", place.config);
    expect(stdout).toContain(`the process ${daemon.pid} of user`);
    expect(stdout).not.toMatch(/^problem/m);
    expect(treeOf(place.root)).toEqual(before);
  });

  test("reports each problem with what to do, and ends with 2", async () => {
    const place = placeOf({});
    const [secret, program] = [join(place.here, "token"), join(place.here, "hook")];
    for (const path of [secret, program]) writeFileSync(path, "0123456789abcdef\n");
    chmodSync(secret, 0o644);
    const root = join(place.here, "o'brien");
    mkdirSync(root);
    chmodSync(root, 0o777);
    place.configure({
      root,
      gitea_token_file: secret,
      notify: { command: ["no-such-program"], routes: [{ name: "pager", command: [program] }] },
      revive: [{ command: [join(place.here, "absent")] }, { command: [place.here] }],
    });
    const { code, stdout } = await doctor("--config", place.config, "--json");
    expect(code).toBe(2);
    expect(foundBy(stdout)).toMatchObject({
      root: { level: "warning", next: `chmod o-w '${root.replace("'", "'\\''")}'` },
      "notify default": { level: "problem", text: "no-such-program is not in PATH" },
      "notify pager": { level: "problem", next: `chmod a+x ${program}` },
      "revive 1": { level: "problem", text: expect.stringContaining("ENOENT") },
      "revive 2": { level: "problem", text: `${place.here} is not a regular file` },
      gitea_token_file: { level: "problem", next: expect.stringContaining("chmod o=") },
    });
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    `names the configuration in use in its hints${CAN_BECOME_OTHERS ? "" : " (skipped: needs root)"}`,
    async () => {
      const place = placeOf({});
      const secret = join(place.here, "token");
      writeFileSync(secret, "0123456789abcdef\n", { mode: 0o600 });
      place.configure({ gitea_token_file: secret });
      chmodSync(place.here, 0o755);
      const argv = [...command(form, "lazarus-pit"), "doctor", "--config", place.config, "--json"];
      const { stdout } = await run([...asUser(NOBODY), ...argv]);
      const { next } = foundBy(stdout)["gitea_token_file"] ?? {};
      expect(next).toContain(
        `-- lazarus-pit doctor --config ${place.config} --root ${place.root} `,
      );
    },
  );

  test.skipIf(HAS_SYSTEMD)(
    `starts the daemon of a host in a fleet with --fleet${HAS_SYSTEMD ? " (skipped: has systemd)" : ""}`,
    async () => {
      const place = placeOf({});
      await place.call(form, "--once");
      const file = {
        schema_version: 1,
        name: "alpha",
        alone_seconds: 60,
        confirmed: null,
      } as const;
      const state = storePathsOf({ root: place.root, state_dir: join(place.here, "state") });
      writeFleetFile(state, { ...file, missions: {}, stopped: true });
      const { stdout } = await doctor("--config", place.config, "--json");
      expect(foundBy(stdout)["daemon"]?.next).toStartWith(
        "lazarus-pit supervise --fleet --config ",
      );
    },
  );

  test("goes on with the valid settings of a wrong configuration", async () => {
    const place = placeOf({ frob: 1 });
    const { code, stdout } = await doctor("--config", place.config);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^problem +settings .*frob: there is no such setting; using root /);
    expect(stdout).toContain(`next: correct it, then: lazarus-pit config --config ${place.config}`);
    expect(stdout).toMatch(new RegExp(`^ok +root +${place.root}:`, "m"));
  });

  test("says that there is no root", async () => {
    const { code, stdout } = await doctor("--root", "/nowhere/at all");
    expect(code).toBe(2);
    expect(stdout).toContain("mkdir -p '/nowhere/at all'");
  });
});

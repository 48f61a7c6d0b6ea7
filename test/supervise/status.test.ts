import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DaemonStatus } from "../../lib/supervise/revive/daemon-status.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run } from "../tools/program.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
const POLICY = { command: ["false"], match: { codes: ["exited"] }, attempts: 1, delay_seconds: 1 };

const breakerIn = (text: string) => /"gate": ?"breaker",\s*"text": ?"([^"]*)"/.exec(text)?.[1];

/** What status says, once it has a line that starts with `label`. */
async function untilStatus(place: Place, label: string): Promise<string> {
  for (let last = ""; ; await Bun.sleep(100)) {
    last = (await place.call(ONE_FORM[0], "status")).stdout;
    if (last.includes(`\n${label} `)) return last;
  }
}

describe.each(ONE_FORM)("supervise status (%s)", (form) => {
  test("tells what the daemon does, and the plan is the daemon's", async () => {
    const place = placeOf({ revive: [POLICY], adopt_hosts: ["test"] });
    writeCell(place.root, ID, { age: 60, state: "exiting" });
    const before = await place.call(form, "status");
    expect(before).toMatchObject({ code: 69, stderr: "" });
    expect(before.stdout).toMatch(/^daemon +not running\n/);
    expect(before.stdout).toContain(`start it: supervise --config ${place.config}\n`);
    const unread = `no plan of a daemon can be read: there is no store at "${place.folder}"`;
    expect((await place.call(form, "--plan")).stderr).toContain(unread);

    const daemon = place.start(form);
    const told = (): DaemonStatus =>
      JSON.parse(readFileSync(join(place.folder, "daemon.json"), "utf8")) as DaemonStatus;
    await until(() => place.events().some(({ event }) => event === "attempted"));
    await until(() =>
      told().plan.some(({ gates }) => gates.some(({ gate }) => gate === "breaker")),
    );
    await place.call(form, "hold", "--reason", "night");
    const { code, stdout } = await place.call(form, "status");
    expect(code).toBe(0);
    expect(stdout).toContain(`process ${daemon.pid} on `);
    expect(stdout).toContain(`root      ${place.root}\n`);
    expect(stdout).toContain("policies  false\n");
    expect(stdout).toMatch(new RegExp(`given up  ${ID}: .* until 20`));
    expect(stdout).toMatch(/hold +since 20.*: night; end it: supervise resume --config /);

    const plan = await place.call(form, "--plan", "--json");
    expect(plan.stderr).toContain(`the plan of process ${daemon.pid}, by its round at 20`);
    expect(breakerIn(plan.stdout)).toBe(breakerIn(JSON.stringify(told())));

    const status = JSON.parse((await place.call(form, "status", "--json")).stdout) as object;
    expect(status).toMatchObject({ running: true, daemon: { pid: daemon.pid, running: [] } });
    await daemon.stop();
    expect((await place.call(form, "status")).stdout).toContain(
      "not running; the last round was at",
    );
  });

  test("tells what the daemon suspects, and what to type", async () => {
    const place = placeOf();
    writeCell(place.root, ID);
    const daemon = place.start(form);
    await until(() => existsSync(join(place.folder, "daemon.json")));
    renameSync(place.root, `${place.root}.moved`);
    mkdirSync(place.root);
    const told = await untilStatus(place, "suspects");
    expect(told).toMatch(
      /^suspects {2}root-replaced: .*; next: mount the right directory, or type: supervise accept-root --config \S+$/m,
    );
    await daemon.stop();
    expect((await place.call(form, "status")).stdout).not.toContain("suspects");
  });

  test("tells that the store is damaged, also while a daemon runs", async () => {
    const place = placeOf();
    const daemon = place.start(form);
    const problem =
      "its marker is malformed: it is empty; nothing is revived until that is restored";
    await until(() => existsSync(join(place.folder, "daemon.json")));
    writeFileSync(join(place.folder, "store.json"), "");
    expect((await place.call(form, "status")).stdout).toContain(problem);
    expect((await place.call(form, "--plan")).stderr).toContain("its marker is malformed");
    await daemon.stop();
    expect((await place.call(form, "status")).stdout).toContain(problem);
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "a user who may not read the store learns that, and not that there is none",
    async () => {
      const place = placeOf();
      chmodSync(place.here, 0o755);
      await place.call(form, "--once");
      const ask = (...args: string[]) =>
        run([...asUser(NOBODY), ...command(form, "supervise"), ...args, "--config", place.config]);
      const denied = `"${place.folder}": permission denied (EACCES)`;
      for (const order of [["history"], ["history", ID], ["snooze", ID, "--for", "1h"]]) {
        const { code, stderr } = await ask(...order);
        expect({ order, code, stderr }).toMatchObject({
          code: 77,
          stderr: expect.stringContaining(denied),
        });
      }
      expect((await ask("status")).code).toBe(77);
      expect((await ask("--plan")).stderr).toContain(denied);
    },
  );

  test("tells how many notifications wait", async () => {
    const place = placeOf({ notify: { command: ["false"] } });
    writeCell(place.root, ID, { age: 60, state: "exiting" });
    await place.call(form, "--once");
    const { stdout } = await place.call(form, "status");
    expect(stdout).toMatch(/^waiting {3}1 for \S+; see: lazarus-pit notify --config \S+$/m);
    const { notifications } = JSON.parse((await place.call(form, "status", "--json")).stdout) as {
      notifications: object;
    };
    expect(Object.values(notifications)).toEqual([1]);
  });

  test("tells why a daemon with a damaged store revives nothing", async () => {
    const place = placeOf();
    const first = place.start(form);
    await until(() => existsSync(join(place.folder, "daemon.json")));
    await first.stop();
    for (const name of ["store.json", "daemon.json"]) writeFileSync(join(place.folder, name), "");
    const daemon = place.start(form);
    await until(() => daemon.said().includes("its marker is malformed"));
    const { code, stdout } = await place.call(form, "status");
    expect(code).toBe(0);
    expect(stdout).toContain("it has not told its status yet\n");
    expect(stdout).toMatch(
      /\nproblem +Cannot read orders and attempts .*: it is empty; nothing is /,
    );
    await daemon.stop();
  });

  test("and lazarus-pit notify says why", async () => {
    const place = placeOf({ notify: { command: ["sh", "-c", "echo no route >&2; exit 1"] } });
    writeCell(place.root, ID, { age: 60, state: "exiting" });
    const daemon = place.start(form);
    const notify = [...command(form, "lazarus-pit"), "notify", "--config", place.config];
    await until(async () => (await run(notify)).stdout.includes("no route"));
    const status = await place.call(form, "status");
    expect(status.stdout).toContain("configured; default FAILS: sh ended with 1: no route\n");
    const { stdout } = await run(notify);
    expect(stdout).toContain("\ndefault: sh ended with 1: no route\n");
    expect(stdout).toContain("type lazarus-pit notify --test --route default --config ");
    await daemon.stop();
  });

  test("tells nothing of a damaged account", async () => {
    const place = placeOf();
    await place.call(form, "--once");
    writeFileSync(join(place.folder, "daemon.json"), '{"schema_version":1,"plan":"\u001b"}');
    const { code, stdout } = await place.call(form, "status");
    expect({ code, stdout }).toMatchObject({
      code: 69,
      stdout: expect.not.stringContaining("\u001b"),
    });
  });
});

describe.each(ONE_FORM)("the plan of a daemon, and when an order takes effect (%s)", (form) => {
  /** A daemon that makes no second round, and a plan without a gate of an order. */
  async function slowDaemon() {
    const place = placeOf({ scan_interval_seconds: 600, revive: [{ command: ["true"] }] });
    writeCell(place.root, ID, { age: 60 });
    const daemon = place.start(form);
    await until(async () => (await planned(place)).stderr.includes("the plan of process"));
    return { place, daemon };
  }
  const planned = async (place: Place) => {
    const { stdout, stderr } = await place.call(form, "--plan", "--json");
    const [entry] = JSON.parse(stdout) as { gates: { gate: string; text: string }[] }[];
    return { gates: entry?.gates ?? [], stderr };
  };
  const gatesOf = async (place: Place) => (await planned(place)).gates.map(({ gate }) => gate);

  test("has the orders that were given since its last round, and the commands that lift them", async () => {
    const { place, daemon } = await slowDaemon();
    const before = await gatesOf(place);
    const held = await place.call(form, "hold");
    expect(held.stdout).toBe(
      "held: nothing is revived\nin effect at once; a command that runs already goes on\n",
    );
    await place.call(form, "quarantine", ID, "--reason", "no");
    await place.call(form, "snooze", ID, "--for", "1h");
    const { gates, stderr } = await planned(place);
    expect(gates.map(({ gate }) => gate)).toEqual([...before, "hold", "snoozed", "quarantined"]);
    for (const [gate, lift] of [
      ["hold", "supervise resume"],
      ["snoozed", `supervise release ${ID}`],
      ["quarantined", `supervise release ${ID}`],
    ])
      expect(gates.find((each) => each.gate === gate)?.text).toEndWith(
        `type: ${lift} --config ${place.config}`,
      );
    expect(stderr).toMatch(/applied below: held at 20\S+; in effect at once\n/);
    expect(stderr).toMatch(new RegExp(`applied below: ${ID} snoozed at 20`));

    const released = await place.call(form, "release", ID);
    expect(released.stdout).toEndWith("in effect with supervise's next round, within 600 s\n");
    await place.call(form, "resume");
    // The beat names another host: a release says that its agent is gone.
    expect(before).toContain("other-host");
    expect(await gatesOf(place)).toEqual(before.filter((gate) => gate !== "other-host"));
    await daemon.stop();
  });
});

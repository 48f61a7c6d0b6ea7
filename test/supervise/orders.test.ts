import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, type Form, ONE_FORM, run } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";
import { DEAD, type Place, placeOf, rounds, stopDaemons, until } from "../tools/supervised.ts";
import { treeOf } from "../tools/tree.ts";

stopDaemons();
const ID = idOf(1);

function deathbed(): Place {
  const place = placeOf();
  writeCell(place.root, ID, DEAD);
  place.configure({ revive: [{ command: place.DO, delay_seconds: 600 }] });
  return place;
}

const FIRST = ["unseen", "unsettled"];

interface Entry {
  readonly mission_id: string;
  readonly gates: { gate: string; text: string }[];
}

/** The closed gates of the one dead cell, without those that close while a daemon has just started. */
async function gatesOf(place: Place, form: Form): Promise<string[]> {
  const { stdout } = await place.call(form, "--plan", "--json");
  const [entry] = JSON.parse(stdout) as Entry[];
  return entry?.gates.map(({ gate }) => gate).filter((gate) => !FIRST.includes(gate)) ?? [];
}

const NO_DAEMON = "no supervise runs for this root now: it counts once one does\n";
const HELD = `held: nothing is revived\n${NO_DAEMON}`;

describe.each(ONE_FORM)("supervise's orders (%s)", (form) => {
  test.concurrent("hold and resume all, with a reason in the plan", async () => {
    const place = deathbed();
    const held = await place.call(form, "hold", "--reason", "the host moves");
    expect(held).toEqual({ code: 0, stdout: HELD, stderr: place.MADE });
    expect(await gatesOf(place, form)).toEqual(["hold"]);
    const { stdout } = await place.call(form, "--plan");
    expect(stdout).toContain('not now (hold): an operator stopped all revivals: "the host moves"');
    expect(await place.call(form, "resume")).toMatchObject({
      code: 0,
      stdout: `resumed\n${NO_DAEMON}`,
    });
    expect(await gatesOf(place, form)).toEqual([]);
    expect(await place.call(form, "resume")).toMatchObject({
      code: 0,
      stdout: "there was no hold\n",
    });
    const names = place.events().map(({ event, reason }) => [event, reason]);
    expect(names.slice(0, 2)).toEqual([
      ["held", "the host moves"],
      ["resumed", undefined],
    ]);
  });

  test.concurrent("hold the daemon that is at work, and let it go on", async () => {
    const place = deathbed();
    await place.call(form, "hold");
    place.start(form);
    // By then it has watched the same beat for longer than the two seconds that it takes.
    await rounds(place, 3);
    expect(place.done()).toEqual([]);
    await place.call(form, "resume");
    await until(() => place.done().length === 1);
  });

  test.concurrent("hold all roots by a file that touch makes", async () => {
    const place = deathbed();
    await place.call(form, "--once");
    const all = join(place.here, "state", "HOLD");
    writeFileSync(all, "");
    expect(await gatesOf(place, form)).toEqual(["hold"]);
    const refused = refusalOf("supervise", await place.call(form, "resume"));
    expect(refused).toEqual({
      code: 65,
      message: `Cannot resume: "${all}" holds all roots`,
      hint: `to resume all roots: rm ${all}`,
    });
  });

  test.concurrent("hold for a time, which ends by itself", async () => {
    const place = deathbed();
    const before = Date.now();
    const { stdout } = await place.call(form, "hold", "--for", "1h", "--reason", "works");
    const [, end = ""] = /^held: nothing is revived until (\S+)\n/.exec(stdout) ?? [];
    expect(Date.parse(end) - 3_600_000).toBeWithin(before, Date.now() + 1);
    const { stdout: plan } = await place.call(form, "--plan");
    expect(plan).toContain(`(hold): an operator stopped all revivals until ${end}: "works"`);
    expect((await place.call(form, "status")).stdout).toContain(`until ${end}: works; end it:`);
    const shorter = refusalOf("supervise", await place.call(form, "hold", "--for", "1s"));
    expect(shorter).toMatchObject({ code: 65, hint: "to end it: supervise resume" });
    expect(shorter.message).toEndWith(` until ${end}: "works"`);
    expect((await place.call(form, "hold", "--for", "2h")).code).toBe(0);
    await place.call(form, "resume");
    await place.call(form, "hold", "--for", "1s");
    await until(async () => (await gatesOf(place, form)).length === 0);
    expect((await place.call(form, "status")).stdout).toMatch(/^hold +none$/m);
    const over = `{"at":"2020-01-01T00:00:00Z","until":"2020-01-02T00:00:00Z"}`;
    writeFileSync(join(place.here, "state", "HOLD"), over);
    expect(await place.call(form, "resume")).toMatchObject({
      code: 0,
      stdout: "there was no hold\n",
    });
  });

  test.concurrent("hold for a time does not replace a hold without an end", async () => {
    const place = deathbed();
    await place.call(form, "hold", "--reason", "the host moves");
    const refused = refusalOf("supervise", await place.call(form, "hold", "--for", "1h"));
    expect(refused.message).toMatch(
      /^Cannot hold: a longer hold is in effect since 20\S+: "the host moves"$/,
    );
    writeFileSync(join(place.folder, "HOLD"), "");
    expect((await place.call(form, "hold", "--for", "1h")).code).toBe(65);
    expect((await place.call(form, "hold", "--for", "0")).code).toBe(64);
    expect(await gatesOf(place, form)).toEqual(["hold"]);
    expect((await place.call(form, "hold", "--reason", "again")).code).toBe(0);
  });

  test.concurrent("history without a mission has the events of all, since a time", async () => {
    const place = deathbed();
    const long = `{"schema_version":1,"at":"2020-01-01T00:00:00.000Z","event":"held","reason":"old"}\n`;
    await place.call(form, "hold", "--reason", "new");
    await place.call(form, "snooze", ID, "--for", "1h");
    const log = join(place.folder, "events.ndjson");
    writeFileSync(log, long + readFileSync(log, "utf8"));
    const { stdout, code } = await place.call(form, "history");
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^20\\S+  held: new\n20\\S+  ${ID} snoozed until 20\\S+\n$`));
    expect((await place.call(form, "history", "--for", "9999d")).stdout).toStartWith("2020");
    const json = await place.call(form, "history", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject([{ event: "held" }, { event: "snoozed" }]);
    const both = await place.call(form, "history", ID, "--for", "1h");
    expect(both).toMatchObject({ code: 64, stdout: "" });
  });

  test.concurrent("snooze a mission for a time", async () => {
    const place = deathbed();
    const before = Date.now();
    const { stdout } = await place.call(form, "snooze", ID, "--for", "20m");
    const [, end] = /^snoozed until (.+)\n/.exec(stdout) ?? [];
    const from = Date.parse(end ?? "") - 20 * 60_000;
    expect(from).toBeWithin(before, Date.now() + 1);
    expect(await gatesOf(place, form)).toEqual(["snoozed"]);
    await place.call(form, "snooze", ID, "--for", "1s");
    await until(async () => (await gatesOf(place, form)).length === 0);
  });

  test.concurrent("quarantine a mission until it is released", async () => {
    const place = deathbed();
    const reason = "it deletes its own work";
    await place.call(form, "quarantine", ID, "--reason", reason);
    await place.call(form, "snooze", ID, "--for", "1h");
    expect(await gatesOf(place, form)).toEqual(["snoozed", "quarantined"]);
    expect((await place.call(form, "history", ID)).stdout).toContain(`quarantined: "${reason}"`);
    await place.call(form, "release", ID);
    expect(await gatesOf(place, form)).toEqual([]);
  });

  test.concurrent("release forgets the attempts so far, and history keeps them", async () => {
    const place = deathbed();
    const daemon = place.start(form);
    await until(() => place.events().some(({ event }) => event === "attempted"));
    await daemon.stop();
    expect(await gatesOf(place, form)).toEqual(["backoff"]);
    await place.call(form, "release", ID);
    expect(await gatesOf(place, form)).toEqual([]);
    const { stdout } = await place.call(form, "history", ID);
    expect(stdout).toMatch(/now stale, first seen: .*\n.*attempt 1: sh -c .*: ended with 0 after/);
    const json = JSON.parse((await place.call(form, "history", ID, "--json")).stdout) as {
      attempts: { number: number; outcome: { exit_code: number } }[];
    };
    expect(json.attempts).toMatchObject([{ number: 1, outcome: { exit_code: 0 } }]);
  });

  test.concurrent("history of all says so where no supervise has run", async () => {
    const place = placeOf();
    const refused = refusalOf("supervise", await place.call(form, "history"));
    expect(refused).toMatchObject({
      code: 66,
      message: `Cannot show the history of "${place.root}": there is no store at "${place.folder}"`,
    });
    expect((await place.call(form, "history", "--json")).code).toBe(66);
  });

  test.concurrent(
    "history of all has each event since a time, in whatever order they are logged",
    async () => {
      const place = deathbed();
      await place.call(form, "--once");
      // The last one waited since yesterday, and was logged only now.
      const events = [30, 3, 2, 30].map((hours) => ({
        schema_version: 1,
        at: new Date(Date.now() - hours * 3_600_000).toISOString(),
        event: "held",
        reason: `${hours} h`,
      }));
      writeFileSync(
        join(place.folder, "events.ndjson"),
        events.map((event) => `${JSON.stringify(event)}\n`).join(""),
      );
      const { stdout } = await place.call(form, "history");
      expect([...stdout.matchAll(/held: (.*)/g)].map(([, reason]) => reason)).toEqual([
        "3 h",
        "2 h",
      ]);
    },
  );

  test.concurrent("show a mission to which nothing happened", async () => {
    const place = placeOf();
    writeCell(place.root, ID);
    const before = treeOf(place.here);
    expect(await place.call(form, "history", ID)).toEqual({
      code: 0,
      stdout: "nothing has happened yet\n",
      stderr: "",
    });
    expect(treeOf(place.here)).toEqual(before);
  });

  test.concurrent("are kept where the cell itself is gone", async () => {
    const place = deathbed();
    await place.call(form, "quarantine", ID, "--reason", "no more");
    rmSync(join(place.root, ID), { recursive: true });
    expect((await place.call(form, "history", ID)).stdout).toContain('quarantined: "no more"');
    expect(await place.call(form, "release", ID)).toMatchObject({ code: 0 });
  });

  test.concurrent("tell what happened to a mission whose cell is gone", async () => {
    const place = deathbed();
    await place.call(form, "--once");
    rmSync(join(place.root, ID), { recursive: true });
    await place.call(form, "--once");
    const { stdout, code } = await place.call(form, "history", ID);
    expect(code).toBe(0);
    expect(stdout).toMatch(/now stale, first seen: .*\n.*its cell is gone, was stale\n/);
    expect(await place.call(form, "history", idOf(9))).toMatchObject({ code: 66, stdout: "" });
  });

  test.concurrent("say that they hold where the log of events cannot be written", async () => {
    const place = deathbed();
    mkdirSync(join(place.folder, "events.ndjson"), { recursive: true });
    const { code, stdout, stderr } = await place.call(form, "hold");
    expect({ code, stdout }).toEqual({ code: 74, stdout: HELD });
    expect(stderr).toContain("Cannot append to");
    expect(await gatesOf(place, form)).toEqual(["hold"]);
  });

  test.concurrent("that cannot be read keep everything from being done", async () => {
    const place = deathbed();
    await place.call(form, "quarantine", ID, "--reason", "x");
    writeFileSync(join(place.folder, "orders", `${ID}.json`), "{");
    expect(await gatesOf(place, form)).toEqual(["orders"]);
    await place.call(form, "release", ID);
    expect(await gatesOf(place, form)).toEqual([]);
  });

  test.concurrent.each([
    ["an unknown order", ["frob"], 64, '"frob" as an order'],
    ["an order of the prototype", ["constructor"], 64, '"constructor" as an order'],
    ["a snooze without a mission", ["snooze", "--for=1h"], 64, "snooze without a mission"],
    ["a snooze without a time", ["snooze", ID], 64, "snooze without --for"],
    ["a snooze for a word", ["snooze", ID, "--for=ever"], 64, '"ever" for --for'],
    ["a quarantine without a reason", ["quarantine", ID], 64, "quarantine without --reason"],
    ["a reason like a book", ["hold", `--reason=${"x".repeat(1001)}`], 64, "1001 characters"],
    ["a mission with hold", ["hold", ID], 64, `the argument "${ID}" with hold`],
    ["two missions", ["release", ID, ID], 64, "Unexpected argument"],
    ["a flag of the daemon", ["hold", "--once"], 64, "--once with hold"],
    ["a flag of another order", ["release", ID, "--for=1h"], 64, "--for with release"],
    ["a word that is not an id", ["release", "x"], 64, '"x" as a mission id'],
    ["a mission that is not there", ["release", idOf(9)], 66, "there is no such cell"],
  ] as const)("refuse %s, and do nothing", async (_, args, code, why) => {
    const place = deathbed();
    const before = treeOf(place.here);
    const said = refusalOf("supervise", await place.call(form, ...args));
    expect(said).toMatchObject({ code, message: expect.stringContaining(why) });
    expect(treeOf(place.here)).toEqual(before);
  });

  test.concurrent("print nothing of a cell raw", async () => {
    const place = placeOf({ revive: [{ command: ["true"], match: { codes: ["exited"] } }] });
    const heartbeat = { state: "exiting", host: "\u001b[31mred\u202e" };
    writeCell(place.root, ID, { age: 60, title: "\u001b]0;x\u0007", heartbeat });
    const { stdout } = await place.call(form, "--plan");
    expect(stdout).toContain("another host");
    await place.call(form, "quarantine", ID, "--reason", "\u001b[2J");
    const history = await place.call(form, "history", ID);
    for (const text of [stdout, history.stdout]) expect(text).not.toMatch(/[\u001b\u202e\u0007]/);
  });

  test.concurrent("the plan does nothing, and says when there is nothing to do", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    const before = treeOf(place.here);
    expect((await place.call(form, "--plan")).stdout).toBe(
      "nothing is done: no revive policy is configured\n",
    );
    expect(treeOf(place.here)).toEqual(before);
    place.configure({ revive: [{ command: place.DO, match: { codes: ["exited"] } }] });
    expect((await place.call(form, "--plan")).stdout).toBe(
      "nothing to do: no policy matches a dead mission\n",
    );
  });
});

test.skipIf(!CAN_BECOME_OTHERS)(
  "an order of root's leaves the state to the daemon's user (needs root)",
  async () => {
    const place = deathbed();
    const state = join(place.here, "state");
    mkdirSync(state);
    chmodSync(place.here, 0o755);
    expect(Bun.spawnSync(["chown", String(NOBODY), state]).exitCode).toBe(0);
    await place.call("executable", "quarantine", ID, "--reason", "x");
    const { uid } = statSync(state);
    expect(uid).not.toBe(0);
    for (const path of ["", "orders", `orders/${ID}.json`, "events.ndjson", "attempts"])
      expect([path, statSync(join(place.folder, path)).uid]).toEqual([path, uid]);
    expect(existsSync(join(place.folder, "HOLD"))).toBe(false);
    const release = [
      ...command("executable", "supervise"),
      "release",
      ID,
      "--config",
      place.config,
    ];
    expect(await run([...asUser(NOBODY), ...release])).toMatchObject({ code: 0 });
    expect(readFileSync(join(place.folder, "orders", `${ID}.json`), "utf8")).not.toContain(
      "quarantine",
    );
  },
);

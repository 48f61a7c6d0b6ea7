/**
 * Promise: what root makes in a state directory belongs to the owner of that directory, so that
 * the owner's own supervise goes on with it, wherever root was stopped.
 */
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { asUser, CAN_BECOME_OTHERS } from "../tools/privileges.ts";
import { command, FORMS, run } from "../tools/program.ts";
import { DEAD, type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

/** An account number that no host uses. */
const OWNER = 61_014;
const ID = idOf(1);
/** The size in bytes at which an event log is rotated. */
const FULL = 4 * 1024 * 1024;
const lack = CAN_BECOME_OTHERS ? lacking("root", "setpriv", "flock") : " (skipped: needs root)";
stopDaemons();

const stateOf = ({ here }: Place): string => join(here, "state");

/** A root with a dead cell, whose state and heartbeat directories are the owner's. */
function placeOfOwners(): Place {
  const place = placeOf();
  place.configure({ revive: [{ command: place.DO, delay_seconds: 600 }] });
  chmodSync(place.here, 0o755);
  writeCell(place.root, ID, DEAD);
  for (const name of ["state", "beats"]) {
    mkdirSync(join(place.here, name));
    chownSync(join(place.here, name), OWNER, OWNER);
  }
  return place;
}

/** What lies in the state directory and is not the owner's. */
const othersIn = (state: string): string[] =>
  readdirSync(state, { recursive: true, encoding: "utf8" }).filter(
    (path) => lstatSync(join(state, path)).uid !== OWNER,
  );

describe.skipIf(lack !== "").each(FORMS)(`root's supervise (%s)${lack}`, (form) => {
  const asOwner = (place: Place, ...args: string[]) =>
    run([...asUser(OWNER), ...command(form, "supervise"), ...args, "--config", place.config]);

  test("leaves all that it makes to the owner, who can go on with it", async () => {
    const place = placeOfOwners();
    expect(await asOwner(place, "hold")).toMatchObject({ code: 0 });
    expect(await asOwner(place, "resume")).toMatchObject({ code: 0 });
    writeFileSync(join(place.folder, "events.ndjson"), `${"x".repeat(FULL)}\n`);
    const daemon = place.start(form);
    await until(() => place.events().some(({ event }) => event === "attempted"));
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    const names = readdirSync(place.folder, { recursive: true, encoding: "utf8" });
    expect(names).toContain("events.ndjson.1");
    expect(names).toContainEqual(expect.stringContaining(".outcome.json"));
    expect(othersIn(stateOf(place))).toEqual([]);
    expect(await asOwner(place, "--once")).toMatchObject({ code: 0, stderr: "" });
    expect(await asOwner(place, "snooze", ID, "--for=1h")).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([["--once"], ["hold"]])("with %s makes the whole store the owner's", async (call) => {
    const place = placeOfOwners();
    expect(await place.call(form, call)).toMatchObject({ code: 0 });
    expect(readdirSync(place.folder)).toContain("orders");
    expect(othersIn(stateOf(place))).toEqual([]);
    const { code, stderr } = await asOwner(place, "--once");
    // Only the dead cell is reported: every part of the store can be used.
    const others = stderr.split("\n").filter((line) => !line.includes("is stale"));
    expect({ code, others }).toEqual({ code: 0, others: [""] });
  });

  test.each([["--once"], ["hold"]])(
    "with %s makes the state directory itself for the owner of the place",
    async (call) => {
      const place = placeOfOwners();
      // The state directory and its parents are created in the owner's heartbeat directory.
      const beats = join(place.here, "beats");
      place.configure({ state_dir: join(beats, "var", "state") });
      expect(await place.call(form, call)).toMatchObject({ code: 0 });
      expect(readdirSync(join(beats, "var", "state"))).toEqual(["roots"]);
      expect(othersIn(beats)).toEqual([]);
    },
  );
});

const lackStrace = lack || lacking("strace");
describe.skipIf(lackStrace !== "")(`a directory that a killed root created${lackStrace}`, () => {
  const kill = ["strace", "-f", "-qq", "-o/dev/null", "-einject=fchown:signal=SIGKILL:when=1"];

  test("goes to the owner with root's next start", async () => {
    const place = placeOfOwners();
    await place.startBy([...kill, "--"], "executable").exited;
    expect(othersIn(stateOf(place))).toEqual(["roots"]);
    expect(await place.call("executable", "--once")).toMatchObject({ code: 0 });
    expect(othersIn(stateOf(place))).toEqual([]);
  });

  test("stays root's if it is not empty", async () => {
    const place = placeOfOwners();
    mkdirSync(join(stateOf(place), "roots", "mine"), { recursive: true });
    expect(await place.call("executable", "--once")).toMatchObject({ code: 0 });
    expect(othersIn(stateOf(place))).toContain("roots");
  });
});

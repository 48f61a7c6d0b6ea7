import { hostname } from "node:os";
import { describe, expect, test } from "bun:test";
import { processIdentity } from "../../lib/host/host.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { ONE_FORM } from "../tools/program.ts";
import {
  claimsOf,
  DEAD,
  type Place,
  placeOf,
  rounds,
  stopDaemons,
  until,
} from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** A cell beside the one of the test, which shows that the daemon acts. */
const CONTROL = idOf(9);
const OTHER_HOST = "pod-7f9c-old";

/** A place with a cell that fell silent a minute ago, whose policy writes down what it starts. */
function placeWith(heartbeat: object, policy: object = {}, settings: object = {}): Place {
  const place = placeOf();
  writeCell(place.root, ID, { ...DEAD, heartbeat: { ...DEAD.heartbeat, ...heartbeat } });
  writeCell(place.root, CONTROL, DEAD);
  place.configure({
    revive: [{ command: place.DO, delay_seconds: 600, ...policy }],
    ...settings,
  });
  return place;
}

const started = (place: Place, id: string) => place.done().filter((line) => line.startsWith(id));
const gaveUp = (place: Place) => place.events().filter(({ event }) => event === "gave-up");

/** Lets the daemon come to the control's attempt, and two rounds beyond. */
async function actsForOthers(place: Place): Promise<void> {
  await until(() => started(place, CONTROL).length === 1);
  await rounds(place);
}

/** A process that lives until the test ends it. */
function agent() {
  const child = Bun.spawn(["sleep", "600"]);
  return {
    process: processIdentity(child.pid),
    async end() {
      child.kill("SIGKILL");
      await child.exited;
    },
    [Symbol.dispose]: () => child.kill("SIGKILL"),
  };
}

describe.each(ONE_FORM)("supervise (%s)", (form) => {
  test.concurrent(
    "starts nothing while the process of the last beat runs, but once it has ended",
    async () => {
      using living = agent();
      const place = placeWith({ process: living.process });
      place.start(form);
      await actsForOthers(place);
      expect(started(place, ID)).toEqual([]);
      const { stdout } = await place.call(form, "--plan");
      expect(stdout).toContain("not now (alive): its process still runs");
      await living.end();
      await until(() => started(place, ID).length === 1);
    },
  );

  test.concurrent(
    "acts beside a running process where the policy's command ends that first",
    async () => {
      using living = agent();
      const place = placeWith({ process: living.process }, { stops_running: true });
      place.start(form);
      await until(() => started(place, ID).length === 1);
    },
  );

  test.concurrent(
    "starts nothing for a process that it cannot see, until that is released",
    async () => {
      using living = agent();
      const hidden = { ...living.process, pid_namespace: "pid:[1]" };
      const place = placeWith({ process: hidden });
      place.start(form);
      await actsForOthers(place);
      expect(started(place, ID)).toEqual([]);
      const { stdout } = await place.call(form, "--plan");
      expect(stdout).toContain(
        "not now (alive): supervise cannot see whether its process still runs",
      );
      await place.call(form, "release", ID);
      await until(() => started(place, ID).length === 1);
    },
  );

  test.concurrent("brings back a cell of another host once its beat is released", async () => {
    const place = placeWith({ host: OTHER_HOST });
    place.start(form);
    await actsForOthers(place);
    expect(started(place, ID)).toEqual([]);
    const { stdout } = await place.call(form, "release", ID);
    expect(stdout).toContain(`on "${OTHER_HOST}" counts as gone\n`);
    await until(() => started(place, ID).length === 1);
    const plan = await place.call(form, "--plan");
    expect(plan.stdout).toContain(`its last beat came from another host: "${OTHER_HOST}"`);
  });

  test.concurrent("takes a later beat for a sign that the released host lives", async () => {
    const place = placeWith({ host: OTHER_HOST });
    await place.call(form, "release", ID);
    writeCell(place.root, ID, { age: 30, heartbeat: { host: OTHER_HOST } });
    place.start(form);
    await actsForOthers(place);
    expect(started(place, ID)).toEqual([]);
    const { stdout } = await place.call(form, "--plan");
    expect(stdout).toContain("not now (other-host)");
  });

  test.concurrent("acts for the cells of adopted hosts, and says so", async () => {
    const place = placeWith({ host: OTHER_HOST }, {}, { adopt_hosts: ["x", OTHER_HOST] });
    place.start(form);
    await until(() => started(place, ID).length === 1);
    const { stdout } = await place.call(form, "--plan", "--json");
    const plan = JSON.parse(stdout) as { mission_id: string; evidence: { host: string } }[];
    expect(plan.map(({ evidence }) => evidence.host)).toEqual([OTHER_HOST, hostname()]);
  });

  test.concurrent(
    "tells once, also across a restart, that it gave a mission up for a time",
    async () => {
      const place = placeWith(
        {},
        { attempts: 1, delay_seconds: 1, jitter: 0, interval_seconds: 86_400 },
      );
      place.configure({
        notify: place.TELL,
        revive: [
          { command: place.DO, attempts: 1, delay_seconds: 1, jitter: 0, interval_seconds: 86_400 },
        ],
      });
      const first = place.start(form);
      await until(() => gaveUp(place).length === 2);
      const [event] = gaveUp(place).filter(({ mission_id }) => mission_id === ID);
      expect(event).toMatchObject({ attempt: 1, problems: [{ code: "heartbeat-old" }] });
      const [claim] = claimsOf(place, ID);
      const seconds = (Date.parse(event?.until ?? "") - Date.parse(claim?.at ?? "")) / 1000;
      expect(seconds).toBeWithin(86_395, 86_405);
      await until(
        () =>
          place
            .told()
            .flatMap(({ events }) => events)
            .filter((each) => each.event === "gave-up").length === 2,
      );
      await first.stop();
      place.start(form);
      await rounds(place, 5);
      expect(gaveUp(place)).toHaveLength(2);
      const { stdout } = await place.call(form, "history", ID);
      expect(stdout).toContain(`given up until ${event?.until}: "1 attempts within`);
    },
  );
});

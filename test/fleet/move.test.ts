/**
 * A mission moves from one host to another, by the steps of the document, with two real daemons and etcd.
 */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { idOf, writeCell } from "../tools/cells.ts";
import { documentBlock, placed } from "../tools/documents.ts";
import { startServer, stopServers } from "../tools/etcd.ts";
import { fleetGates, hostOf, isConfirmed } from "../tools/fleet-daemon.ts";
import { lacking } from "../tools/needs.ts";
import { command, run } from "../tools/program.ts";
import { type Place, rounds, stopDaemons, until } from "../tools/supervised.ts";

const missing = lacking("root", "etcd", "unshare");
const MOVED = idOf(1);
stopServers();
stopDaemons();

/** Starts a daemon that reads its uptime from a file: ten minutes are too long for a test. */
function startWithUptime(place: Place) {
  const file = join(place.here, "uptime");
  const pass = (seconds: number) =>
    writeFileSync(
      file,
      `${Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) + seconds} 0\n`,
    );
  pass(0);
  const script = 'mount --bind "$0" /proc/uptime && exec "$@" --fleet';
  const daemon = place.startBy(["unshare", "--mount", "sh", "-c", script, file], "executable");
  return { daemon, pass };
}

test.skipIf(missing !== "")(
  `the steps of the document move a mission, which is revived by its new host only${missing}`,
  async () => {
    const { endpoints } = await startServer();
    const [alpha, beta] = ["alpha", "beta"].map((name) => hostOf(endpoints, name, []));
    if (alpha === undefined || beta === undefined) throw new Error();
    // Its agent beat on a host that no daemon here takes for its own.
    writeCell(alpha.root, MOVED, { heartbeat: { host: "alpha-1" } });
    writeCell(alpha.root, idOf(2), { config: { stale_after_seconds: 3600 } });
    const first = startWithUptime(alpha);
    const second = beta.start("executable", "--fleet");
    await Promise.all([isConfirmed(alpha), isConfirmed(beta)]);

    const moved = join(alpha.here, "moved");
    mkdirSync(moved);
    const steps = placed(documentBlock("sh", "rsync -a alpha:"), {
      "mission $id pause --root /var/missions ": `mission $id pause --root ${alpha.root} `,
      "rsync -a alpha:/var/missions/$id /var/missions/": `cp -a ${alpha.root}/$id ${beta.root}`,
      "mv /var/missions/$id /var/missions-moved/": `mv ${alpha.root}/$id ${moved}`,
      "resume --root /var/missions ": `resume --root ${beta.root} `,
    });
    const [before = "", after = ""] = steps.split(/^sleep \d+$/m);
    const play = async (script: string) => {
      const programs = dirname(command("executable", "mission")[0] ?? "");
      const env = { id: MOVED, PATH: `${programs}:${process.env["PATH"]}` };
      expect(await run(["sh", "-ec", script], { env })).toMatchObject({ code: 0 });
    };
    await play(before);
    await rounds(beta);
    // A reader in a hurry: the mission is dead, and its home is where it was.
    await play(after);
    await until(
      async () => (await fleetGates(beta))[0] === "its home is alpha: it was there first",
    );
    expect(await beta.call("executable", "release", MOVED)).toMatchObject({ code: 0 });
    await rounds(beta, 4);
    expect([alpha.done(), beta.done()]).toEqual([[], []]);

    await until(() => {
      first.pass(660);
      return beta.done().length === 1;
    });
    expect(beta.done()).toEqual([`${MOVED} 1`]);
    expect(alpha.done()).toEqual([]);
    for (const daemon of [first.daemon, second])
      expect(await daemon.stop()).toMatchObject({ code: 0 });
  },
);

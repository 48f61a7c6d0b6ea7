import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { Event } from "../lib/schemas/event.ts";
import { JobRecord } from "../lib/schemas/job.ts";
import { Report } from "../lib/schemas/report.ts";
import { eventually } from "./tools/background.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, FORMS, run } from "./tools/program.ts";
import { refusalOf } from "./tools/refusal.ts";
import { asUser, CAN_BECOME_OTHERS, IS_ROOT, NOBODY } from "./tools/privileges.ts";
import { DEAD, type Place, placeOf, stopDaemons, until } from "./tools/supervised.ts";

stopDaemons();
const ID = idOf(1);

const ownBeat = ({ here }: Place) =>
  v.parse(JobRecord, JSON.parse(readFileSync(join(here, "beats", "lazarus_pit.last"), "utf8")));
const isWatched = (place: Place) => () => place.report().cells.length > 0;

describe.each(FORMS)("supervise (%s)", (form) => {
  test.concurrent("writes the report and a beat of its own each round", async () => {
    const place = placeOf();
    writeCell(place.root, ID);
    const daemon = place.start(form);
    await until(isWatched(place));
    const first = place.report();
    expect(v.is(Report, first)).toBe(true);
    expect(Date.parse(first.next_expected_at ?? "") - Date.parse(first.generated_at)).toBe(1000);
    await until(() => place.report().generated_at > first.generated_at);
    expect(ownBeat(place)).toMatchObject({
      job: "lazarus_pit",
      status: "ok",
      interval_seconds: 1,
      pid: daemon.pid,
    });
    expect(await daemon.stop()).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  test.concurrent("notices a beat, a pause, a broken cell and a new one", async () => {
    const place = placeOf({ stale_after_seconds: 600 });
    writeCell(place.root, ID, { age: 700 });
    place.start(form);
    await until(() => place.report().cells[0]?.status === "stale");
    writeCell(place.root, ID);
    await until(() => place.report().cells[0]?.status === "healthy");
    writeCell(place.root, idOf(2), { status: "paused" });
    await until(() => place.report().summary.resting === 1);
    writeFileSync(join(place.root, ID, "meta/mission.json"), "{");
    // Seen when the whole contract is looked at, every sixth round.
    await until(() => place.report().summary.incomplete === 1);
  });

  test.concurrent("makes one round with --once, and prints nothing", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    expect(await place.call(form, "--once")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(place.report().summary.stale).toBe(1);
    expect(place.events()).toMatchObject([{ event: "changed", mission_id: ID, to: "stale" }]);
    await place.call(form, "--once");
    expect(place.events()).toHaveLength(1);
  });

  test.concurrent("writes the report elsewhere with --output", async () => {
    const place = placeOf();
    const output = join(place.here, "report.json");
    expect(await place.call(form, "--once", "--output", output)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(output, "utf8"))).toMatchObject({ schema_version: 1 });
  });

  test.concurrent("fails with --once where not all could be written", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    const output = join(place.here, "taken");
    mkdirSync(output);
    const taken = await place.call(form, "--once", "--output", output);
    expect(taken).toMatchObject({ code: 73, stdout: "" });
    expect(taken.stderr).toContain(`Cannot write "${output}"`);
    const beats = join(place.here, "beats");
    rmSync(beats, { recursive: true });
    writeFileSync(beats, "");
    expect(await place.call(form, "--once")).toMatchObject({ code: 74, stdout: "" });
    rmSync(beats);
    expect(await place.call(form, "--once")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test.concurrent("is not held up by a stderr that nobody reads", async () => {
    const place = placeOf();
    const pipe = join(place.here, "full");
    expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
    // Opened for both, so that nobody has to read it; the first write takes what room there is.
    const fill = "head -c 65536 /dev/zero >&3";
    const script = `exec 3<>'${pipe}'; ${fill}; exec "$@" 2>&3 3>&-`;
    const daemon = place.startBy(["sh", "-c", script, "sh"], form);
    await until(() => place.report().summary.total === 0);
    place.configure({ heartbeat_writer: ["false"] });
    for (let told = 0; told < 3; told++) {
      daemon.signal("SIGHUP");
      const { generated_at: before } = place.report();
      await until(() => place.report().generated_at > before);
    }
    const { code, tookMs } = await daemon.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
  });

  test.concurrent("is one a root: the second exits 75 and names the first", async () => {
    const place = placeOf();
    const daemon = place.start(form);
    await until(() => place.report().summary.total === 0);
    const second = [...command(form, "supervise"), "--once", "--config", place.config];
    const elsewhere = ["--state-dir", join(place.here, "other")];
    expect(refusalOf("supervise", await run([...second, ...elsewhere]))).toMatchObject({
      code: 75,
      message: `Cannot supervise "${place.root}": the process ${daemon.pid} supervises it already`,
    });
    await daemon.stop();
    expect(await run(second)).toMatchObject({ code: 0 });
  });

  test.concurrent(
    "outlives a root that goes away, tells of it once, and takes it up again",
    async () => {
      const place = placeOf();
      place.configure({ notify: place.TELL });
      writeCell(place.root, ID, { status: "paused" });
      const daemon = place.start(form);
      await until(isWatched(place));
      const before = place.report().generated_at;
      renameSync(place.root, `${place.root}.away`);
      await until(() => place.events().some(({ event }) => event === "root-lost"));
      await until(() => ownBeat(place).status === "fail");
      await Bun.sleep(2500);
      expect(place.report().generated_at < new Date(Date.now() - 2000).toISOString()).toBe(true);
      renameSync(`${place.root}.away`, place.root);
      await until(() => place.report().generated_at > before && ownBeat(place).status === "ok");
      const { code, stderr } = await daemon.stop();
      expect(code).toBe(0);
      expect(stderr.match(/^supervise: error: /gm)).toHaveLength(1);
      expect(stderr).toContain("works again");
      expect(place.events().map(({ event }) => event)).toEqual(["root-lost", "root-back"]);
      expect(place.told().flatMap(({ events }) => events.map(({ event }) => event))).toEqual([
        "root-lost",
        "root-back",
      ]);
    },
  );

  test.concurrent("takes up a root that was made anew, and still keeps others off it", async () => {
    const place = placeOf();
    place.start(form);
    await until(() => place.report().summary.total === 0);
    renameSync(place.root, `${place.root}.old`);
    mkdirSync(place.root);
    writeCell(place.root, ID);
    await until(isWatched(place));
    expect(await place.call(form, "--once")).toMatchObject({ code: 75 });
  });

  test.concurrent(
    "reads the configuration anew on SIGHUP, and keeps the old one when it is wrong",
    async () => {
      const place = placeOf({ stale_after_seconds: 3000 });
      writeCell(place.root, ID, { age: 1000 });
      const daemon = place.start(form);
      await until(isWatched(place));
      expect(place.report().summary.healthy).toBe(1);
      place.configure({ stale_after_seconds: 500 });
      daemon.signal("SIGHUP");
      await until(() => place.report().summary.stale === 1);
      place.configure({ frob: 1 });
      daemon.signal("SIGHUP");
      await until(() => daemon.said().includes("keeps the settings it had"));
      const { code, stderr } = await daemon.stop();
      expect({ code, stale: place.report().summary.stale }).toEqual({ code: 0, stale: 1 });
      expect(stderr).toContain(`supervise: error: Cannot use the configuration "${place.config}"`);
    },
  );

  test.concurrent("writes to the log later what it could not write at once", async () => {
    const place = placeOf();
    writeCell(place.root, ID, DEAD);
    const log = join(place.folder, "events.ndjson");
    mkdirSync(log, { recursive: true });
    const daemon = place.start(form);
    await until(() => daemon.said().includes("events.ndjson"));
    rmdirSync(log);
    // A line that was torn does not take the next one with it.
    writeFileSync(log, '{"schema_version":1,"at');
    await until(() => daemon.said().includes("the event log works again"));
    expect(readFileSync(log, "utf8").split("\n")).toEqual([
      '{"schema_version":1,"at',
      expect.stringContaining(`"event":"changed","mission_id":"${ID}"`),
      "",
    ]);
  });

  test.concurrent("outlives a root that it may not look for any more", async () => {
    const place = placeOf();
    if (!CAN_BECOME_OTHERS) return expect(IS_ROOT).toBe(false);
    writeCell(place.root, ID, { status: "paused" });
    expect(Bun.spawnSync(["chown", "-R", String(NOBODY), place.here]).exitCode).toBe(0);
    const daemon = place.startBy(asUser(NOBODY), form);
    await until(isWatched(place));
    chmodSync(place.here, 0);
    await until(() => daemon.said().includes("Cannot supervise"));
    chmodSync(place.here, 0o755);
    await until(() => daemon.said().includes("the round works again"));
    expect((await daemon.stop()).code).toBe(0);
  });

  test.concurrent("lets its own signals be no affair of the heartbeat writer's", async () => {
    const place = placeOf();
    const wrote = join(place.here, "wrote");
    place.configure({
      heartbeat_writer: ["sh", "-c", `cat >/dev/null; sleep 2; echo x >${wrote}`],
    });
    const daemon = place.start(form);
    await until(() => place.report().summary.total === 0);
    daemon.signal("SIGHUP");
    await until(() => existsSync(wrote));
    expect((await daemon.stop()).stderr).toBe("supervise: read its settings anew\n");
  });

  test.concurrent("says on the descriptor of --ready-fd that it is ready", async () => {
    const place = placeOf();
    const ready = join(place.here, "ready");
    const daemon = Bun.spawn(
      ["sh", "-c", 'exec "$@" 5>"$0"', ready, ...command(form, "supervise")].concat([
        "--config",
        place.config,
        "--ready-fd=5",
      ]),
      { stdio: ["ignore", "ignore", "ignore"] },
    );
    await until(() => statSync(ready).size > 0);
    expect(readFileSync(ready, "utf8")).toBe("\n");
    daemon.kill();
    expect(await daemon.exited).toBe(0);
  });

  test.concurrent("serves its own reports with --listen", async () => {
    const place = placeOf();
    writeCell(place.root, ID);
    const socket = join(place.here, "s");
    const daemon = place.start(form, `--listen=unix:${socket}`);
    const get = (path: string) => fetch(`http://localhost${path}`, { unix: socket });
    await eventually(async () => ((await get("/readyz")).ok ? true : undefined));
    const report = v.parse(Report, await (await get("/v1/report")).json());
    expect(report.cells.map(({ mission_id }) => mission_id)).toEqual([ID]);
    expect((await get("/readyz")).status).toBe(200);
    renameSync(place.root, `${place.root}.away`);
    const started = Date.now();
    while ((await get("/readyz")).status === 200 && Date.now() - started < 20_000)
      await Bun.sleep(100);
    expect((await get("/health")).status).toBe(503);
    expect(await daemon.stop()).toMatchObject({ code: 0, stdout: `unix:${socket}\n` });
  });

  test.concurrent("keeps going where nothing can be written, and says so once", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    mkdirSync(join(place.folder, "events.ndjson"), { recursive: true });
    mkdirSync(join(place.folder, "report.json"));
    const daemon = place.start(form, "--listen=127.0.0.1:0");
    await until(() => daemon.said().includes("events.ndjson"));
    await Bun.sleep(2500);
    const { code, stderr } = await daemon.stop();
    expect(code).toBe(0);
    expect(stderr.match(/^supervise: error: Cannot append to/gm)).toHaveLength(1);
    expect(stderr.match(/^supervise: error: Cannot write ".*report\.json"/gm)).toHaveLength(1);
  });

  test.concurrent("remembers across a restart what it has told", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    for (let times = 0; times < 2; times++) {
      const daemon = place.start(form);
      await until(() => daemon.pid > 0 && ownBeatOf(place) === daemon.pid);
      await daemon.stop();
    }
    expect(place.events().map(({ event }) => event)).toEqual(["changed"]);
    expect(v.is(Event, place.events()[0])).toBe(true);
  });

  test.concurrent("goes on where what it remembered is broken", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(join(place.folder, "memory.json"), "{");
    const { code, stderr } = await place.call(form, "--once");
    expect(code).toBe(0);
    expect(stderr).toContain("what it remembered of the cells is lost");
    expect(place.events()).toHaveLength(1);
  });

  test.concurrent.each([
    ["a root that is not there", ["--root=/nowhere"], 66, "it does not exist"],
    ["a state directory in a file", ["--state-dir=/dev/null/x"], 73, "Cannot make"],
    ["--once with --plan", ["--once", "--plan"], 64, "--once together with --plan"],
    ["--plan with --listen", ["--plan", "--listen=a:1"], 64, "--listen together with --plan"],
    ["--json without --plan", ["--json"], 64, "--json without --plan"],
    ["an endpoint's flag without one", ["--insecure"], 64, "--insecure without --listen"],
    ["a verb's flag without one", ["--for=20m"], 64, "--for without a verb"],
    ["a descriptor in words", ["--ready-fd=x"], 64, "for --ready-fd"],
    ["no interval at all", ["--scan-interval-seconds=0"], 64, "Expected whole seconds, 1 to 86400"],
    ["a policy that is none", ["--revive={}"], 64, "Expected a list of policies"],
    ["an address beyond this host", ["--listen=0.0.0.0:0"], 78, "without a token"],
  ] as const)("refuses %s", async (_, flags, code, why) => {
    const said = await placeOf().call(form, ...flags);
    expect(said).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(why) });
  });
});

function ownBeatOf(place: Place): number | undefined {
  try {
    return ownBeat(place).pid;
  } catch {
    return undefined;
  }
}

test("a lock on a root is gone with its process, however that ends", async () => {
  const place = placeOf();
  const daemon = place.start("executable");
  await until(() => place.report().summary.total === 0);
  daemon.signal("SIGKILL");
  await daemon.exited;
  expect(await place.call("executable", "--once")).toMatchObject({ code: 0 });
});

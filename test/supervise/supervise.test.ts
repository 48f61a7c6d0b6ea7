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
import { Event } from "../../lib/contract/event.ts";
import { JobRecord } from "../../lib/contract/job.ts";
import { Report } from "../../lib/contract/report.ts";
import { eventually } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { DEAD, type Place, placeOf, rounds, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);

const ownBeat = ({ here }: Place) =>
  v.parse(JobRecord, JSON.parse(readFileSync(join(here, "beats", "lazarus_pit.last"), "utf8")));
const isWatched = (place: Place) => () => place.report().cells.length > 0;

describe.each(FORMS)("supervise (%s)", (form) => {
  test.concurrent("writes the report and its own heartbeat each round", async () => {
    const place = placeOf({ stale_after_seconds: 600 });
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
    const { stderr, ...ended } = await daemon.stop();
    expect(ended).toEqual({ code: 0, stdout: "" });
    expect(stderr).toStartWith(place.MADE);
    expect(place.afterStart(stderr)).toBe("");
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

  test.concurrent(
    "runs one round with --once, and prints an event as one line of stderr",
    async () => {
      const place = placeOf();
      writeCell(place.root, ID, { age: 60 });
      const { stderr, ...ended } = await place.call(form, "--once");
      expect(ended).toEqual({ code: 0, stdout: "" });
      expect(stderr).toStartWith(place.MADE);
      expect(stderr.slice(place.MADE.length)).toMatch(
        /^supervise: \S+ is stale \(heartbeat-old\): no beat since .*; next: scan --explain \S+ --config \S+c\.json\n$/,
      );
      expect(place.report().summary.stale).toBe(1);
      expect(place.events()).toMatchObject([{ event: "changed", mission_id: ID, to: "stale" }]);
      await place.call(form, "--once");
      expect(place.events()).toHaveLength(1);
    },
  );

  test.concurrent("writes the report to the file of --output", async () => {
    const place = placeOf();
    const output = join(place.here, "report.json");
    expect(await place.call(form, "--once", "--output", output)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(output, "utf8"))).toMatchObject({ schema_version: 2 });
  });

  test.concurrent("fails with --once when anything cannot be written", async () => {
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

  test.concurrent("is not blocked by a stderr without a reader", async () => {
    const place = placeOf();
    const pipe = join(place.here, "full");
    expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
    // Opening the pipe for reading and writing needs no reader; the first write fills it.
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
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });

  test.concurrent("runs once per root: a second one exits 75 and names the first", async () => {
    const place = placeOf();
    const daemon = place.start(form);
    await until(() => place.report().summary.total === 0);
    const second = [...command(form, "supervise"), "--once", "--config", place.config];
    const elsewhere = ["--state-dir", join(place.here, "other")];
    expect(refusalOf("supervise", await run([...second, ...elsewhere]))).toMatchObject({
      code: 75,
      message: `Cannot supervise "${place.root}": process ${daemon.pid} already supervises it`,
    });
    await daemon.stop();
    expect(await run(second)).toMatchObject({ code: 0 });
  });

  test.concurrent("waits for a process that only looks whether a daemon runs", async () => {
    const place = placeOf();
    const once = [...command(form, "supervise"), "--once", "--config", place.config];
    const waiter = new RegExp(`-> FLOCK .*:${statSync(place.root).ino} `);
    async function codeBesideLook(): Promise<number | null> {
      const hold = ["flock", "--no-fork", "-s", place.root, "sh", "-c", "echo; exec sleep 20"];
      const look = Bun.spawn(hold, { stdout: "pipe" });
      await look.stdout.getReader().read();
      let hasEnded = false;
      const ended = run(once).finally(() => (hasEnded = true));
      await until(() => hasEnded || waiter.test(readFileSync("/proc/locks", "utf8")));
      look.kill();
      return (await ended).code;
    }
    // On a busy machine the look may end too late, but not each time.
    const codes = [await codeBesideLook()];
    while (codes.at(-1) !== 0 && codes.length < 5) codes.push(await codeBesideLook());
    expect(codes.at(-1)).toBe(0);
  });

  test.concurrent("survives the loss of its root, reports it once, and resumes", async () => {
    const place = placeOf();
    place.configure({ notify: place.TELL });
    writeCell(place.root, ID, { status: "paused" });
    const daemon = place.start(form);
    await until(isWatched(place));
    const before = place.report().generated_at;
    renameSync(place.root, `${place.root}.away`);
    await until(() => place.events().some(({ event }) => event === "root-lost"));
    await until(() => ownBeat(place).status === "fail");
    const last = place.report().generated_at;
    await rounds(place);
    expect(place.report().generated_at).toBe(last);
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
  });

  test.concurrent("supervises a root that was created again, and locks it", async () => {
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
    "reloads the configuration on SIGHUP, and keeps the old one when it is wrong",
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
      await until(() => daemon.said().includes("keeping the old settings"));
      const { code, stderr } = await daemon.stop();
      expect({ code, stale: place.report().summary.stale }).toEqual({ code: 0, stale: 1 });
      expect(stderr).toContain(`supervise: error: Cannot use the configuration "${place.config}"`);
    },
  );

  test.concurrent("writes events to the log later when it could not at once", async () => {
    const place = placeOf();
    writeCell(place.root, ID, DEAD);
    const log = join(place.folder, "events.ndjson");
    mkdirSync(log, { recursive: true });
    const daemon = place.start(form);
    await until(() => daemon.said().includes("events.ndjson"));
    rmdirSync(log);
    // A line that was torn does not take the next one with it.
    writeFileSync(log, '{"schema_version":1,"at');
    await until(() => daemon.said().includes("the event log: works again"));
    expect(readFileSync(log, "utf8").split("\n")).toEqual([
      '{"schema_version":1,"at',
      expect.stringContaining(`"event":"changed","mission_id":"${ID}"`),
      "",
    ]);
  });

  test.concurrent.skipIf(!CAN_BECOME_OTHERS)(
    "survives the loss of access to its root (needs root)",
    async () => {
      const place = placeOf();
      writeCell(place.root, ID, { status: "paused" });
      expect(Bun.spawnSync(["chown", "-R", String(NOBODY), place.here]).exitCode).toBe(0);
      const daemon = place.startBy(asUser(NOBODY), form);
      await until(isWatched(place));
      chmodSync(place.here, 0);
      await until(() => daemon.said().includes("Cannot supervise"));
      chmodSync(place.here, 0o755);
      await until(() => daemon.said().includes("the round: works again"));
      expect((await daemon.stop()).code).toBe(0);
    },
  );

  test.concurrent("does not pass its signals to the heartbeat writer", async () => {
    const place = placeOf();
    const [began, go, wrote] = ["began", "go", "wrote"].map((name) => join(place.here, name));
    const wait = `until [ -e '${go}' ]; do sleep 0.1; done`;
    place.configure({
      heartbeat_writer: ["sh", "-c", `cat >/dev/null; echo >'${began}'; ${wait}; echo >'${wrote}'`],
    });
    const daemon = place.start(form);
    await until(() => existsSync(`${began}`));
    daemon.signal("SIGHUP");
    await until(() => daemon.said().includes("reloaded the settings"));
    writeFileSync(`${go}`, "");
    await until(() => existsSync(`${wrote}`));
    expect(place.afterStart((await daemon.stop()).stderr)).toBe(
      "supervise: reloaded the settings\n",
    );
  });

  test.concurrent("writes a newline to the descriptor of --ready-fd when ready", async () => {
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
    await until(async () => (await get("/readyz")).status !== 200);
    expect((await get("/health")).status).toBe(503);
    expect(await daemon.stop()).toMatchObject({ code: 0, stdout: `unix:${socket}\n` });
  });

  test.concurrent("keeps running when nothing can be written, and reports it once", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    mkdirSync(join(place.folder, "events.ndjson"), { recursive: true });
    mkdirSync(join(place.folder, "report.json"));
    const daemon = place.start(form, "--listen=127.0.0.1:0");
    await until(() => daemon.said().includes("events.ndjson"));
    await rounds(place);
    const { code, stderr } = await daemon.stop();
    expect(code).toBe(0);
    expect(stderr.match(/^supervise: error: Cannot append to/gm)).toHaveLength(1);
    expect(stderr.match(/^supervise: error: Cannot write ".*report\.json"/gm)).toHaveLength(1);
  });

  test.concurrent("repeats no event after a restart", async () => {
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

  test.concurrent("starts without memory when memory.json is damaged", async () => {
    const place = placeOf();
    writeCell(place.root, ID, { age: 60 });
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(join(place.folder, "memory.json"), "{");
    const { code, stderr } = await place.call(form, "--once");
    expect(code).toBe(0);
    expect(stderr).toContain("earlier statuses of the cells are unknown");
    expect(place.events()).toHaveLength(1);
  });

  test.concurrent.each([
    ["a root that is not there", ["--root=/nowhere"], 66, "it does not exist"],
    ["a state directory in a file", ["--state-dir=/dev/null/x"], 73, "Cannot create"],
    ["--once with --plan", ["--once", "--plan"], 64, "--once together with --plan"],
    ["--plan with --listen", ["--plan", "--listen=a:1"], 64, "--listen together with --plan"],
    ["--json without --plan", ["--json"], 64, "--json without --plan"],
    ["an endpoint's flag without one", ["--insecure"], 64, "--insecure without --listen"],
    ["a flag of an order without one", ["--for=20m"], 64, "--for without an order"],
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

test("a lock on a root ends with its process, even a killed one", async () => {
  const place = placeOf();
  const daemon = place.start("executable");
  await until(() => place.report().summary.total === 0);
  daemon.signal("SIGKILL");
  await daemon.exited;
  expect(await place.call("executable", "--once")).toMatchObject({ code: 0 });
});

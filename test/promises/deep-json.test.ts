/**
 * Nothing in a cell, a request, a record or an answer can grow a process's memory: JSON that is
 * nested more than 100 deep is malformed wherever it comes in, and what is less deep is never
 * written back with indentation as large as the square of its depth.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { beatToken } from "../../lib/http/access.ts";
import { reportFile } from "../../lib/http/report-file.ts";
import { readMemory } from "../../lib/supervise/status/memory-file.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { bridges } from "../tools/bridge.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { startEndpoint, stopEndpoints } from "../tools/endpoint.ts";
import { command, type Program, scratch } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";
import { readBeat } from "../tools/wrapped.ts";

setDefaultTimeout(60_000);
stopEndpoints();

const ID = idOf(1);
const SAID = "nested more than 100 deep";
/** How much more memory a process may take than for something that is not deep. */
const MOST_MB = 64;
/** As deep as the largest file that is read can be, and as the largest beat that is taken. */
const [FILE_DEPTH, BEAT_DEPTH] = [32_000, 16_000];

const here = scratch();
let count = 0;
const freshRoot = () => {
  const root = join(here, `root-${count++}`);
  mkdirSync(root);
  return root;
};

/** A list in a list, and so on: as many as `depth`. */
const lists = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** The object of `value`, with a member beside the others that is nested. */
const withNested = (value: object, depth: number, shape = lists): string =>
  `${JSON.stringify(value).slice(0, -1)},"x":${shape(depth)}}`;

/** Runs a program to its end; the most memory that it held, in MB, too. */
async function measured(program: Program, args: readonly string[], input = "") {
  const child = Bun.spawn([...command("executable", program), ...args], {
    env: { PATH: process.env["PATH"], MISSION_ID: ID },
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr, megabytes: Number(child.resourceUsage()?.maxRSS) / 2 ** 20 };
}

const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/** What a scan says of a cell one of whose files is nested. */
const scanned = async (path: string, depth: number) => {
  const root = freshRoot();
  const cell = writeCell(root, ID);
  const sound = JSON.parse(readFileSync(join(cell, path), "utf8")) as object;
  writeJson(cell, path, withNested(sound, depth));
  const { stdout, megabytes } = await measured("scan", ["--root", root, "--json"]);
  const [found] = (JSON.parse(stdout) as { cells: object[] }).cells;
  return { found, megabytes };
};

describe("a cell's file", () => {
  const FILES = [CELL_FILES.mission, CELL_FILES.config, CELL_FILES.heartbeat];
  test.each(FILES)("is malformed when it is deeper, and says so: %s", async (path) => {
    const plain = await scanned(path, 1);
    const deep = await scanned(path, FILE_DEPTH);
    expect(deep.found).toMatchObject({
      status: "incomplete",
      problems: [{ code: "malformed", path, text: expect.stringContaining(SAID) }],
    });
    expect(deep.megabytes - plain.megabytes).toBeLessThan(MOST_MB);
  });

  test.each(FILES)("may hold 100 levels, and not one more: %s", async (path) => {
    // The object itself is the first.
    expect((await scanned(path, 99)).found).toMatchObject({ status: "healthy", problems: [] });
    expect((await scanned(path, 100)).found).toMatchObject({ status: "incomplete" });
  });

  test("may hold any number of brackets in its strings", async () => {
    const root = freshRoot();
    writeCell(root, ID, { title: '\\"[{'.repeat(1000) });
    const { stdout } = await measured("scan", ["--root", root, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ cells: [{ status: "healthy" }] });
  });
});

/** Shows a mission whose file has one more member. */
const shown = (member: string) => {
  const root = freshRoot();
  const file = join(writeCell(root, ID), CELL_FILES.mission);
  writeFileSync(file, `${readFileSync(file, "utf8").slice(0, -1)},"x":${member}}`);
  return measured("mission", [ID, "--json", "--root", root]);
};

describe("mission", () => {
  test("refuses a mission.json that is deeper, in little memory", async () => {
    const plain = await shown("1");
    const deep = await shown(lists(FILE_DEPTH));
    expect(deep).toMatchObject({ code: 65, stdout: "", stderr: expect.stringContaining(SAID) });
    expect(deep.megabytes - plain.megabytes).toBeLessThan(MOST_MB);
  });

  test("prints the members that it does not know on one line", async () => {
    const numbers = Array(15_000).fill(7).join();
    // At 100 levels, and indented in full, each number would take 200 bytes.
    const member = `{"deep":${"[".repeat(98)}${numbers}${"]".repeat(98)}}`;
    const { code, stdout } = await shown(member);
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(40_000);
  });
});

test("a beat over HTTP that is deeper is refused with words, and takes little memory", async () => {
  const root = freshRoot();
  writeCell(root, ID);
  const secret = join(here, "secret");
  writeFileSync(secret, "s".repeat(40));
  chmodSync(secret, 0o600);
  const server = await startEndpoint("executable", "--root", root, "--beat-secret-file", secret);
  const put = async (body: string) => {
    const response = await server.get(`/v1/cells/${ID}/heartbeat`, {
      method: "PUT",
      headers: {
        Authorization: `Bearer ${beatToken("s".repeat(40), ID)}`,
        "Content-Type": "application/json",
      },
      body,
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  expect(await put('{"state":"working"}')).toMatchObject({ status: 200 });
  const before = peakOf(server.pid);
  expect(await put(withNested({ state: "idle" }, BEAT_DEPTH))).toMatchObject({
    status: 422,
    error: { code: "malformed", message: expect.stringContaining(SAID) },
  });
  expect(peakOf(server.pid) - before).toBeLessThan(MOST_MB);
  expect(readBeat(join(root, ID)).state).toBe("working");
  expect(await put(withNested({ state: "idle" }, 99))).toMatchObject({ status: 200 });
});

test("heartbeat run takes little memory where its command writes a beat that is deeper", async () => {
  const root = freshRoot();
  const cell = writeCell(root, ID);
  const wrap = async (depth: number) => {
    const deep = join(here, `beat-${depth}`);
    const progress = `{"done":1,"x":${lists(depth)}}`;
    const timestamp = new Date().toISOString();
    writeFileSync(deep, `{"timestamp":"${timestamp}","state":"working","progress":${progress}}`);
    const agent = `sleep 0.3; cp "$1" "$2/new"; mv "$2/new" "$2/heartbeat.json"; sleep 2; exit 7`;
    const flags = [ID, `--root=${root}`, "--heartbeat-dir", here, "--interval=1s"];
    const run = ["run", ...flags, "--", "sh", "-c", agent, "sh", deep, join(cell, "state")];
    return measured("heartbeat", run);
  };
  const [plain, deep] = [await wrap(1), await wrap(FILE_DEPTH - 100)];
  expect([plain.code, deep.code]).toEqual([7, 7]);
  expect(deep.megabytes - plain.megabytes).toBeLessThan(MOST_MB);
  expect(readBeat(cell).state).toBe("exiting");
});

/** The result of a hook for a nested event. */
const hook = async (depth: number) => {
  const root = freshRoot();
  const cell = writeCell(root, ID, { age: 9999 });
  const event = withNested({ hook_event_name: "Stop" }, depth);
  const { code, megabytes } = await measured("heartbeat", ["hook", `--root=${root}`], event);
  return { code, megabytes, state: readBeat(cell).state };
};

test("a hook beats for an event whose input is deeper, and leaves out what is nested too deep", async () => {
  const [plain, deep] = [await hook(1), await hook(BEAT_DEPTH)];
  expect(deep).toMatchObject({ code: 0, state: "idle" });
  expect(deep.megabytes - plain.megabytes).toBeLessThan(MOST_MB);
});

test("a job's record that is deeper cannot be read, and says why", async () => {
  const beats = freshRoot();
  const record = { job: "a", status: "ok", timestamp: new Date().toISOString() };
  writeFileSync(join(beats, "a.last"), withNested(record, FILE_DEPTH - 100));
  const scan = ["--root=/nowhere", `--heartbeat-dir=${beats}`, "--jobs", "--json"];
  const { stdout } = await measured("scan", scan);
  expect(JSON.parse(stdout)).toMatchObject({ jobs: [{ job: "a", health: "unreadable" }] });
  expect(stdout).toContain(SAID);
});

test("a tracker's answer that is deeper is the tracker's fault, and says so", async () => {
  const { gitea, poll } = await (await bridges()).bridge();
  gitea.onCall = () => ({ status: 200, body: lists(1_000_000) });
  expect(refusalOf("accept-proposals", await poll())).toMatchObject({
    code: 69,
    message: expect.stringContaining(`the response is ${SAID}`),
  });
});

test("a report file that is deeper is refused", async () => {
  const path = join(here, "report.json");
  writeFileSync(path, withNested({ schema_version: 1 }, 1_000_000));
  const { scan } = reportFile(path, 60_000);
  expect(await Promise.resolve(scan()).catch(String)).toContain(SAID);
});

test("a daemon's memory.json that is deeper is ignored, like any other malformed one", () => {
  const folder = freshRoot();
  const cells = {
    [ID]: { status: "stale", seen: "stale", turnedAt: 1, heat: 0, isFlapping: false },
  };
  const memory = { schema_version: 1, look: 1, cells };
  const text = JSON.stringify(memory).replace("false}", 'false,"since":null}');
  const statusIn = (json: string) => {
    writeFileSync(join(folder, "memory.json"), json);
    const store = { stateDir: folder, storeDir: folder, root: "/r" };
    return readMemory(store, "2026-01-01T12:00:00.000Z").cells.get(ID)?.confirmed.status;
  };
  expect(statusIn(text)).toBe("stale");
  expect(statusIn(withNested(JSON.parse(text) as object, FILE_DEPTH))).toBeUndefined();
});

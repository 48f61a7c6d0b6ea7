import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { BODY_LIMIT } from "../../lib/http/request-body.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, type Told, writeCell, writeJson } from "../tools/cells.ts";
import { type Endpoint, openWire, startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { treeOf } from "../tools/tree.ts";

const base = scratch();
stopEndpoints();
const ID = idOf(1);
const OTHER = idOf(2);
const TOKEN = "the-token-of-the-endpoint";
const SECRET_FILE = secretFile("beat-secret", "the-secret-behind-all-beats");
const TOKEN_FILE = secretFile("token", TOKEN);
const BEAT = JSON.stringify({ state: "working" });

function secretFile(name: string, text: string): string {
  const path = join(base, name);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
}

const readJson = (root: string, path: string, id = ID) =>
  JSON.parse(readFileSync(join(root, id, path), "utf8")) as Record<string, unknown>;

describe.each(ONE_FORM)("PUT /v1/cells/<id>/heartbeat (%s)", (form) => {
  const root = join(base, form);
  let server: Endpoint;
  let cellToken: string;

  const tokenOf = async (id: string) =>
    (
      await run([...command(form, "lazarus-pit"), "token", id, "--beat-secret-file", SECRET_FILE])
    ).stdout.trim();

  interface Sending {
    readonly id?: string;
    readonly token?: string | undefined;
    readonly type?: string;
    readonly to?: Endpoint;
  }
  interface Said {
    readonly mission_id?: string;
    readonly timestamp?: string;
    readonly seq?: number;
    readonly error?: { readonly code: string; readonly message: string };
  }
  const put = async (body: string | Buffer<ArrayBuffer>, sending: Sending = {}) => {
    const { id = ID, token = cellToken, type = "application/json", to = server } = sending;
    const headers = { "Content-Type": type, Authorization: `Bearer ${token}` };
    const response = await to.get(`/v1/cells/${id}/heartbeat`, { method: "PUT", body, headers });
    const text = await response.text();
    expect(text).not.toMatch(/lazarus-pit-test|\.ts:|^ +at /m);
    return { status: response.status, ...(JSON.parse(text) as Said) };
  };

  beforeAll(async () => {
    mkdirSync(root);
    cellToken = await tokenOf(ID);
    const flags = ["--root", root, "--beat-secret-file", SECRET_FILE, "--token-file", TOKEN_FILE];
    server = await startEndpoint(form, ...flags);
  });
  beforeEach(() => {
    for (const id of [ID, OTHER]) rmSync(join(root, id), { recursive: true, force: true });
    writeCell(root, ID);
  });

  test("a beat vouches for no process of this host, and keeps how its command ended", async () => {
    const identity = { boot_id: "b", pid: 1, start_ticks: 1 };
    const exit = { code: 3, at: "2026-01-31T12:00:00.000Z" };
    const beat = { state: "exiting", process: identity, runner: identity, exit };
    expect(await put(JSON.stringify(beat))).toMatchObject({ status: 200 });
    const written = readJson(root, CELL_FILES.heartbeat);
    expect(written).not.toContainAnyKeys(["process", "runner"]);
    expect(written).toMatchObject({ state: "exiting", exit });
  });

  test("writes the cell's beat, with the server's time and the next count", async () => {
    const before = Date.now();
    const sent = {
      timestamp: "2001-01-01T00:00:00Z",
      state: "waiting",
      seq: 900,
      message: "still here",
      host: "elsewhere",
      mine: { kept: true },
    };
    const said = await put(JSON.stringify(sent));
    const written = readJson(root, CELL_FILES.heartbeat);
    const timestamp = String(written["timestamp"]);
    expect(said).toEqual({ status: 200, mission_id: ID, timestamp, seq: 2 });
    expect(written).toEqual({ ...sent, schema_version: 1, mission_id: ID, timestamp, seq: 2 });
    expect(Date.parse(timestamp)).toBeWithin(before, Date.now() + 1);
    expect(await put(BEAT)).toMatchObject({ status: 200, seq: 3 });
  });

  test("activates a new mission with its first beat, and logs that", async () => {
    const seed: Told = { status: "initialized", state: "initialized", heartbeat: { seq: 0 } };
    const cell = writeCell(root, ID, seed);
    expect(await put(BEAT)).toMatchObject({ status: 200, seq: 1 });
    expect(readJson(root, CELL_FILES.mission)).toMatchObject({ status: "active" });
    expect(readFileSync(join(cell, CELL_FILES.log), "utf8")).toMatch(/"to":"active"/);
  });

  test("accepts an id in any case, and the endpoint's token for any cell", async () => {
    writeCell(root, OTHER);
    expect(await put(BEAT, { id: ID.toUpperCase() })).toMatchObject({ status: 200 });
    expect(await put(BEAT, { token: TOKEN })).toMatchObject({ status: 200 });
    expect(await put(BEAT, { id: OTHER, token: TOKEN })).toMatchObject({ status: 200, seq: 2 });
  });

  test("needs the cell's own token", async () => {
    writeCell(root, OTHER);
    const before = treeOf(root);
    const others = await tokenOf(OTHER);
    for (const token of ["", "wrong", others, cellToken.slice(1), `${cellToken}0`, SECRET_FILE])
      expect(await put(BEAT, { token })).toMatchObject({
        status: 401,
        error: { code: "unauthorized" },
      });
    expect(await put(BEAT, { id: OTHER })).toMatchObject({ status: 401 });
    // A client without a valid token does not learn whether a cell exists.
    expect(await put(BEAT, { id: idOf(9) })).toMatchObject({ status: 401 });
    expect(treeOf(root)).toEqual(before);
  });

  test("returns 404 if there is no such cell", async () => {
    expect(await put(BEAT, { id: idOf(9), token: TOKEN })).toMatchObject({
      status: 404,
      error: { code: "no_such_cell" },
    });
  });

  test.each([
    ["is paused", (cell) => replaceCell(cell, { status: "paused" })],
    ["is completed", (cell) => replaceCell(cell, { status: "completed" })],
    ["failed", (cell) => replaceCell(cell, { status: "failed" })],
    ["was abandoned", (cell) => replaceCell(cell, { status: "abandoned" })],
    ["has no mission.json", (cell) => rmSync(join(cell, CELL_FILES.mission))],
    ["has a broken cell.json", (cell) => writeJson(cell, CELL_FILES.config, "{")],
    [
      "has a heartbeat that points outside",
      (cell) => replaceCell(cell, { config: { heartbeat: "../x" } }),
    ],
  ] as [string, (cell: string) => void][])("gives 409 where the cell %s", async (_, spoil) => {
    spoil(join(root, ID));
    const before = treeOf(root);
    expect(await put(BEAT)).toMatchObject({ status: 409, error: { code: "not_beating" } });
    expect(treeOf(root)).toEqual(before);
  });

  test("replaces a broken heartbeat", async () => {
    writeJson(join(root, ID), CELL_FILES.heartbeat, "{");
    expect(await put(BEAT)).toMatchObject({ status: 200, seq: 1 });
  });

  test("returns 413 for a beat that is too large, also in chunks", async () => {
    const before = treeOf(root);
    const large = JSON.stringify({ state: "working", message: "x".repeat(BODY_LIMIT) });
    expect(await put(large)).toMatchObject({ status: 413, error: { code: "too_large" } });
    const head = `PUT /v1/cells/${ID}/heartbeat HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${cellToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const wire = openWire(server.port, head);
    wire.socket.write(`8000\r\n${" ".repeat(0x8000)}\r\n`);
    await Bun.sleep(100);
    // Just one byte more, so that nothing is left unread: that would reset the connection.
    wire.socket.write("1\r\n \r\n");
    await until(() => wire.text().includes("too_large"));
    expect(wire.text()).toStartWith("HTTP/1.1 413 ");
    await until(() => wire.closedAfter() !== undefined);
    expect(treeOf(root)).toEqual(before);
  });

  test("writes no beat that it refuses for a trailer after the last chunk", async () => {
    const before = treeOf(root);
    const head = `PUT /v1/cells/${ID}/heartbeat HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${cellToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `${BEAT.length.toString(16)}\r\n${BEAT}\r\n0\r\n`;
    const wire = openWire(server.port, `${head}${chunk}X-Late: 1\r\n\r\n`);
    await until(() => wire.closedAfter() !== undefined);
    expect(wire.text()).toStartWith("HTTP/1.1 400 ");
    expect(treeOf(root)).toEqual(before);
  });

  test("returns 415 for other content types than JSON", async () => {
    const others = ["application/jsonp", "application/json-patch+json", "application/json.x"];
    for (const type of ["", "text/plain", "application/x-www-form-urlencoded", ...others])
      expect(await put(BEAT, { type })).toMatchObject({
        status: 415,
        error: { code: "unsupported_media_type" },
      });
    expect(await put(BEAT, { type: "Application/JSON; charset=utf-8" })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ["not JSON", "{", /^The beat is not JSON\.$/],
    ["empty", "", /^The beat is not JSON\.$/],
    ["a word", '"working"', /object/i],
    ["an array", "[]", /./],
    ["null", "null", /object/i],
    ["a wrong timestamp", '{"state":"working","timestamp":"2026-02-31T00:00:00Z"}', /^timestamp: /],
    [
      "a timestamp without zone",
      '{"state":"working","timestamp":"2026-02-01T00:00:00"}',
      /^timestamp: /,
    ],
    ["another mission's id", `{"state":"working","mission_id":"${OTHER}"}`, /^mission_id: /],
    ["an id that is none", '{"state":"working","mission_id":"../etc"}', /^mission_id: /],
    ["no state", '{"message":"hello"}', /^state: /],
    ["a wrong state", '{"state":"Working hard"}', /^state: /],
    ["a wrong interval", '{"state":"working","interval_seconds":"soon"}', /^interval_seconds: /],
    [
      "a wrong activity",
      '{"state":"working","activity":{"what":"build"}}',
      /^activity\.expect_seconds: /,
    ],
    ["another schema", '{"state":"working","schema_version":2}', /^schema_version: /],
  ])("returns 422 for %s, and names the field", async (_, body, message) => {
    const before = treeOf(root);
    expect(await put(body)).toMatchObject({
      status: 422,
      error: { message: expect.stringMatching(message) },
    });
    expect(treeOf(root)).toEqual(before);
  });

  test("returns 400 for invalid UTF-8", async () => {
    const bytes = Buffer.from('{"state":"working","message":"\u00ff"}', "latin1");
    expect(await put(bytes)).toMatchObject({ status: 400, error: { code: "bad_request" } });
  });

  test.each([1000, 5000, 16_000])(
    "writes nothing of %p levels that cannot be read again",
    async (depth) => {
      const deep = `{"state":"working","deep":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      const { status, seq } = await put(deep);
      expect(status).toBeOneOf([200, 413, 422]);
      const scan = await run([...command(form, "scan"), "--root", root, "--json"]);
      expect(JSON.parse(scan.stdout)).toMatchObject({ cells: [{ status: "healthy" }] });
      expect(readJson(root, CELL_FILES.heartbeat)["seq"]).toBe(seq ?? 1);
    },
  );

  test("returns 403 if beats are off", async () => {
    const closed = await startEndpoint(form, "--root", root);
    expect(await put(BEAT, { to: closed })).toMatchObject({
      status: 403,
      error: { code: "read_only" },
    });
    await closed.stop();
  });
});

function replaceCell(cell: string, told: Told): void {
  rmSync(cell, { recursive: true });
  writeCell(join(cell, ".."), ID, told);
}

test.each(ONE_FORM)(
  "lazarus-pit token prints the same token each time, another for each cell (%s)",
  async (form) => {
    const call = (...args: string[]) => run([...command(form, "lazarus-pit"), "token", ...args]);
    const [one, again, upper, other] = await Promise.all(
      [ID, ID, ID.toUpperCase(), OTHER].map((id) => call(id, "--beat-secret-file", SECRET_FILE)),
    );
    expect(one).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/),
    });
    expect([again, upper]).toEqual([one, one] as never);
    expect(other?.stdout).not.toBe(one?.stdout as string);
  },
);

test.each([
  [64, [ID], "Missing flag: --beat-secret-file"],
  [64, ["../etc", "--beat-secret-file", SECRET_FILE], "mission id"],
  [78, [ID, "--beat-secret-file", "/nowhere"], 'the secret in "/nowhere"'],
])("lazarus-pit token ends with %p for %p", async (code, args, why) => {
  const ended = await run([...command("script", "lazarus-pit"), "token", ...args]);
  expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(why) });
});

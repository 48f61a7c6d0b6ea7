/**
 * Promise 9: the endpoint answers under flood and slow clients. A thousand streams, and one
 * that never reads, cost little and are forgotten when they go; a slow sender is disconnected.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "bun:test";
import { beatToken } from "../../lib/http/access.ts";
import { chmodSync, writeFileSync } from "node:fs";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  type Endpoint,
  holdings,
  openWire,
  startEndpoint,
  stopEndpoints,
  until,
  type Wire,
} from "../tools/endpoint.ts";
import { scratch } from "../tools/program.ts";

const CELLS = 1000;
const CLIENTS = 1000;
const MOST_MB = 128;
const LIVEZ_MS = 10;
const SLOW = 200;
const CLOSED_MS = 15_000;

const base = scratch();
stopEndpoints();
const root = join(base, "missions");
const secretFile = join(base, "beat-secret");
const SECRET = "the-secret-behind-all-beats";
writeFileSync(secretFile, SECRET);
chmodSync(secretFile, 0o600);

const HOST = "Host: localhost\r\n";
const STREAM = `GET /v1/events HTTP/1.1\r\n${HOST}\r\n`;

function writeCells(state: string): void {
  for (let n = 0; n < CELLS; n++) writeCell(root, idOf(n), { state });
}

const isClosed = (wire: Wire): boolean => wire.closedAfter() !== undefined;

/** A client of the stream that keeps nothing of what it reads. */
function listen(port: number) {
  const wire = openWire(port, STREAM);
  let bytes = 0;
  let end = "";
  wire.socket.removeAllListeners("data");
  wire.socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    end = chunk.subarray(-8).toString("latin1");
  });
  // After an event comes the end of an HTTP chunk.
  return { socket: wire.socket, bytes: () => bytes, isWhole: () => end.endsWith("\n\n\r\n") };
}

async function livezMs(server: Endpoint): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 50; n++) {
    const started = performance.now();
    await (await server.get("/livez")).text();
    times.push(performance.now() - started);
    await Bun.sleep(10);
  }
  return times.toSorted((one, other) => one - other)[times.length / 2] ?? Number.NaN;
}

test(`${CLIENTS} streams of ${CELLS} cells, and one that never reads, take under ${MOST_MB} MB`, async () => {
  writeCells("working");
  const flags = ["--root", root, "--scan-interval=1s", `--max-clients=${CLIENTS + 1}`];
  const server = await startEndpoint("executable", ...flags);
  const before = holdings(server.pid).descriptors;
  const most = { megabytes: 0 };
  const watch = setInterval(
    () => (most.megabytes = Math.max(most.megabytes, holdings(server.pid).megabytes)),
    50,
  );

  const never = openWire(server.port, STREAM).socket.pause();
  const clients = Array.from({ length: CLIENTS }, () => listen(server.port));
  await until(() => clients.every(({ bytes, isWhole }) => bytes() > 100 * CELLS && isWhole()));
  expect((await server.get("/v1/events")).status).toBe(503);

  const quiet = await livezMs(server);
  // Every cell changes, and each change goes to every client.
  const told = clients.map(({ bytes }) => bytes());
  writeCells("waiting");
  const busy = await livezMs(server);
  await until(() => clients.every(({ bytes }, at) => bytes() > (told[at] ?? 0) + 100 * CELLS));
  await Bun.sleep(1500);
  clearInterval(watch);
  console.log(
    `${CLIENTS} streams: ${most.megabytes.toFixed(0)} MB at most, /livez ${quiet.toFixed(1)} ms, ${busy.toFixed(1)} ms while all changes`,
  );
  expect(most.megabytes).toBeLessThan(MOST_MB);
  expect(quiet).toBeLessThan(LIVEZ_MS);

  // They reset their connections: the server forgets each, and has room for other clients.
  never.destroy();
  for (const { socket } of clients) socket.resetAndDestroy();
  await until(() => holdings(server.pid).descriptors <= before + 2);
  const again = Array.from({ length: CLIENTS }, () => listen(server.port));
  await until(() => again.every(({ bytes }) => bytes() > 100 * CELLS));
  for (const { socket } of again) socket.destroy();
  await until(() => holdings(server.pid).descriptors <= before + 2);
  expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
});

describe("a client that is slow", () => {
  let server: Endpoint;
  beforeAll(async () => {
    writeCell(root, idOf(1));
    const flags = ["--root", root, "--beat-secret-file", secretFile];
    server = await startEndpoint("executable", ...flags);
  });

  const beat = `PUT /v1/cells/${idOf(1)}/heartbeat HTTP/1.1\r\n${HOST}Authorization: Bearer ${beatToken(SECRET, idOf(1))}\r\nContent-Type: application/json\r\n`;

  /** What it sends first, what it then sends again and again, and the response, if it gets one. */
  const slow: readonly (readonly [what: string, first: string, drop: string, said: RegExp])[] = [
    ["sends no byte", "", "", /^$/],
    ["stops within its headers", "GET /livez HTTP/1.1\r\nX-Slow: ", "", /^$/],
    ["sends its headers byte by byte", "GET /livez HTTP/1.1\r\nX-Slow: ", "x", /^$/],
    ["stops within its beat", `${beat}Content-Length: 100\r\n\r\n{`, "", /^HTTP\/1\.1 408 /],
    ["sends its beat byte by byte", `${beat}Content-Length: 100\r\n\r\n{`, " ", /^HTTP\/1\.1 408 /],
    [
      "sends its beat in chunks of a byte",
      `${beat}Transfer-Encoding: chunked\r\n\r\n`,
      "1\r\n \r\n",
      /^HTTP\/1\.1 408 /,
    ],
    [
      "sends a body where none is taken",
      `POST /livez HTTP/1.1\r\n${HOST}Content-Length: 60000\r\n\r\n`,
      "x",
      /^HTTP\/1\.1 405 /,
    ],
    ["asks no more", `GET /livez HTTP/1.1\r\n${HOST}\r\n`, "", /^HTTP\/1\.1 200 /],
  ];

  test(`is closed within ${CLOSED_MS / 1000} s, ${SLOW} of each kind at once`, async () => {
    const before = holdings(server.pid).descriptors;
    const kinds = slow.map(([what, first, drop, said]) => ({
      what,
      said,
      drop,
      wires: Array.from({ length: SLOW }, () => openWire(server.port, first)),
    }));
    const dripping = setInterval(() => {
      for (const { wires, drop } of kinds)
        for (const wire of wires) if (drop !== "" && !isClosed(wire)) wire.socket.write(drop);
    }, 1000);
    // Others are served meanwhile.
    expect(await livezMs(server)).toBeLessThan(LIVEZ_MS);
    await until(() => kinds.every(({ wires }) => wires.every(isClosed))).finally(() =>
      clearInterval(dripping),
    );
    for (const { what, wires, said } of kinds) {
      const last = Math.max(...wires.map((wire) => wire.closedAfter() ?? Infinity));
      expect({ what, inTime: last < CLOSED_MS }).toEqual({ what, inTime: true });
      expect({ what, odd: wires.filter((wire) => !said.test(wire.text())).length }).toEqual({
        what,
        odd: 0,
      });
    }
    await until(() => holdings(server.pid).descriptors <= before + 2);
  });

  test("or never reads what it asked for is closed as well, and costs little", async () => {
    const before = holdings(server.pid);
    const report = `GET /v1/report HTTP/1.1\r\n${HOST}\r\n`;
    const wires = Array.from({ length: SLOW }, () => openWire(server.port, report.repeat(20)));
    for (const { socket } of wires) socket.pause();
    await Bun.sleep(1000);
    expect(holdings(server.pid).megabytes).toBeLessThan(MOST_MB);
    await until(() => holdings(server.pid).descriptors <= before.descriptors + 2);
    for (const { socket } of wires) socket.destroy();
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  });
});

/**
 * Promise 9: the endpoint answers hostile requests. Each is sent byte by byte to the real
 * program and has one answer that it must get; none shows source or a path of the host, and
 * after each the server lives on.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  type Endpoint,
  holdings,
  openWire,
  say,
  startEndpoint,
  statusesOf,
  stopEndpoints,
  until,
} from "../tools/endpoint.ts";
import { FORMS, scratch } from "../tools/program.ts";
import { treeOf } from "../tools/tree.ts";

const base = scratch();
stopEndpoints();
const TOKEN = "the-token-of-the-endpoint";
const TOKEN_FILE = join(base, "token");
writeFileSync(TOKEN_FILE, TOKEN);
chmodSync(TOKEN_FILE, 0o600);
const ID = idOf(1);
const HOST = "Host: 127.0.0.1\r\n";
const KNOWN = `Authorization: Bearer ${TOKEN}\r\n`;
const BEAT = `PUT /v1/cells/${ID}/heartbeat HTTP/1.1\r\n${HOST}${KNOWN}Content-Type: application/json\r\n`;

const get = (path: string, headers = HOST): string => `GET ${path} HTTP/1.1\r\n${headers}\r\n`;
const asked = (method: string, path = "/livez"): string =>
  `${method} ${path} HTTP/1.1\r\n${HOST}\r\n`;
const many = (count: number): string =>
  Array.from({ length: count }, (_, n) => `X-Header-${n}: value\r\n`).join("");
const withBody = (body: string): string => `${BEAT}Content-Length: ${body.length}\r\n\r\n${body}`;

/** What is sent, a character a byte, and the statuses that must come back; none where the connection is just closed. */
const REQUESTS: readonly (readonly [what: string, bytes: string, statuses: number[]])[] = [
  ["a path with ..", get("/../../../../etc/passwd"), [404]],
  ["an encoded ..", get("/%2e%2e/%2e%2e/etc/passwd"), [404]],
  ["an encoded ../", get("/..%2f..%2f..%2fetc%2fpasswd"), [404]],
  ["an encoded ../ for a cell", get("/v1/cells/..%2f..%2fetc%2fpasswd", HOST + KNOWN), [404]],
  ["an encoded ../ after a cell", get(`/v1/cells/${ID}/..%2f..%2ftoken`, HOST + KNOWN), [404]],
  ["a twice encoded ../", get("/%252e%252e%252fetc%252fpasswd"), [404]],
  ["a .. that leads to a guarded path", get("/livez/../v1/report"), [401, 404]],
  ["an encoded .. that leads to a guarded path", get("/livez/%2e%2e/v1/report"), [401, 404]],
  ["backslashes", get("/..\\..\\etc\\passwd"), [404]],
  ["two slashes", get("//etc/passwd"), [404]],
  ["a path of 20 kB", get(`/${"a".repeat(20_000)}`), [431]],
  ["a path of 10 kB", get(`/${"a".repeat(10_000)}`), [404]],
  ["a query of 10 kB", get(`/v1/report?status=${"a".repeat(10_000)}`, HOST + KNOWN), [400]],
  ["a path that is no UTF-8", get("/\u00ff\u00fe"), [404]],
  ["an encoded path that is no UTF-8", get("/%ff%fe"), [404]],
  ["a cell that is no UTF-8", get("/v1/cells/%ff", HOST + KNOWN), [404]],
  ["a label that is no UTF-8", get("/v1/report?label=%ff%fe", HOST + KNOWN), [200]],
  ["a null byte in the path", get("/li\u0000vez"), [400, 404, 505]],
  ["an encoded null byte", get("/livez%00"), [404]],
  ["a line end in the path", get("/livez%0d%0aX-Evil:%201"), [404]],
  ["a target with a name", get("http://evil.example/livez", "Host: evil.example\r\n"), [403]],
  ["a target with our name", get("http://127.0.0.1/livez"), [200]],
  ["two Hosts", get("/livez", `${HOST}Host: evil.example\r\n`), [400]],
  ["two Hosts, the other way", get("/livez", `Host: evil.example\r\n${HOST}`), [400]],
  ["the same Host twice", get("/livez", HOST + HOST), [400]],
  ["a foreign Host", get("/livez", "Host: evil.example\r\n"), [403]],
  ["a foreign Host for the page", get("/", "Host: evil.example\r\n"), [403]],
  ["a foreign Host with the token", get("/v1/report", `Host: evil.example\r\n${KNOWN}`), [403]],
  ["a Host that starts like ours", get("/livez", "Host: 127.0.0.1.evil.example\r\n"), [403]],
  ["a Host with a user", get("/livez", "Host: 127.0.0.1@evil.example\r\n"), [403]],
  ["HTTP/1.1 without Host", "GET /livez HTTP/1.1\r\n\r\n", [400]],
  ["HTTP/1.0 without Host", "GET /livez HTTP/1.0\r\n\r\n", [200]],
  ["HTTP/1.0 for the health", "GET /health HTTP/1.0\r\n\r\n", [200]],
  ["HTTP/0.9", "GET /livez\r\n\r\n", [400, 505]],
  ["HTTP/2's greeting", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 505]],
  ["TLS's greeting", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", [400]],
  ["TRACE", asked("TRACE"), [405]],
  ["CONNECT", asked("CONNECT"), [405]],
  ["CONNECT to another host", asked("CONNECT", "evil.example:443"), [400, 404]],
  ["OPTIONS", asked("OPTIONS"), [405]],
  ["OPTIONS of all", asked("OPTIONS", "*"), [400, 404]],
  ["a method in lower case", asked("get"), []],
  ["200 headers", get("/livez", HOST + many(200)), [431]],
  ["90 headers", get("/livez", HOST + many(90)), [200]],
  ["a header of 20 kB", get("/livez", `${HOST}X: ${"x".repeat(20_000)}\r\n`), [431]],
  ["five requests at once", asked("GET").repeat(5), [200, 200, 200, 200, 200]],
  ["a good one, then a bad one", asked("GET") + asked("GET", "/nothing"), [200, 404]],
  ["an upgrade", get("/livez", `${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n`), [200]],
  ["no token", get("/v1/report"), [401]],
  ["a wrong token", get("/v1/report", `${HOST}Authorization: Bearer wrong\r\n`), [401]],
  ["a longer token", get("/metrics", `${HOST}Authorization: Bearer ${TOKEN}x\r\n`), [401]],
  [
    "a token of 10 kB",
    get("/metrics", `${HOST}Authorization: Bearer ${"x".repeat(10_000)}\r\n`),
    [401],
  ],
  ["another scheme", get("/v1/events", `${HOST}Authorization: Basic ${TOKEN}\r\n`), [401]],
  ["the token in the query", get(`/v1/report?token=${TOKEN}`), [401]],
  ["two tokens", get("/v1/report", `${HOST}Authorization: Bearer wrong\r\n${KNOWN}`), [401]],
  ["a beat without token", asked("PUT", `/v1/cells/${ID}/heartbeat`), [401]],
  ["a beat that is no UTF-8", withBody('{"state":"working","message":"\u00ff\u00fe"}'), [400]],
  ["a beat that is no JSON", withBody("{"), [422]],
  ["a body of two lengths", `${BEAT}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, [400]],
  [
    "a length and chunks",
    `${BEAT}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    [400],
  ],
  ["a negative length", `${BEAT}Content-Length: -5\r\n\r\n`, [400]],
  ["a length that is none", `${BEAT}Content-Length: many\r\n\r\n`, [400]],
  ["a chunk that is none", `${BEAT}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, [400]],
  ["a length of 200 MB", `${BEAT}Content-Length: 200000000\r\n\r\n{`, [413]],
  [
    "200 MB for a path that takes none",
    `POST /livez HTTP/1.1\r\n${HOST}Content-Length: 200000000\r\n\r\n`,
    [413],
  ],
];

describe.each(FORMS)("the endpoint (%s)", (form) => {
  const root = join(base, form);
  let server: Endpoint;
  beforeAll(async () => {
    writeCell(root, ID);
    server = await startEndpoint(form, "--root", root, "--token-file", TOKEN_FILE);
  });

  const expectHarmless = async (said: string) => {
    expect(said).not.toMatch(
      /lazarus-pit-test|\/etc\/|root:|\.ts:\d|\n +at |node_modules|<script>/,
    );
    expect(await (await server.get("/livez")).text()).toBe("ok\n");
  };

  test.each(REQUESTS)("answers %s", async (_, bytes, statuses) => {
    const before = treeOf(root);
    const said = await say(server.port, bytes);
    const got = statusesOf(said);
    // More than one status for one request: either is a right answer.
    if (got.length === 1 && statuses.length > 1) expect(statuses).toContain(got[0] ?? 0);
    else expect(got).toEqual(statuses);
    // The root is a field of the report, which the token opens.
    await expectHarmless(said.replace(/"root":"[^"]*"/, ""));
    expect(treeOf(root)).toEqual(before);
  });

  test("refuses a body of 200 MB without reading or keeping it", async () => {
    const before = holdings(server.pid).megabytes;
    for (const how of ["Content-Length: 200000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"]) {
      const wire = openWire(server.port, BEAT + how);
      const megabyte = Buffer.from(`100000\r\n${"x".repeat(0x100000)}\r\n`);
      let sent = 0;
      while (sent < 200 && wire.closedAfter() === undefined) {
        sent += wire.socket.write(megabyte) ? 1 : 0;
        await Bun.sleep(1);
      }
      await until(() => wire.closedAfter() !== undefined);
      // Its answer may be lost where the connection is reset with bytes on their way.
      expect(statusesOf(wire.text())).toBeOneOf([[413], []]);
      expect(sent).toBeLessThan(20);
    }
    expect(holdings(server.pid).megabytes - before).toBeLessThan(30);
    await expectHarmless("");
  });

  test("shows nothing where it cannot write a beat", async () => {
    const said = await say(server.port, withBody('{"state":"working"}').replace(ID, idOf(9)));
    expect(statusesOf(said)).toEqual([404]);
    await expectHarmless(said);
    const broken = writeCell(root, idOf(2), { config: { [CELL_FILES.heartbeat]: 1 } });
    writeFileSync(join(broken, CELL_FILES.config), "{");
    const refused = await say(server.port, withBody('{"state":"working"}').replace(ID, idOf(2)));
    expect(statusesOf(refused)).toEqual([409]);
    await expectHarmless(refused);
  });

  test("is alive, and has said nothing on stderr", async () => {
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  });
});

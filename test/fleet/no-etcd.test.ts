/**
 * Endpoints of other servers than etcd: what operators are told, and that the next endpoint is asked.
 */
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { getKey } from "../../lib/fleet/etcd/operations.ts";
import { startServer, stopServers } from "../tools/etcd.ts";
import { lacking } from "../tools/needs.ts";
import { command, run } from "../tools/program.ts";

const missing = lacking("etcd");
const PASSWORD = () => "correct horse battery";
const HEADER = { cluster_id: "1", member_id: "1", revision: "7", raft_term: "1" };
stopServers();

const servers: { stop(): unknown }[] = [];
afterAll(() => servers.forEach((each) => void each.stop()));

/** The address of a server that answers each request so. */
function answering(answer: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", development: false, fetch: answer });
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

/** The address of a server that sends this text to each client, and closes the connection. */
async function saying(text: string): Promise<string> {
  const server: Server = createServer((socket) => socket.on("error", () => {}).end(text));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push({ stop: () => server.close() });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

const fleet = (step: string, ...endpoints: string[]) =>
  run([...command("executable", "lazarus-pit"), "fleet", step], {
    env: { LAZARUS_PIT_FLEET_ETCD: JSON.stringify({ endpoints }) },
  });

// [what it is, its address, what is said of it]
const cases: [string, () => string | Promise<string>, string][] = [
  [
    "a web page",
    () => answering(() => new Response("<p>Hello</p>")),
    "it answered 200: <p>Hello</p>",
  ],
  ["empty JSON", () => answering(() => Response.json({})), "it is not etcd: it answered {}"],
  [
    "another service's JSON",
    () => answering(() => Response.json({ status: "ok" })),
    'it is not etcd: it answered {"status":"ok"}',
  ],
  [
    "a header without answers",
    () => answering(() => Response.json({ header: HEADER })),
    "Cannot use what etcd answered",
  ],
  [
    "a page that is not there",
    () => answering(() => new Response("404 page not found", { status: 404 })),
    "it answered 404: 404 page not found",
  ],
  [
    "a redirection",
    () => answering(() => Response.redirect("http://127.0.0.1:9/", 302)),
    "it redirects to another address",
  ],
  [
    "a server of ssh",
    () => saying("SSH-2.0-OpenSSH_9.2\r\n"),
    "it does not answer as an HTTP server",
  ],
];

test.each(cases)("%s is not taken for etcd", async (_what, start, said) => {
  const address = await start();
  const hosts = await fleet("hosts", address);
  expect(hosts).toMatchObject({ code: 69, stdout: "" });
  expect(hosts.stderr).toContain(said);
  expect(hosts.stderr).toContain("lazarus-pit fleet check\n");
  const check = await fleet("check", address);
  expect(check.code).toBe(69);
  expect(check.stdout).toMatch(new RegExp(`^error    .*${address}: `));
});

test("a server that echoes brings no password into messages", async () => {
  const echo = answering(async (request) => new Response(await request.text()));
  const client = connectEtcd({
    endpoints: [echo],
    user: "alpha",
    password: PASSWORD,
    allTriesMs: 500,
  });
  const failure: unknown = await client.txn([], [getKey("/x")]).catch((error: unknown) => error);
  expect(String(failure)).toContain(
    'it is not etcd: it answered {"name":"alpha","password":"***"}',
  );
});

describe.skipIf(missing !== "")(`beside an etcd${missing}`, () => {
  let etcd = "";
  beforeAll(async () => {
    etcd = (await startServer()).endpoints[0] ?? "";
  });

  test("an endpoint that is none costs a try, and check names it", async () => {
    const none = answering(() => Response.json({ status: "ok" }));
    // The first endpoint is a random one.
    for (let times = 0; times < 8; times += 1) {
      const client = connectEtcd({ endpoints: [none, etcd] });
      expect(await client.txn([], [getKey("/x")])).toMatchObject({ succeeded: true });
    }
    const check = await fleet("check", none, etcd);
    expect(check.code).toBe(69);
    expect(check.stdout).toContain(`error    Cannot reach etcd at ${none}: `);
    expect(check.stdout).toContain(`ok       ${etcd}: etcd 3.`);
  });
});

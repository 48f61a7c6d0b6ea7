/**
 * The client's account and its time, with a server that fails on demand: how often it logs in, and how
 * long a request takes.
 */
import { afterAll, beforeEach, expect, test } from "bun:test";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";

const HEADER = { cluster_id: "1", member_id: "1", revision: "7", raft_term: "1" };
const LEADER_CHANGED = { code: 14, message: "etcdserver: leader changed" };

let logins = 0;
let logIn: () => unknown;
let answer: () => Response | Promise<Response>;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch({ url }) {
    if (!url.endsWith("/v3/auth/authenticate")) return answer();
    logins += 1;
    await logIn();
    return Response.json({ header: HEADER, token: `token ${logins}` });
  },
});
afterAll(() => server.stop(true));

const fine = () => Response.json({ header: HEADER, succeeded: true, responses: [] });
const never = () => new Promise<Response>(() => {});
const client = ({ tryMs = 300, allTriesMs = 1000 } = {}) =>
  connectEtcd({
    endpoints: [server.url.origin],
    user: "alpha",
    password: () => "correct horse battery",
    tryMs,
    allTriesMs,
  });

beforeEach(() => {
  logins = 0;
  logIn = () => {};
  answer = fine;
});

/** The answers of one request, the last one for all further tries. */
function inTurn(...answers: (() => Response | Promise<Response>)[]): void {
  answer = () => (answers.length > 1 ? answers.shift() : answers[0])?.() ?? fine();
}

test("a failure that is answered needs no new login", async () => {
  const etcd = client();
  await etcd.txn([], []);
  inTurn(() => Response.json(LEADER_CHANGED, { status: 503 }), fine);
  await etcd.txn([], []);
  expect(logins).toBe(1);
});

const tokenIsOld = () =>
  Response.json({ code: 3, message: "etcdserver: revision of auth store is old" }, { status: 400 });

test("a request logs in again as often as roles change meanwhile, but not for ever", async () => {
  inTurn(tokenIsOld, tokenIsOld, tokenIsOld, tokenIsOld, fine);
  await client().txn([], []);
  expect(logins).toBe(5);
  inTurn(tokenIsOld);
  expect(client().txn([], [])).rejects.toThrow("auth store is old");
});

test("a request without an answer is followed by a new login", async () => {
  const etcd = client();
  await etcd.txn([], []);
  inTurn(never, fine);
  await etcd.txn([], []);
  expect(logins).toBe(2);
});

test("a login counts to the time of its request", async () => {
  const etcd = client({ tryMs: 2500, allTriesMs: 2500 });
  logIn = () => Bun.sleep(2000);
  answer = never;
  const start = performance.now();
  const failure: unknown = await etcd.txn([], []).catch((error: unknown) => error);
  expect(String(failure)).toContain("no answer in time");
  // Both times together would be 4500 ms.
  expect(performance.now() - start).toBeLessThan(4000);
});

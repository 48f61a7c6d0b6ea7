/** A signal during a look at etcd: it ends at the next request, not after the last page. */
import { afterAll, expect, test } from "bun:test";
import { command, FORMS } from "../tools/program.ts";

const HEADER = { cluster_id: "1", member_id: "1", revision: "7", raft_term: "1" };
const RANGE = { response_range: { kvs: [], count: "0" } };

let [requests, onRequest] = [0, () => {}];
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { success } = (await request.json()) as { success: unknown[] };
    requests += 1;
    onRequest();
    await Bun.sleep(500);
    return Response.json({
      header: HEADER,
      succeeded: true,
      responses: success.map(() => RANGE),
    });
  },
});
afterAll(() => server.stop(true));

test.each(FORMS)("scan --fleet (%s) stops between two requests", async (form) => {
  requests = 0;
  const settings = JSON.stringify({ endpoints: [server.url.origin] });
  const child = Bun.spawn([...command(form, "scan"), "--fleet"], {
    env: { ...process.env, LAZARUS_PIT_FLEET_ETCD: settings },
    stderr: "pipe",
  });
  onRequest = () => child.kill("SIGINT");
  expect([await child.exited, requests]).toEqual([75, 1]);
  expect(await child.stderr.text()).toContain("Cannot look at the fleet: interrupted by SIGINT");
});

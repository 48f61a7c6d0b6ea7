/**
 * A disk that does not answer holds up the beats that come over HTTP, and nothing else: strace
 * makes each fsync of the server wait.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { BEAT_DEADLINE_MS } from "../../lib/http/received-beat.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { startEndpoint, stopEndpoints } from "../tools/endpoint.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";
import { slowDisk } from "../tools/slow-disk.ts";

const base = scratch();
stopEndpoints();
const root = join(base, "missions");
const tokenFile = join(base, "token");
writeFileSync(tokenFile, "the-token-of-the-endpoint");
chmodSync(tokenFile, 0o600);

/** Longer than a beat may wait, and than the test needs to see that. */
const HELD_SECONDS = 3 * (BEAT_DEADLINE_MS / 1000);

const seqOf = async (response: Response): Promise<number> =>
  ((await response.json()) as { seq: number }).seq;

const lack = lacking("strace");
test.skipIf(lack !== "")(
  `while the disk hangs, reads are answered, beats are to be sent again, and none is late${lack}`,
  async () => {
    for (const n of [1, 2]) writeCell(root, idOf(n));
    const server = await startEndpoint("executable", "--root", root, "--token-file", tokenFile);
    const headers = {
      Authorization: "Bearer the-token-of-the-endpoint",
      "Content-Type": "application/json",
    };
    const put = (n: number, body: object) =>
      server.get(`/v1/cells/${idOf(n)}/heartbeat`, {
        method: "PUT",
        headers,
        body: JSON.stringify(body),
      });
    const before = await seqOf(await put(2, { state: "working" }));

    const release = await slowDisk(server.pid, "fsync", HELD_SECONDS);
    const held = [put(1, { state: "working" }), put(2, { state: "working" })];
    await Bun.sleep(200);
    const started = performance.now();
    for (const path of ["/livez", "/v1/report", "/health"])
      expect((await server.get(path, { headers })).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(BEAT_DEADLINE_MS / 2);
    for (const response of await Promise.all(held)) {
      expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "1"]);
      expect(await response.text()).toContain("try_again");
    }
    await release();

    // The one that waited behind the first is not written when the disk comes back.
    expect(await seqOf(await put(2, { state: "working" }))).toBe(before + 1);
    expect((await server.stop()).code).toBe(0);
  },
);

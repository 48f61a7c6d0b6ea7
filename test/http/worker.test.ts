/**
 * The server survives the death of the worker that writes beats.
 */
import { chmodSync, cpSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { startServer, stopEndpoints } from "../tools/endpoint.ts";
import { scratch } from "../tools/program.ts";

const base = scratch();
stopEndpoints();

test("after a worker has died, another one writes the next beat", async () => {
  for (const part of ["bin", "lib", "config", "package.json"])
    cpSync(resolve(import.meta.dir, "../..", part), join(base, "tree", part), { recursive: true });
  symlinkSync(resolve(import.meta.dir, "../../node_modules"), join(base, "tree", "node_modules"));
  const script = join(base, "tree/bin/serve-health.ts");
  const [root, token] = [join(base, "missions"), join(base, "token")];
  writeCell(root, idOf(1));
  writeFileSync(token, "the-token-of-the-endpoint");
  chmodSync(token, 0o600);
  const server = await startServer([script], "--root", root, "--token-file", token);
  const beat = async () => {
    const response = await server.get(`/v1/cells/${idOf(1)}/heartbeat`, {
      method: "PUT",
      headers: {
        Authorization: "Bearer the-token-of-the-endpoint",
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ state: "working" }),
    });
    return response.status;
  };
  // During an upgrade there may be no file that a new worker can run.
  renameSync(script, `${script}.old`);
  expect(await beat()).toBe(500);
  expect(await beat()).toBe(500);
  renameSync(`${script}.old`, script);
  expect(await beat()).toBe(200);
  const { code, stderr } = await server.stop();
  expect([code, stderr.split("bug: ").length]).toEqual([0, 3]);
});

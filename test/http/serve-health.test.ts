import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  holdings,
  openWire,
  startEndpoint,
  startServer,
  stopEndpoints,
  until,
} from "../tools/endpoint.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";

const base = scratch();
chmodSync(base, 0o755);
stopEndpoints();
const root = join(base, "missions");
writeCell(root, idOf(1));

function fileWith(name: string, text: string, mode: number): string {
  const path = join(base, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}
const GOOD = fileWith("good", "a-secret-that-is-long-enough\n", 0o640);
const SHORT = fileWith("short", "short", 0o600);
const LINES = fileWith("lines", "a-secret-that-is\nlong-enough", 0o600);
const ODD = fileWith("odd", "a-secret-that-is-l\u00f6ng", 0o600);
const RAW = fileWith("raw", "\u0001\u00ff".repeat(16), 0o600);
const SHOWN = fileWith("shown", "a-secret-that-is-long-enough", 0o604);

const TOKEN_LINE = "Authorization: Bearer a-secret-that-is-long-enough\r\n";
/** The start of a beat with the token of GOOD. */
const HEAD = `PUT /v1/cells/${idOf(1)}/heartbeat HTTP/1.1\r\nHost: localhost\r\n${TOKEN_LINE}Content-Type: application/json\r\n`;

/** A socket left by a process that has died. */
async function staleSocket(path: string): Promise<void> {
  const program = `Bun.listen({ unix: ${JSON.stringify(path)}, socket: { data() {} } }); process.kill(process.pid, 9)`;
  await run([process.execPath, "-e", program]);
}

describe.each(FORMS)("serve-health (%s)", (form) => {
  /** Its output when it cannot start; it is stopped after 10 s if it does. */
  const refused = async (...args: string[]) => {
    const argv = [...command(form, "serve-health"), "--root", root, ...args];
    return refusalOf("serve-health", await run(["timeout", "10", ...argv]));
  };

  test.each([
    [64, ["--listen=8471"], '"8471" for --listen'],
    [64, ["--listen=127.0.0.1:70000"], '"127.0.0.1:70000" for --listen'],
    [64, ["--listen=unix:relative"], '"unix:relative" for --listen'],
    [64, ["--scan-interval=soon"], '"soon" for --scan-interval'],
    [64, ["--scan-interval=0"], '"0" for --scan-interval'],
    [64, ["--scan-interval=30d"], '"30d" for --scan-interval'],
    [64, ["--max-clients=0"], '"0" for --max-clients'],
    [64, ["--allow-host=pit.example:443"], '"pit.example:443" for --allow-host'],
    [64, ["--allow-host", "https://pit.example"], '"https://pit.example" for --allow-host'],
    [64, ["--allow-host=*"], '"*" for --allow-host'],
    [64, ["--port=1"], 'Unknown flag: "--port"'],
    [73, ["--listen=unix:/nowhere/socket"], '"/nowhere/socket": no such file or directory'],
    [73, [`--listen=unix:${GOOD}`], "a file that is not a socket exists"],
    [73, [`--listen=unix:${GOOD}/below`], "not a directory (ENOTDIR)"],
    [73, [`--listen=unix:${base}/${"x".repeat(120)}`], "name too long"],
    [78, ["--listen=0.0.0.0:0"], "beyond this host without a token"],
    [78, ["--listen=[::]:0"], "beyond this host without a token"],
    [78, ["--token-file", "/nowhere"], 'the secret in "/nowhere": no such file or directory'],
    [78, ["--token-file", base], "it is not a file of at most 16384 bytes"],
    [78, ["--token-file", SHORT], "it is not one line of 16 plain characters or more"],
    [78, ["--beat-secret-file", LINES], "it is not one line of 16 plain characters or more"],
    [78, ["--token-file", ODD], "it is not one line of 16 plain characters or more"],
    [78, ["--beat-secret-file", RAW], "it is not one line of 16 plain characters or more"],
    [78, ["--token-file", SHOWN], "everyone may read it"],
    [78, ["--token-file", GOOD, "--operator-token-file", GOOD], "for another purpose too"],
    [78, ["--beat-secret-file", SHOWN], "everyone may read it"],
  ] as [number, string[], string][])("ends with %p for %p", async (code, args, why) => {
    expect(await refused(...args)).toMatchObject({ code, message: expect.stringContaining(why) });
  });

  test("ends with 66 if the root does not exist", async () => {
    const argv = [...command(form, "serve-health"), "--root", "/nowhere", "--listen=127.0.0.1:0"];
    expect(refusalOf("serve-health", await run(["timeout", "10", ...argv])).code).toBe(66);
  });

  test("prints its address, and ends with 75 if the address is in use", async () => {
    const server = await startEndpoint(form, "--root", root);
    expect(server.address).toBe(`http://127.0.0.1:${server.port}/`);
    expect(await refused(`--listen=127.0.0.1:${server.port}`)).toMatchObject({
      code: 75,
      message: `Cannot listen on "127.0.0.1:${server.port}": the address is in use`,
    });
    expect(await server.stop()).toEqual({ code: 0, stdout: `${server.address}\n`, stderr: "" });
  });

  test("replaces a stale unix socket, but not one in use", async () => {
    const path = join(base, `${form}.sock`);
    await staleSocket(path);
    expect(lstatSync(path).isSocket()).toBe(true);
    const server = await startEndpoint(form, "--root", root, `--listen=unix:${path}`);
    expect(server.address).toBe(`unix:${path}`);
    expect((lstatSync(path).mode & 0o777).toString(8)).toBe("660");
    expect(await refused(`--listen=unix:${path}`)).toMatchObject({
      code: 75,
      message: `Cannot listen on "${path}": another process listens there`,
    });
    expect((await server.get("/v1/report")).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test("does not replace the socket of a server with a full queue", async () => {
    const path = join(base, `busy-${form}.sock`);
    const flags = ["--root", root, `--listen=unix:${path}`];
    const server = await startEndpoint(form, ...flags);
    process.kill(server.pid, "SIGSTOP");
    const waiting = Array.from({ length: 600 }, () => connect(path).on("error", () => {}));
    try {
      await until(() => waiting.some(({ destroyed }) => destroyed));
      expect(await refused(...flags.slice(2))).toMatchObject({
        code: 75,
        message: `Cannot listen on "${path}": another process listens there`,
      });
    } finally {
      process.kill(server.pid, "SIGCONT");
      for (const each of waiting) each.destroy();
    }
    expect((await server.get("/livez")).status).toBe(200);
    await server.stop();
  });

  test("does not remove the socket of a successor", async () => {
    const path = join(base, `next-${form}.sock`);
    const flags = ["--root", root, `--listen=unix:${path}`];
    const server = await startEndpoint(form, ...flags);
    const { descriptors } = holdings(server.pid);
    const inFlight = connect(path);
    inFlight.on("error", () => {});
    inFlight.write("GET /livez HTTP/1.1\r\n");
    await until(() => holdings(server.pid).descriptors > descriptors);
    const stopped = server.stop();
    await until(() => !existsSync(path));
    const next = await startEndpoint(form, ...flags);
    expect((await stopped).code).toBe(0);
    expect(existsSync(path)).toBe(true);
    expect((await next.get("/livez")).status).toBe(200);
    await next.stop();
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "does not replace a socket that it may not connect to (needs root)",
    async () => {
      const dir = join(base, `open-${form}`);
      mkdirSync(dir);
      chmodSync(dir, 0o777);
      const path = join(dir, "socket");
      const server = await startEndpoint(form, "--root", root, `--listen=unix:${path}`);
      const argv = [...command(form, "serve-health"), "--root", root, `--listen=unix:${path}`];
      const ended = await run(["timeout", "10", ...asUser(NOBODY), ...argv]);
      expect(refusalOf("serve-health", ended).code).toBe(77);
      expect((await server.get("/livez")).status).toBe(200);
      await server.stop();
    },
  );

  test("logs once why scans fail, and that they succeed again", async () => {
    const [here, away] = [join(base, `moving-${form}`), join(base, `away-${form}`)];
    mkdirSync(here);
    const server = await startEndpoint(form, "--root", here, "--scan-interval=1s");
    renameSync(here, away);
    await until(async () => (await server.get("/readyz")).status === 503);
    renameSync(away, here);
    await until(async () => (await server.get("/readyz")).ok);
    const missing = `Cannot list cells under "${here}": it does not exist`;
    expect(await server.stop()).toMatchObject({
      code: 0,
      stderr: `serve-health: scan failed: ${missing}\nserve-health: scans succeed again\n`,
    });
  });

  test("is not blocked by a stderr without a reader", async () => {
    const here = join(base, `silent-${form}`);
    mkdirSync(here);
    const pipe = join(base, `full-${form}`);
    expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
    // Opening the pipe for reading and writing needs no reader; the first write fills it.
    const script = `exec 3<>'${pipe}'; head -c 65536 /dev/zero >&3; exec "$@" 2>&3 3>&-`;
    const program = ["sh", "-c", script, "sh", ...command(form, "serve-health")];
    const server = await startServer(program, "--root", here, "--scan-interval=1s");
    rmdirSync(here);
    await until(async () => (await server.get("/readyz")).status === 503);
    expect((await server.get("/livez")).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
  });

  test("ends cleanly if stopped as soon as it has printed its address", async () => {
    const path = join(base, `brief-${form}.sock`);
    const argv = [...command(form, "serve-health"), "--root", root, `--listen=unix:${path}`];
    for (let tries = 0; tries < 5; tries++) {
      const child = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
      await child.stdout.getReader().read();
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
      expect(existsSync(path)).toBe(false);
    }
  });

  test("ends by SIGTERM: streams get bye, open requests a response", async () => {
    const server = await startEndpoint(form, "--root", root, "--token-file", GOOD);
    const host = "Host: localhost\r\n";
    const stream = openWire(server.port, `GET /v1/events HTTP/1.1\r\n${host}${TOKEN_LINE}\r\n`);
    await until(() => stream.text().includes("event: report"));
    const beat = '{"state":"working"}';
    const head = `${HEAD}Content-Length: ${beat.length}\r\n\r\n`;
    const inFlight = openWire(server.port, head + beat.slice(0, 5));
    await until(() => inFlight.socket.bytesWritten > 0);
    // The server answers this after it has read what was sent before.
    const idle = openWire(server.port, `GET /livez HTTP/1.1\r\n${host}\r\n`);
    await until(() => idle.text().endsWith("ok\n"));

    const stopped = server.stop();
    await until(() => stream.text().includes("event: bye"));
    expect(openWire(server.port, "").text()).toBe("");
    inFlight.socket.write(beat.slice(5));
    await until(() => inFlight.text().includes('"seq":'));
    expect(inFlight.text()).toStartWith("HTTP/1.1 200 OK\r\n");
    expect(await stopped).toMatchObject({ code: 0, stderr: "" });
  });

  test("allows a proxy's names with --allow-host, and no others", async () => {
    const flags = ["--allow-host", "Health.Example", "--allow-host=pit.example"];
    const server = await startEndpoint(form, "--root", root, ...flags);
    const status = async (host: string) =>
      (await server.get("/livez", { headers: { Host: host } })).status;
    expect(await status("health.example")).toBe(200);
    expect(await status("pit.example:443")).toBe(200);
    expect(await status("evil.example")).toBe(403);
  });

  test("allows the address that it listens on as a Host name, whichever it is", async () => {
    const server = await startEndpoint(form, "--root", root, "--listen=127.9.9.9:0");
    expect(new URL(server.address).hostname).toBe("127.9.9.9");
    expect((await server.get("/v1/report")).status).toBe(200);
  });

  test("shows only totals in /metrics with --no-per-cell-metrics", async () => {
    const server = await startEndpoint(form, "--root", root);
    const quiet = await startEndpoint(form, "--root", root, "--no-per-cell-metrics");
    const [all, few] = [server, quiet].map(async (each) => (await each.get("/metrics")).text());
    expect(await all).toContain(
      `mission_cell_status{mission_id="${idOf(1)}",status="healthy"} 1\n`,
    );
    expect(await few).toContain('mission_cells{status="healthy"} 1\n');
    expect(await few).not.toContain(idOf(1));
  });
});

test("ends by SIGTERM even if a request never ends (both forms)", async () => {
  const ends = FORMS.map(async (form) => {
    const server = await startEndpoint(form, "--root", root, "--token-file", GOOD);
    const wire = openWire(server.port, `${HEAD}Content-Length: 100\r\n\r\n{`);
    await until(() => wire.socket.bytesWritten > 0);
    expect((await server.get("/livez")).status).toBe(200);
    return server.stop();
  });
  expect(await Promise.all(ends)).toMatchObject(FORMS.map(() => ({ code: 0 })));
});

/**
 * The samples of config/notify, each against a real receiver: HTTP servers on this host, Debian's
 * Alertmanager, and a mail server that msmtp, as sendmail(1), speaks to.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { Message } from "../../lib/contract/event.ts";
import { backgrounds, eventually, freePort } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { type Place, placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();
const SAMPLES = join(import.meta.dir, "../../config/notify");
const ID = idOf(1);
const home = scratch();
const start = backgrounds();

/** The samples call lazarus-pit, as it is installed on a host. */
const bin = join(home, "bin");
mkdirSync(bin);
symlinkSync(command("executable", "lazarus-pit")[0] ?? "", join(bin, "lazarus-pit"));
const env = { PATH: `${bin}:${process.env["PATH"]}`, HOME: home };

interface Received {
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | null;
}
const received: Received[] = [];
let status = 200;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const authorization = request.headers.get("authorization");
    received.push({
      path: new URL(request.url).pathname,
      body: await request.json(),
      authorization,
    });
    return new Response("", { status });
  },
});
afterAll(() => server.stop(true));

/** A file for curl with an address. */
function curlFile(name: string, url: string): string {
  const path = join(home, `${name}.curl`);
  writeFileSync(path, `url = "${url}"\nheader = "Authorization: Bearer secret"\n`, { mode: 0o600 });
  return path;
}
const sample = (name: string, ...args: string[]) => [join(SAMPLES, name), ...args];
const webOf = (name: string, ...args: string[]) =>
  sample(name, curlFile(name, `${server.url.href}${name}`), ...args);

/** A place with a dead cell whose agent chose its title. */
function placeFor(notify: readonly string[]): Place {
  const place = placeOf({
    notify: { command: notify },
    public_url: "https://pit.example/",
    stale_after_seconds: 600,
  });
  writeCell(place.root, ID, {
    age: 700,
    title: "<!channel> Prüfe\n*it*",
    mission: { owner: "ines", labels: { team: "a" } },
  });
  return place;
}

const supervise = (place: Place) =>
  run([...command("executable", "supervise"), "--once", "--config", place.config], { env });

/** Notifies by a sample; gives what its receiver got. */
async function post(name: string, ...args: string[]): Promise<Received> {
  const { stderr } = await supervise(placeFor(webOf(name, ...args)));
  expect(stderr).not.toContain("notify");
  const found = received.find(({ path }) => path === `/${name}`);
  if (found === undefined) throw new Error(`nothing came to ${name}`);
  return found;
}

const noCurl = lacking("curl");
describe.skipIf(noCurl !== "")(`a sample that posts${noCurl}`, () => {
  test("webhook: the message as its schema describes it, with the secret header", async () => {
    const got = await post("webhook");
    expect(v.is(Message, got.body)).toBe(true);
    expect(got.authorization).toBe("Bearer secret");
    expect(got.body).toMatchObject({
      route: "default",
      attention: "critical",
      events: [
        {
          mission_id: ID,
          owner: "ines",
          labels: { team: "a" },
          next: expect.stringContaining(`scan --explain ${ID} --config /`),
          url: `https://pit.example/#${ID}`,
        },
      ],
    });
  });

  test("slack: one text, in which an agent's words call nobody", async () => {
    const { text } = (await post("slack")).body as { text: string };
    expect(text).toStartWith("*[critical] ");
    expect(text).toContain("&lt;!channel&gt; Prüfe\\u{a}*it*");
    expect(text).not.toContain("<");
    expect(text).toContain(`next: scan --explain ${ID}`);
    expect(text).toContain("(owner: ines)");
  });

  test("ntfy: topic, title, priority and link", async () => {
    expect((await post("ntfy", "ops")).body).toMatchObject({
      topic: "ops",
      title: expect.stringContaining("[critical]"),
      priority: 5,
      click: `https://pit.example/#${ID}`,
    });
  });

  test.each([
    [500, "HTTP 500", 1],
    [404, "HTTP 404", 1],
    [413, "refused with HTTP 413", 0],
  ])("answered with %d, says so, and keeps what may be taken later", async (code, why, kept) => {
    status = code;
    const place = placeFor(webOf("webhook"));
    const { stderr } = await supervise(place);
    status = 200;
    expect(stderr).toContain(why);
    const config = ["--config", place.config, "--json"];
    const shown = await run([...command("executable", "lazarus-pit"), "notify", ...config]);
    expect(JSON.parse(shown.stdout)).toMatchObject([{ route: "default", waiting: kept }]);
  });
});

const noMail = lacking("msmtp", "python3");
test.skipIf(noMail !== "")(`a mail arrives by sendmail(1), whole and once${noMail}`, async () => {
  const mails = mailServer();
  writeFileSync(
    join(home, ".msmtprc"),
    `account default\nhost 127.0.0.1\nport ${mails.port}\nfrom pit@example.org\n`,
    { mode: 0o600 },
  );
  symlinkSync(Bun.which("msmtp") ?? "", join(bin, "sendmail"));
  const { stderr } = await supervise(placeFor(sample("mail", "ops@example.org")));
  mails.stop();
  expect(stderr).not.toContain("notify");
  expect(mails.envelopes).toEqual([["MAIL FROM:<pit@example.org>", "RCPT TO:<ops@example.org>"]]);
  // Python's parser reads the mail independently.
  const reader =
    "import email, email.policy, json, sys; m = email.message_from_file(sys.stdin, policy=email.policy.default); print(json.dumps([m['subject'], m['to'], m['message-id'], m['auto-submitted'], m.get_content()]))";
  const read = await run(["python3", "-c", reader], { input: mails.texts[0] ?? "" });
  const [subject, to, messageId, auto, body] = JSON.parse(read.stdout) as string[];
  expect(subject).toMatch(/^\[critical\] .*"<!channel> Prüfe\\u\{a\}\*it\*" is stale/);
  expect([to, auto]).toEqual(["ops@example.org", "auto-generated"]);
  expect(messageId).toMatch(/^<[0-9a-f-]{36}@.+>$/);
  expect(body).toContain(`next: scan --explain ${ID}`);
});

/** Takes mails by SMTP, as far as msmtp speaks it. */
function mailServer() {
  const [envelopes, texts]: [string[][], string[]] = [[], []];
  const listener = Bun.listen<{ lines: string[]; isData: boolean }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { lines: [], isData: false };
        socket.write("220 test\r\n");
      },
      data(socket, chunk) {
        for (const line of chunk.toString().split("\r\n").slice(0, -1)) {
          if (!socket.data.isData) {
            if (/^(?:MAIL|RCPT)/.test(line)) socket.data.lines.push(line);
            socket.data.isData = line === "DATA";
            socket.write(line === "DATA" ? "354 go on\r\n" : "250 ok\r\n");
            if (line === "DATA") {
              envelopes.push(socket.data.lines);
              texts.push("");
            }
          } else if (line === ".") {
            socket.data.isData = false;
            socket.write("250 taken\r\n");
          } else texts[texts.length - 1] += `${line}\n`;
        }
      },
    },
  });
  return { envelopes, texts, port: listener.port, stop: () => listener.stop(true) };
}

const noManager = lacking("prometheus-alertmanager", "curl");
test.skipIf(noManager !== "")(
  `an Alertmanager has an alert while the mission is dead, and none after it${noManager}`,
  async () => {
    const web = `127.0.0.1:${freePort()}`;
    writeFileSync(join(home, "am.yml"), "route: {receiver: r}\nreceivers: [{name: r}]\n");
    const flags = {
      "config.file": join(home, "am.yml"),
      "storage.path": join(home, "am"),
      "web.listen-address": web,
      "cluster.listen-address": "",
    };
    const argv = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    start(["prometheus-alertmanager", ...argv]);
    const api = `http://${web}/api/v2/alerts`;
    await eventually(async () =>
      (await fetch(api).catch(() => undefined))?.ok ? true : undefined,
    );
    const place = placeFor(sample("alertmanager", curlFile("alertmanager", api)));
    expect((await supervise(place)).stderr).not.toContain("notify");
    const alerts = async () => (await (await fetch(api)).json()) as object[];
    expect(await alerts()).toMatchObject([
      {
        labels: {
          alertname: "MissionCell",
          severity: "critical",
          mission_id: ID,
          owner: "ines",
          label_team: "a",
        },
        annotations: { runbook: expect.stringContaining(`scan --explain ${ID} --config /`) },
        generatorURL: `https://pit.example/#${ID}`,
      },
    ]);
    writeCell(place.root, ID, { mission: { owner: "ines", labels: { team: "a" } } });
    expect((await supervise(place)).stderr).not.toContain("notify");
    await eventually(async () => ((await alerts()).length === 0 ? true : undefined));
  },
);

const notify = (place: Place, ...args: string[]) =>
  run([...command("executable", "lazarus-pit"), "notify", "--config", place.config, ...args], {
    env,
  });

describe("lazarus-pit notify", () => {
  test("notify --test sends a message that says so, and tells how it went", async () => {
    const place = placeOf();
    const routes = [{ name: "broken", command: ["sh", "-c", "echo no luck; exit 3"] }];
    place.configure({ notify: { ...place.TELL, routes } });
    expect(await notify(place, "--test")).toMatchObject({
      code: 69,
      stdout: expect.stringMatching(
        /^(?=[^]*default: the receiver took it\n)[^]*broken: sh ended with 3: no luck\n/,
      ),
    });
    expect(place.told()).toMatchObject([{ test: true, events: [{ event: "test" }] }]);
    expect(v.is(Message, place.told()[0])).toBe(true);
    expect(await notify(place, "--test", "--route", "default")).toMatchObject({ code: 0 });
    expect(await notify(place, "--test", "--route", "nobody")).toMatchObject({ code: 78 });
  });

  test("shows each route, what waits for it, and since when", async () => {
    const place = placeOf({ notify: { command: ["false"] } });
    writeCell(place.root, ID, { age: 60 });
    await supervise(place);
    const { code, stdout } = await notify(place);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ROUTE +WAITING +OLDEST +LAST TAKEN +PROGRAM\ndefault +1 +20\S+Z +- +false\n$/,
    );
    place.configure({});
    expect((await notify(place)).stdout).toContain("(not in the configuration)");
  });

  test.each([
    [["--format", "fax"], 64],
    [["--format", "mail"], 64],
    [["--format", "mail", "--to", "a\nBcc: b"], 64],
    [["--format", "slack", "--to", "a"], 64],
    [["--route", "default"], 64],
    [["--format", "text"], 65],
  ])("refuses %p with %d", async (args, code) => {
    expect(await notify(placeOf(), ...args)).toMatchObject({ code, stdout: "" });
  });
});

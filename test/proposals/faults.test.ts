/**
 * What goes wrong between accept-proposals and its tracker: whatever it is and wherever it
 * happens, a later pass does exactly what is still to be done.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { type Bridged, bridges, type Fate } from "../tools/bridge.ts";
import { idOf } from "../tools/cells.ts";
import { freePort } from "../tools/background.ts";
import { until } from "../tools/endpoint.ts";
import { Gitea, READ_ONLY, TOKEN } from "../tools/gitea.ts";
import { command, type Ended, FORMS, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";
import { jsonRefusalOf, refusalOf, refused } from "../tools/refusal.ts";
import { contentOf } from "../tools/tree.ts";
import { wrongWith } from "../tools/whole.ts";

const { bridge, tokenFile } = await bridges();

/** The id that follows from repository 3 and issue 1. */
const FIRST = "b90d40dd-558d-5fb9-841f-61572f483a9e";
const PLAIN = bodyOf({ repository: undefined, ref: undefined });
const QUIET = { code: 0, stdout: "", stderr: "" };
const here = scratch();

interface Story {
  readonly what: string;
  /** Brings an issue to where a pass has something to do. */
  readonly tell: (bridged: Bridged) => Promise<void> | void;
  /** The label, and how often we have spoken, once it is done. */
  readonly label: string;
  readonly words: number;
  readonly cells: readonly string[];
}

const STORIES: readonly Story[] = [
  {
    what: "a mission to make",
    tell: ({ gitea }) => void gitea.propose(bodyOf()),
    label: "mission/active",
    words: 1,
    cells: [FIRST],
  },
  {
    what: "a mission to make where labels are not exclusive",
    tell: ({ gitea }) => {
      gitea.labels = gitea.labels.map((label) => ({ ...label, exclusive: false }));
      gitea.propose(PLAIN);
      gitea.takeLabel(1, "mission/proposed");
      gitea.takeLabel(1, "mission/accepted");
      gitea.setLabel(1, "mission/accepted");
    },
    label: "mission/active",
    words: 1,
    cells: [FIRST],
  },
  {
    what: "a proposal to refuse",
    tell: ({ gitea }) => void gitea.propose("nothing of the form"),
    label: "",
    words: 1,
    cells: [],
  },
  {
    what: "an end to tell of",
    async tell({ gitea, root, poll }) {
      gitea.propose(PLAIN);
      await poll();
      const path = join(root, FIRST, CELL_FILES.mission);
      writeFileSync(path, readFileSync(path, "utf8").replace('"initialized"', '"abandoned"'));
    },
    label: "mission/ended",
    words: 2,
    cells: [FIRST],
  },
];

const FATES: readonly Fate[] = [
  "kill-before",
  "kill-after",
  "cut-before",
  "cut-after",
  "cut-within",
];
const isKill = (fate: Fate) => fate === "kill-before" || fate === "kill-after";
const isRead = (call: string) => call.startsWith("GET ");

/** How many calls a pass makes, and which of them write. */
async function callsOf({ tell }: Story): Promise<string[]> {
  const bridged = await bridge();
  await tell(bridged);
  const before = bridged.gitea.seen.length;
  await bridged.poll();
  return bridged.gitea.seen.slice(before).map(({ call }) => call);
}

function expectDone({ gitea, root, cells }: Bridged, story: Story): void {
  expect(gitea.labelsOf(1).join()).toBe(story.label);
  expect(gitea.said(1)).toHaveLength(story.words);
  expect(cells()).toEqual([...story.cells]);
  for (const id of story.cells) expect(wrongWith(root, id)).toEqual([]);
}

/** A pass that meets `fate` at the call numbered `at`, then one that meets nothing. */
async function expectOnce(story: Story, calls: readonly string[], at: number, fate: Fate) {
  const bridged = await bridge();
  await story.tell(bridged);
  const call = calls[at] ?? "";
  // A call that only reads is tried again at once, so it meets the same until it gives up.
  const first = await bridged.pollMeeting((number, met) =>
    number === at || (isRead(call) && number > at && met === call) ? fate : undefined,
  );
  expect({ at, call, code: first.code }).toEqual({ at, call, code: isKill(fate) ? 137 : 69 });
  const half = contentOf(bridged.root);
  expect(await bridged.poll()).toMatchObject({ code: 0, stderr: "" });
  expectDone(bridged, story);
  // What was there is not made again.
  const { ".": _, ...kept } = half;
  expect(contentOf(bridged.root)).toMatchObject(kept);
  expect(await bridged.poll()).toEqual(QUIET);
  expectDone(bridged, story);
}

describe.each(STORIES)("$what", (story) => {
  test.each(FATES)("happens once, even if any one call meets a %s", async (fate) => {
    const calls = await callsOf(story);
    expect(calls.filter((call) => !isRead(call)).length).toBeGreaterThan(1);
    for (const [at, call] of calls.entries())
      if (isKill(fate) || !isRead(call)) await expectOnce(story, calls, at, fate);
  });
});

test("a read that is cut off each time ends the pass, and the next pass does everything", async () => {
  const [story] = STORIES;
  const calls = story === undefined ? [] : await callsOf(story);
  for (const [at, call] of calls.entries())
    if (story !== undefined && isRead(call)) await expectOnce(story, calls, at, "cut-within");
});

test("editing the mission id between the cell and its comment creates no second cell", async () => {
  const { gitea, cells, poll, pollMeeting } = await bridge();
  const body = bodyOf({ repository: undefined, ref: undefined, mission_id: idOf(1) });
  gitea.propose(body);
  await pollMeeting((_, call) => (call === "POST issues/1/comments" ? "kill-before" : undefined));
  expect(cells()).toEqual([idOf(1)]);
  gitea.edit(1, bodyOf({ mission_id: idOf(2), title: "Another" }));
  expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${idOf(1)}\n`, stderr: "" });
  expect(cells()).toEqual([idOf(1)]);
  // It describes what was created, not what is there now.
  const digest = new Bun.CryptoHasher("sha256").update(body).digest("hex");
  expect(gitea.said(1)).toEqual([expect.stringContaining(`sha256 of the text: ${digest}\n`)]);
  expect(gitea.said(1)[0]).toContain("\nFix the flaky tests\n");
});

test("a cell that a killed pass created is synced to disk before the comment about it", async () => {
  const { gitea, root, poll, pollMeeting } = await bridge();
  gitea.propose(PLAIN);
  await pollMeeting((_, call) => (call === "POST issues/1/comments" ? "kill-before" : undefined));
  const log = dirname(join(root, FIRST, CELL_FILES.log));
  renameSync(log, join(here, "log"));
  const ended = await poll();
  expect(ended).toMatchObject({ code: 74 });
  expect(ended.stdout).toStartWith(`#1 failed: Cannot sync the cell ${FIRST} to disk`);
  expect(gitea.said(1)).toEqual([]);
  renameSync(join(here, "log"), log);
  expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
  expect(gitea.said(1)).toHaveLength(1);
});

const json = (message: string) => JSON.stringify({ message });

describe("a tracker that refuses", () => {
  test.each([
    [401, 77, "the token is not valid (401: no)"],
    [403, 77, "the token has no permission for that (403: no)"],
    [404, 66, "it does not exist, or the token's account may not see it (404: no)"],
    [409, 65, "it was refused (409: no)"],
    [422, 65, "it was refused (422: no)"],
    [500, 69, "it was refused (500: no)"],
    [502, 69, "the tracker, or a proxy before it, is not available (502: no)"],
    [302, 78, `it redirects to "https://me:***@login.test/in" (302)`],
  ])("with %d ends with %d, and says what was asked", async (status, code, why) => {
    const { gitea, pollMeeting, cells } = await bridge();
    gitea.propose(PLAIN);
    const ended = await pollMeeting(() => ({
      status,
      body: json("no"),
      headers: { Location: `https://me:secret@login.test/in?token=${TOKEN}` },
    }));
    expect(refusalOf("accept-proposals", ended)).toMatchObject({
      code,
      message: `Cannot GET "team/missions/issues?state=open&type=issues&labels=mission%2Faccepted&page=1&limit=50" of "${gitea.url}": ${why}`,
    });
    expect(cells()).toEqual([]);
  });

  test.each([401, 403, 404, 409, 422, 500, 503])(
    "a comment that fails with %d leaves its label unchanged",
    async (status) => {
      const { gitea, poll, pollMeeting, cells } = await bridge();
      gitea.propose(PLAIN);
      const ended = await pollMeeting((_, call) =>
        call.endsWith("comments") ? { status, body: json("no") } : undefined,
      );
      expect(ended.stdout).toStartWith("#1 failed: Cannot POST ");
      expect(ended.code).toBeGreaterThan(64);
      expect([gitea.said(1), gitea.labelsOf(1), cells()]).toEqual([
        [],
        ["mission/accepted"],
        [FIRST],
      ]);
      expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
      expect(gitea.said(1)).toHaveLength(1);
    },
  );

  test("one issue does not block the others", async () => {
    const { gitea, pollMeeting } = await bridge();
    for (let number = 1; number <= 3; number++) gitea.propose(PLAIN);
    gitea.issues[1]!.isLocked = true;
    const { code, stdout } = await pollMeeting(() => undefined);
    expect({ code, lines: stdout.replace(/ [0-9a-f]{8}-.*| Cannot .*/g, "").split("\n") }).toEqual({
      code: 77,
      lines: ["#1 made", "#2 failed:", "#3 made", ""],
    });
  });

  test("with an unknown form of error is reported like others, in JSON too", async () => {
    const { gitea, pollMeeting, root } = await bridge();
    gitea.propose(PLAIN);
    const html = await pollMeeting(() => ({ status: 200, body: "<html>" }));
    expect(refusalOf("accept-proposals", html)).toMatchObject({
      code: 69,
      message: expect.stringContaining("the response is not JSON"),
    });
    const other = await pollMeeting(() => ({ status: 200, body: '[{"number": "x"}]' }));
    expect(refusalOf("accept-proposals", other)).toMatchObject({
      code: 69,
      message: "Cannot use the tracker's response: 0.number: Expected a whole number, 0 or more",
    });
    const call = [
      ...command("executable", "accept-proposals"),
      "--poll",
      "--json",
      "--state-dir",
      join(here, "state"),
      "--root",
      root,
      "--gitea-allow=a",
    ];
    const nowhere = await run([
      ...call,
      "--gitea-repository=a/b",
      `--gitea-url=http://127.0.0.1:${freePort()}`,
      `--gitea-token-file=${tokenFile}`,
    ]);
    expect(jsonRefusalOf(nowhere)).toMatchObject({
      code: 69,
      message: expect.stringContaining("no complete response (ECONNREFUSED)"),
    });
  });

  test.each([
    ["GET issues/1/timeline", '{"a": 1}'],
    ["GET issues/1/timeline", '[{"id": 1, "type": "label", "created_at": "31 February"}]'],
    ["GET issues/1", "null"],
    ["GET issues/1", '{"number": 1, "body": null}'],
    ["POST issues/1/labels", '{"name": "mission/active"}'],
    ["POST issues/1/labels", ""],
    ["POST issues/1/comments", ""],
    ["POST issues/1/comments", '{"error": "log in"}'],
  ])("with another shape of %s fails that issue alone: %s", async (at, body) => {
    const { gitea, poll, pollMeeting } = await bridge();
    gitea.propose(PLAIN);
    gitea.propose(PLAIN);
    const ended = await pollMeeting((_, call) => (call === at ? { status: 200, body } : undefined));
    expect(ended.code).toBe(69);
    expect(ended.stdout).toMatch(/^#1 failed: Cannot use the tracker's response: .*\n#2 made /);
    expect((await poll()).stdout).toStartWith("#1 made ");
    expect(gitea.said(1)).toHaveLength(1);
  });

  test("with an unrequested compressed response is not decompressed", async () => {
    const { gitea, pollMeeting } = await bridge();
    gitea.propose(PLAIN);
    const bomb = Bun.gzipSync(new Uint8Array(64 * 1024 * 1024));
    const headers = { "Content-Encoding": "gzip" };
    const ended = await pollMeeting(() => ({ status: 200, body: bomb, headers }));
    expect(refusalOf("accept-proposals", ended)).toMatchObject({
      code: 69,
      message: expect.stringContaining("the response is not JSON"),
    });
  });

  test("with terminal escapes in its message is printed without them", async () => {
    const { gitea, pollMeeting } = await bridge();
    gitea.propose(PLAIN);
    const ended = await pollMeeting(() => ({ status: 409, body: json("\u001b[2J\nx") }));
    expect(ended.stderr).toContain("(409: \\u{1b}[2J\\u{a}x)");
  });

  test("to end its list is abandoned after the page limit", async () => {
    const { gitea, pollMeeting } = await bridge();
    gitea.propose(PLAIN);
    const endless = "[".repeat(33 * 1024 * 1024);
    const ended = await pollMeeting(() => ({ status: 200, body: endless }));
    expect(ended).toMatchObject({
      code: 65,
      stdout: "",
      stderr: expect.stringContaining("the response is too large\n"),
    });
    expect(gitea.seen).toHaveLength(12);
  });
});

test("a list of active issues that fails hides no mission that was created, and delays no clone", async () => {
  const { gitea, poll, pollMeeting, cells } = await bridge();
  gitea.propose(PLAIN);
  gitea.propose(bodyOf());
  let lists = 0;
  const ended = await pollMeeting((_, call) =>
    call === "GET issues" && ++lists > 2 ? { status: 500, body: json("no") } : undefined,
  );
  expect({ ...ended, stdout: ended.stdout.replace(/ [0-9a-f-]{36}/g, "") }).toEqual({
    code: 69,
    stdout: "#1 made\n#2 made\n",
    stderr: expect.stringContaining("&labels=mission%2Factive&"),
  });
  expect(cells()).toHaveLength(2);
  expect(await poll()).toEqual(QUIET);
});

test("an issue that is too large to read does not block the others", async () => {
  const { gitea, poll, cells } = await bridge();
  gitea.propose("x".repeat(40 * 1024 * 1024));
  gitea.propose(PLAIN);
  const { code, stdout, stderr } = await poll();
  expect({ code, stdout: stdout.replace(/ [0-9a-f-]{36}/, ""), stderr }).toEqual({
    code: 0,
    stdout: "#2 made\n",
    stderr: "accept-proposals: skipped an issue that is too large to read\n",
  });
  expect(cells()).toHaveLength(1);
});

describe("an issue whose timeline is too large to read", () => {
  const talk = "x".repeat(17 * 1024 * 1024);

  test("is refused with one comment, and does not block the others", async () => {
    const { gitea, poll, pollMeeting, cells } = await bridge();
    gitea.propose(PLAIN);
    gitea.comment(1, talk);
    gitea.comment(1, talk);
    gitea.propose(PLAIN);
    const said = "#1 refused: its timeline is too long to read\n#2 made ";
    expect((await poll("--dry-run")).stdout).toStartWith("#1 would-refuse: its timeline");
    const killed = await pollMeeting((_, call) =>
      call.startsWith("DELETE ") ? "kill-before" : undefined,
    );
    expect(killed.code).toBe(137);
    const ended = await poll();
    expect({ ...ended, stdout: ended.stdout.slice(0, said.length) }).toEqual({
      code: 0,
      stdout: said,
      stderr: "",
    });
    expect(gitea.said(1)).toEqual([expect.stringContaining("Propose the mission in a new issue.")]);
    expect(gitea.labelsOf(1)).toEqual([]);
    expect(await poll()).toEqual(QUIET);
    expect(cells()).toHaveLength(1);
  });

  test("gets one comment about the end of its mission, even if a pass is killed", async () => {
    const bridged = await bridge();
    const { gitea, poll, pollMeeting } = bridged;
    await STORIES.at(-1)?.tell(bridged);
    gitea.comment(1, talk);
    gitea.comment(1, talk);
    await pollMeeting((_, call) => (call.endsWith("labels") ? "kill-before" : undefined));
    expect(await poll()).toEqual({ code: 0, stdout: `#1 ended ${FIRST}\n`, stderr: "" });
    expect(gitea.said(1)).toHaveLength(2);
    expect(gitea.labelsOf(1)).toEqual(["mission/ended"]);
    expect(await poll()).toEqual(QUIET);
  });
});

const listed = (gitea: Gitea, number: number) => ({
  number,
  html_url: gitea.addressOf(number),
  body: PLAIN,
  repository: { id: 3 },
  labels: [],
  updated_at: "2026-01-01T00:00:00Z",
});

const TOO_LARGE = "[".repeat(33 * 1024 * 1024);

test("an endless list is abandoned, even if its issues are read one at a time", async () => {
  const { gitea, pollMeeting, cells } = await bridge();
  const one = listed(gitea, 1);
  const ended = await pollMeeting((number) => ({
    status: 200,
    body: number === 0 ? TOO_LARGE : JSON.stringify([one]),
  }));
  expect(refusalOf("accept-proposals", ended)).toMatchObject({
    code: 65,
    message: "Cannot read a list of more than 200 pages of 50 entries",
  });
  // The 200 pages, and the 50 issues of the first.
  expect(gitea.seen).toHaveLength(250);
  expect(cells()).toEqual([]);
});

test("a list with too many entries is abandoned, however few its pages are", async () => {
  const { gitea, pollMeeting } = await bridge();
  const body = JSON.stringify(Array.from({ length: 4000 }, (_, at) => listed(gitea, at + 1)));
  const ended = await pollMeeting(() => ({ status: 200, body }));
  expect(refusalOf("accept-proposals", ended)).toMatchObject({
    code: 65,
    message: "Cannot read a list of more than 200 pages of 50 entries",
  });
  expect(gitea.seen).toHaveLength(3);
});

test.each([
  ["the first page", 0, 50],
  ["a later page", 300, 50],
  ["the first page, where pages are small", 0, 20],
  ["a later page, where pages are small", 300, 20],
])("an issue that is too large in %s blocks none of many others", async (_, after, pageSize) => {
  const { gitea, poll, cells } = await bridge();
  gitea.pageSize = pageSize;
  // With labels of the organisation, all issues are listed, and the newest one comes first.
  gitea.organisationLabels = gitea.labels;
  gitea.labels = [];
  gitea.propose(PLAIN);
  for (let count = after; count < 300; count++) gitea.file("x");
  gitea.file("x".repeat(40 * 1024 * 1024));
  for (let count = 0; count < after; count++) gitea.file("x");
  gitea.propose(PLAIN);
  const { code, stdout, stderr } = await poll();
  expect({ code, stdout: stdout.replaceAll(/ [0-9a-f-]{36}/g, "") }).toEqual({
    code: 0,
    stdout: `#1 made\n#303 made\n`,
  });
  expect(new Set(stderr.trimEnd().split("\n"))).toEqual(
    new Set(["accept-proposals: skipped an issue that is too large to read"]),
  );
  expect(cells()).toHaveLength(2);
});

test("a pass that is killed while git clones leaves no lock and no cell behind", async () => {
  const { gitea, poll, cells, root, lock } = await bridge();
  gitea.propose(bodyOf());
  const bin = join(here, "slow");
  mkdirSync(bin);
  writeFileSync(join(bin, "git"), '#!/bin/sh\n: >"$0.ran"\nsleep 600\n', { mode: 0o755 });
  const call = [
    ...command("executable", "accept-proposals"),
    "--poll",
    "--state-dir",
    dirname(dirname(dirname(lock))),
    "--root",
    root,
    "--gitea-allow=alice",
  ];
  const child = Bun.spawn([...call, ...gitea.flags(tokenFile)], {
    env: { ...process.env, PATH: `${bin}:${process.env["PATH"]}` },
    stdio: ["ignore", "ignore", "ignore"],
  });
  await until(() => existsSync(join(bin, "git.ran")));
  child.kill("SIGKILL");
  await child.exited;
  expect(cells()).toEqual([]);
  expect(await poll()).toMatchObject({ code: 0, stdout: `#1 made ${FIRST}\n` });
  expect(cells()).toEqual([FIRST]);
});

describe("a tracker that asks to wait", () => {
  test.each(["GET", "POST"])("is called again after a short wait: %s", async (method) => {
    const { gitea, pollMeeting } = await bridge();
    gitea.propose(PLAIN);
    let met = 0;
    const ended = await pollMeeting((_, call) =>
      call.startsWith(method) && met++ === 0
        ? { status: 429, headers: { "Retry-After": "1" } }
        : undefined,
    );
    expect(ended).toMatchObject({ code: 0, stdout: `#1 made ${FIRST}\n` });
    expect(gitea.said(1)).toHaveLength(1);
  });

  test.each(["3600", "99999999999", "3600.5", new Date(Date.now() + 3_600_000).toUTCString()])(
    "is left to the next pass after a long one: %s",
    async (after) => {
      const { gitea, poll, pollMeeting } = await bridge();
      gitea.propose(PLAIN);
      gitea.propose(PLAIN);
      const ended = await pollMeeting((_, call) =>
        call.endsWith("comments") ? { status: 429, headers: { "Retry-After": after } } : undefined,
      );
      expect(ended).toMatchObject({
        code: 75,
        stdout: expect.stringContaining("too many requests"),
      });
      expect(gitea.seen.filter(({ call }) => call.endsWith("comments"))).toHaveLength(1);
      expect((await poll()).stdout.match(/ made /g)).toHaveLength(2);
    },
  );

  test("with a busy server gets read requests again", async () => {
    const { gitea, pollMeeting } = await bridge();
    gitea.propose(PLAIN);
    const ended = await pollMeeting((number) =>
      number < 2 ? { status: 503, headers: { "Retry-After": "0" } } : undefined,
    );
    expect(ended).toMatchObject({ code: 0, stdout: `#1 made ${FIRST}\n` });
  });

  test.each(["1", "3600"])(
    "with a busy server gets no write again, which may have succeeded: %s",
    async (after) => {
      const { gitea, poll, pollMeeting } = await bridge();
      gitea.propose(PLAIN);
      gitea.propose(PLAIN);
      const ended = await pollMeeting((_, call) =>
        call.endsWith("comments") ? { status: 503, headers: { "Retry-After": after } } : undefined,
      );
      expect(ended).toMatchObject({
        code: 75,
        stdout: expect.stringContaining("the tracker asks to wait (503"),
      });
      expect(gitea.seen.filter(({ call }) => call.endsWith("comments"))).toHaveLength(1);
      expect((await poll()).stdout.match(/ made /g)).toHaveLength(2);
      expect([gitea.said(1).length, gitea.said(2).length]).toEqual([1, 1]);
    },
  );
});

test("the token is sent to no other server, not even by a redirect", async () => {
  const { gitea, pollMeeting } = await bridge();
  const other = await Gitea.start();
  gitea.propose(PLAIN);
  for (const status of [301, 302, 303, 307, 308])
    await pollMeeting(() => ({
      status,
      headers: { Location: `${other.url}/api/v1/repos/team/missions/issues` },
    }));
  expect(other.seen).toEqual([]);
});

test("a missing label is an error that names it, and the comment is posted once", async () => {
  const { gitea, poll, cells } = await bridge();
  gitea.propose(PLAIN);
  const all = gitea.labels;
  gitea.labels = all.filter(({ name }) => name !== "mission/active");
  for (let pass = 0; pass < 3; pass++)
    expect(await poll()).toMatchObject({
      code: 69,
      stderr: expect.stringContaining(
        'Cannot set the label "mission/active" of issue 1: the repository has no such label',
      ),
    });
  gitea.labels = all;
  expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
  expect([cells(), gitea.said(1).length]).toEqual([[FIRST], 1]);
});

/** Holds the lock on a path while `use` is at work. */
async function whileHeld<T>(path: string, use: () => Promise<T>): Promise<T> {
  const script = "echo held; exec sleep 600";
  const holder = Bun.spawn(["flock", "--no-fork", path, "sh", "-c", script], { stdout: "pipe" });
  await holder.stdout.getReader().read();
  try {
    return await use();
  } finally {
    holder.kill();
    await holder.exited;
  }
}

describe("a lock", () => {
  test("held by another pass makes it exit 75; a dry run needs no lock", async () => {
    const { root, lock, poll } = await bridge();
    expect(await poll("--dry-run")).toEqual(QUIET);
    expect(existsSync(lock)).toBe(false);
    expect(await poll()).toEqual(QUIET);
    expect(refusalOf("accept-proposals", await whileHeld(lock, poll))).toEqual({
      code: 75,
      message: `Cannot accept proposals for "${root}": another pass is running`,
      hint: "run it again later",
    });
  });

  test("is the same for two copies of the token, as systemd creates them", async () => {
    const { gitea, cells, pollMeeting, pollWith } = await bridge();
    gitea.propose(PLAIN);
    const copy = secret("copy", TOKEN);
    let other: Promise<Ended> | undefined;
    const first = await pollMeeting((_, call) => {
      if (!call.startsWith("POST ") || other !== undefined) return undefined;
      return (other = pollWith(copy)).then(() => undefined);
    });
    expect(first).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    expect(await other).toMatchObject({ code: 75 });
    expect([cells(), gitea.said(1).length]).toEqual([[FIRST], 1]);
  });

  test("of supervise on the root does not block it", async () => {
    const { gitea, root, poll } = await bridge();
    gitea.propose(PLAIN);
    expect(await whileHeld(root, poll)).toMatchObject({ code: 0, stdout: `#1 made ${FIRST}\n` });
  });
});

const secret = (name: string, text: string, mode = 0o600) => {
  writeFileSync(join(here, name), text, { mode });
  return join(here, name);
};

describe.each(FORMS)("the set-up (%s)", (form) => {
  const GOOD = {
    gitea_url: "https://gitea.test",
    gitea_repository: "team/missions",
    gitea_allow: ["alice"],
  };
  const call = (settings: object, args: string[] = [], env: Record<string, string> = {}) => {
    const config = secret(`config-${form}.json`, JSON.stringify({ root: here, ...settings }));
    return refused(form, "accept-proposals", ["--poll", "--config", config, ...args], { env });
  };

  test.each([
    [
      "an address",
      { ...GOOD, gitea_url: undefined },
      "Cannot read proposals: gitea_url is not set",
    ],
    [
      "a repository",
      { ...GOOD, gitea_repository: undefined },
      "Cannot read proposals: gitea_repository is not set",
    ],
    [
      "people who may accept",
      { ...GOOD, gitea_allow: undefined },
      "Cannot read proposals: gitea_allow is not set",
    ],
    ["a token", GOOD, "Cannot read proposals: the token is missing"],
  ])("needs %s", async (_, settings, message) => {
    expect(await call(settings)).toMatchObject({ code: 78, message });
  });

  test("sends no token unencrypted, except to this host", async () => {
    const url = "http://gitea.test";
    expect(await call({ ...GOOD, gitea_url: url })).toMatchObject({
      code: 78,
      message: `Cannot use "${url}": the token would be sent unencrypted`,
    });
    expect(await call({ ...GOOD, gitea_url: url }, ["--insecure"])).toMatchObject({
      message: "Cannot read proposals: the token is missing",
    });
    expect(await call({ ...GOOD, gitea_url: "https://a:b:c" })).toMatchObject({ code: 78 });
  });

  test("does not print the password of a refused address", async () => {
    expect(await call(GOOD, ["--gitea-url=https://bot:hunter2@gitea.test"])).toMatchObject({
      code: 64,
      message: expect.stringContaining('Cannot use "https://bot:***@gitea.test" for --gitea-url: '),
    });
  });

  test("refuses a token file that everyone can read", async () => {
    const open = secret("open", TOKEN, 0o644);
    expect(await call({ ...GOOD, gitea_token_file: open })).toMatchObject({
      code: 78,
      message: `Cannot use the secret in "${open}": everyone may read it`,
    });
  });

  test("does not advise a random token instead of an incomplete one", async () => {
    const empty = secret("empty", "");
    expect(await call({ ...GOOD, gitea_token_file: empty })).toMatchObject({
      code: 78,
      hint: "put the account's token there, and nothing else",
    });
  });

  test("takes the token from systemd's credentials", async () => {
    const gitea = await Gitea.start();
    secret("gitea-token", READ_ONLY);
    gitea.propose("nothing of the form");
    const args = [
      "--poll",
      "--root",
      here,
      ...gitea.flags(tokenFile).slice(0, 2),
      "--gitea-allow",
      "alice",
      "--state-dir",
      join(here, "state"),
    ];
    const ended = await run([...command(form, "accept-proposals"), ...args], {
      env: { CREDENTIALS_DIRECTORY: here },
    });
    expect(ended.stdout).toContain(
      `#1 failed: Cannot POST "team/missions/issues/1/comments" of "${gitea.url}": the token has no permission for that (403: token does not have`,
    );
    expect(ended).toMatchObject({ code: 77, stderr: expect.stringContaining("scope write:issue") });
    expect(ended.stdout + ended.stderr).not.toContain(READ_ONLY);
  });
});

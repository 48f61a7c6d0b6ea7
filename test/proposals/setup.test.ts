/**
 * A repository that is not set up, or not usable any more: missing labels, `--setup`, locked issues,
 * archives, certificates.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { type Bridged, bridges } from "../tools/bridge.ts";
import { OWNER_TOKEN } from "../tools/gitea.ts";
import { command, type Form, FORMS, run } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";
import { refusalOf } from "../tools/refusal.ts";

const { bridge, tokenFile } = await bridges();
const PLAIN = bodyOf({ repository: undefined, ref: undefined });
const FIRST = "b90d40dd-558d-5fb9-841f-61572f483a9e";
const FORM_PATH = ".gitea/ISSUE_TEMPLATE/mission-proposal.yaml";
const FORM = readFileSync(join(import.meta.dir, "../../config/gitea", FORM_PATH), "utf8");
const ownerFile = join(tokenFile, "../owner-token");
writeFileSync(ownerFile, `${OWNER_TOKEN}\n`, { mode: 0o600 });

const NAMES = ["mission/proposed", "mission/accepted", "mission/active", "mission/ended"];
const namesOf = ({ gitea }: Bridged) => gitea.labels.map(({ name }) => name);
const HINT = "create the labels with: accept-proposals --setup";

describe("a repository without the labels", () => {
  test("makes a pass exit 69 and name the label, until it is set up", async () => {
    const bridged = await bridge();
    const { gitea, cells, poll } = bridged;
    gitea.labels = gitea.labels.filter(({ name }) => name === "bug");
    gitea.file(PLAIN);
    const { code, stderr } = await poll();
    expect(code).toBe(69);
    expect(stderr).toContain(
      'Cannot list the issues with the label "mission/accepted": the repository has no such label, and the token may not see those of an organisation\n',
    );
    expect(stderr).toContain(
      `hint: ${HINT}; or, if they are labels of the organisation, use a token that also has the scope read:organization\n`,
    );
    expect(await setUp(bridged)).toMatchObject({ code: 0, stderr: "" });
    expect(await poll()).toEqual({ code: 0, stdout: "", stderr: "" });
    gitea.setLabel(1, "mission/accepted");
    expect(await poll()).toMatchObject({ code: 0, stdout: `#1 made ${FIRST}\n` });
    expect(cells()).toEqual([FIRST]);
  });

  test("makes a pass name a label that differs by case, which --setup renames", async () => {
    const bridged = await bridge();
    const { gitea, pass } = bridged;
    gitea.labels = gitea.labels.map((label) => ({
      ...label,
      name: label.name.replace("mission/a", "Mission/A"),
    }));
    gitea.file(PLAIN);
    gitea.setLabel(1, "Mission/Accepted");
    const { code, stderr } = await bridged.poll();
    expect([code, stderr]).toEqual([
      69,
      expect.stringContaining(': the repository has no such label, only "Mission/Accepted": '),
    ]);
    expect((await setUp(bridged)).stdout).toBe(`exists: "mission/proposed"
renamed, because upper and lower case differed: "mission/accepted"
renamed, because upper and lower case differed: "mission/active"
exists: "mission/ended"
created "${FORM_PATH}"
`);
    expect(await pass()).toEqual([`#1 made ${FIRST}`]);
  });

  test("still has its ends of missions reported, if only that for acceptance is missing", async () => {
    const { gitea, root, pass } = await bridge();
    gitea.propose(PLAIN);
    await pass();
    gitea.labels = gitea.labels.filter(({ name }) => name !== "mission/accepted");
    const path = join(root, FIRST, "meta/mission.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"initialized"', '"completed"'));
    expect(await pass()).toEqual([`#1 ended ${FIRST}`]);
  });
});

async function inOrganisation(): Promise<Bridged> {
  const bridged = await bridge();
  bridged.gitea.organisationLabels = bridged.gitea.labels;
  bridged.gitea.labels = [];
  return bridged;
}

describe("labels of the organisation", () => {
  test.each(["all", "none"] as const)(
    "work where the tracker lists %s for their names",
    async (listed) => {
      const { gitea, root, cells, pass } = await inOrganisation();
      gitea.listsForUnknown = listed;
      expect(await pass()).toEqual([]);
      gitea.file(PLAIN);
      expect(await pass()).toEqual([]);
      gitea.setLabel(1, "mission/accepted");
      expect(await pass()).toEqual([`#1 made ${FIRST}`]);
      expect([gitea.labelsOf(1), cells()]).toEqual([["mission/active"], [FIRST]]);
      const path = join(root, FIRST, "meta/mission.json");
      writeFileSync(path, readFileSync(path, "utf8").replace('"initialized"', '"completed"'));
      gitea.close(1);
      expect(await pass()).toEqual([`#1 ended ${FIRST}`]);
      expect(gitea.labelsOf(1)).toEqual(["mission/ended"]);
    },
  );

  test("make a pass that may not see them exit 69 and name the scope that it needs", async () => {
    const { gitea, pass, pollWithin } = await inOrganisation();
    gitea.propose(PLAIN);
    const labels = gitea.organisationLabels;
    gitea.organisationLabels = undefined;
    const { code, stderr } = await pollWithin({});
    expect(code).toBe(69);
    expect(stderr).toContain(
      'Cannot set the label "mission/active" of issue 1: the repository has no such label, and the token may not see those of an organisation\n',
    );
    expect(stderr).toContain("the scope read:organization\n");
    gitea.organisationLabels = labels;
    expect(await pass()).toEqual([`#1 made ${FIRST}`]);
    expect(gitea.said(1)).toHaveLength(1);
  });

  test("that are missing too are missing labels of the repository", async () => {
    const { gitea, pollWithin } = await inOrganisation();
    gitea.organisationLabels = [];
    const { code, stderr } = await pollWithin({});
    expect(code).toBe(69);
    expect(stderr).toContain(`the repository has no such label\naccept-proposals: hint: ${HINT}\n`);
  });
});

async function withoutList(): Promise<Bridged> {
  const bridged = await bridge();
  bridged.gitea.onCall = (_number, call) =>
    /^GET \S*labels$/.test(call) ? { status: 404, body: '{"message":"not found"}' } : undefined;
  return bridged;
}

describe("a tracker that has no list of labels", () => {
  test.each(["all", "none"] as const)(
    "is told once, and missing labels by those of the issues where it lists %s for them",
    async (listed) => {
      const { gitea, cells, pollWithin } = await withoutList();
      const labels = gitea.labels;
      gitea.listsForUnknown = listed;
      gitea.labels = [{ id: 3, name: "Mission/Accepted", exclusive: true }];
      gitea.file(PLAIN);
      gitea.setLabel(1, "Mission/Accepted");
      const { code, stderr } = await pollWithin({});
      expect([code, cells(), stderr.split("going on with the labels that").length]).toEqual([
        69,
        [],
        2,
      ]);
      expect(stderr).toContain('no such label, only "Mission/Accepted": upper and lower case');
      gitea.takeLabel(1, "Mission/Accepted");
      gitea.labels = labels;
      gitea.setLabel(1, "mission/accepted");
      const done = await pollWithin({});
      expect([done.code, cells(), gitea.said(1).length]).toEqual([0, [FIRST], 1]);
      // No issue has the label for acceptance any more.
      expect((await pollWithin({})).code).toBe(0);
    },
  );
});

/** `--setup` with nothing but the repository and a token. */
function setUp(
  { gitea }: Bridged,
  {
    token = ownerFile,
    form = "executable",
    more = [],
  }: { token?: string; form?: Form; more?: string[] } = {},
) {
  const flags = [...gitea.flags(token), "--setup", ...more];
  return run([...command(form, "accept-proposals"), ...flags]);
}

describe("--setup", () => {
  test.each(FORMS)("creates the labels and the form once (%s)", async (form) => {
    const bridged = await bridge();
    const { gitea } = bridged;
    gitea.labels = [];
    const preview = await setUp(bridged, { form, more: ["--dry-run"] });
    expect(preview.stdout).toStartWith('would create "mission/proposed"\n');
    expect([gitea.labels, gitea.files.size]).toEqual([[], 0]);
    const lines = (outcome: string) =>
      [...NAMES, FORM_PATH].map((item) => `${outcome} "${item}"\n`).join("");
    expect(await setUp(bridged, { form })).toEqual({
      code: 0,
      stdout: lines("created"),
      stderr: "",
    });
    expect(namesOf(bridged)).toEqual(NAMES);
    expect(gitea.labels.every(({ exclusive }) => exclusive)).toBe(true);
    expect(gitea.files.get(FORM_PATH)).toBe(FORM);
    const before = gitea.seen.length;
    expect((await setUp(bridged, { form })).stdout).toBe(lines("exists:"));
    const { stdout } = await setUp(bridged, { form, more: ["--json"] });
    expect(JSON.parse(stdout)).toEqual({
      schema_version: 1,
      repository: "team/missions",
      steps: [...NAMES, FORM_PATH].map((item) => ({ item, outcome: "exists" })),
    });
    expect(gitea.seen.slice(before).every(({ call }) => call.startsWith("GET "))).toBe(true);
  });

  test("with a token for passes creates the labels, and says what is left to do: 77", async () => {
    const bridged = await bridge();
    bridged.gitea.labels = [];
    const ended = await setUp(bridged, { token: tokenFile });
    expect(refusalOf("accept-proposals", { ...ended, stdout: "" })).toMatchObject({
      code: 77,
      hint: expect.stringMatching(/scopes write:issue and write:repository; or commit .* by hand$/),
    });
    expect(namesOf(bridged)).toEqual(NAMES);
    expect(ended.stdout).toContain('created "mission/ended"\n');
  });

  test("leaves another form, and labels of the organisation", async () => {
    const bridged = await bridge();
    const { gitea } = bridged;
    gitea.organisationLabels = gitea.labels;
    gitea.labels = [];
    gitea.files.set(FORM_PATH.replace(".gitea", ".forgejo"), "name: Mine\n");
    expect((await setUp(bridged)).stdout).toEndWith(
      'but differs from the form of this version: ".forgejo/ISSUE_TEMPLATE/mission-proposal.yaml"\n',
    );
    expect([gitea.labels, gitea.files.size]).toEqual([[], 1]);
  });
});

describe("a tracker that is away", () => {
  test.each([
    [502, "<html>Bad Gateway</html>", /is not available \(502\)$/, /^wait until it is back/],
    [504, "", /is not available \(504\)$/, /^wait until it is back/],
    [200, "<html>Sign in</html>", /the response is not JSON$/, /a page for sign-in/],
  ])("is named: %d %s", async (status, body, message, hint) => {
    const { gitea, pass } = await bridge();
    gitea.onCall = () => ({ status, body });
    expect(await pass().catch((error: unknown) => error)).toMatchObject({
      fault: "unavailable",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test("may send an issue without text", async () => {
    const { gitea, pass } = await bridge();
    gitea.propose(PLAIN);
    gitea.onCall = (_, call) =>
      call === "GET issues/1"
        ? { status: 200, body: JSON.stringify({ ...ISSUE, labels: gitea.issues[0]?.labels }) }
        : undefined;
    expect(await pass()).toEqual([
      expect.stringMatching(/^#1 refused: .*: the issue ends before it$/),
    ]);
  });
});

/** An issue whose text is null. */
const ISSUE = {
  number: 1,
  html_url: "https://gitea.test/team/missions/issues/1",
  body: null,
  state: "open",
  updated_at: "2026-01-01T00:00:00Z",
  repository: { id: 3 },
};

describe("what nobody may write to", () => {
  test.each([
    [403, "You cannot comment on a locked issue.", "the issue is locked", "unlock it, "],
    [403, "issue is locked", "the issue is locked", "unlock it, "],
    [423, "team/missions is archived", "the repository is archived", "unarchive it, "],
    [403, "the repository is archived", "the repository is archived", "unarchive it, "],
  ])("is named: %d %s", async (status, message, why, hint) => {
    const { gitea, cells, poll } = await bridge();
    gitea.propose(PLAIN);
    gitea.onCall = (_, call) =>
      call.startsWith("GET") ? undefined : { status, body: JSON.stringify({ message }) };
    const ended = await poll();
    expect(ended.code).toBe(77);
    expect(ended.stderr).toContain(`: ${why} (${status}: ${message})\n`);
    expect(ended.stderr).toContain(`hint: ${hint}`);
    gitea.onCall = () => undefined;
    expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    expect([cells(), gitea.said(1).length]).toEqual([[FIRST], 1]);
  });
});

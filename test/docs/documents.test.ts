/** The documents agree with the programs, with the files that there are, and with each other. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "bun:test";
import * as v from "valibot";
import { EXIT } from "../../lib/base/errors.ts";
import { JobDeclaration } from "../../lib/contract/job-declaration.ts";
import { SETTING_NAMES, SETTING_ROWS } from "../../lib/contract/setting-rows.ts";
import { SettingsFile } from "../../lib/contract/settings.ts";
import { PROGRAMS } from "../../lib/dev/build.ts";
import { BLOCKS, DOCUMENTS, documentBlock, textOf } from "../tools/documents.ts";
import { run } from "../tools/program.ts";

const ROOT = join(import.meta.dir, "../..");
/** Documents for users; the others are for those who work on the code. */
const FOR_USERS = DOCUMENTS.filter((each) => each === "README.md" || each.startsWith("lib/docs/"));
const MOST_WORDS = 950;

/** Which file runs each code block; a block is named by a text that no other block of its language has. */
const RUN_BY = [
  ["sh", "npm run quickstart", ".ci/bare"],
  ["console", "init-cell", "test/docs/examples.test.ts"],
  ["sh", "--progress 3/10", "test/docs/examples.test.ts"],
  ["sh", "npm run build", "test/docs/examples.test.ts"],
  ["sh", "scan --explain $id  ", "test/docs/examples.test.ts"],
  ["sh", "beat()", "test/docs/examples.test.ts"],
  ["python", "def beat", "test/docs/examples.test.ts"],
  ["sh", "--job backup", "test/docs/examples.test.ts"],
  ["sh", "supervise snooze", "test/docs/examples.test.ts"],
  ["sh", "curl -fsS -X PUT", "test/docs/http.test.ts"],
  ["sh", "curl -fsS -X POST", "test/docs/http.test.ts"],
  ["sh", "serve-health --listen unix", "test/docs/http.test.ts"],
  ["sh", "--tls-cert", "test/docs/http.test.ts"],
  ["js", "nodeAdapter", "test/docs/http.test.ts"],
  ["cron", "accept-proposals", "test/docs/proposals.test.ts"],
  ["sh", "ip netns add", "test/docs/fleet.test.ts"],
  ["json", "alpha-token", "test/docs/fleet.test.ts"],
  ["sh", "serve-health --fleet", "test/docs/fleet.test.ts"],
  ["json", "alpha.password", "test/fleet/accounts.test.ts"],
  ["ini", "supervise --fleet", "test/fleet/accounts.test.ts"],
  ["sh", "fleet hold --reason", "test/fleet/fleet-command.test.ts"],
  ["sh", "etcdctl snapshot restore", "test/fleet/backup.test.ts"],
  ["sh", "snapshot save", "test/fleet/restored-token.test.ts"],
  ["sh", "rsync -a alpha:", "test/fleet/move.test.ts"],
  ["json", "gitea_token_file", "test/docs/proposals.test.ts"],
  ["json", '"revive"', "test/docs/documents.test.ts"],
  ["json", '"routes"', "test/docs/documents.test.ts"],
  ["sh", "notify --test", "test/supervise/receivers.test.ts"],
  ["json", '"max_runtime"', "test/docs/documents.test.ts"],
  ["sh", "systemd-sysusers", "test/tools/in-place.ts"],
  ["sh", "--user mission-agent", "test/promises/systemd-units.test.ts"],
  ["sh", "systemctl disable", "test/promises/systemd-units.test.ts"],
] as const;

test.each(RUN_BY)("the %s block with %s is run by %s", (language, part, file) => {
  expect(documentBlock(language, part)).not.toBe("");
  expect(readFileSync(join(ROOT, file), "utf8")).toContain(part);
});

test("every code block for users is run by a test", () => {
  const runs = new Set(RUN_BY.map(([language, part]) => documentBlock(language, part)));
  const shown = BLOCKS.filter(({ document }) => FOR_USERS.includes(document));
  expect(shown.filter(({ text }) => !runs.has(text))).toEqual([]);
});

test("README.md can be read in ten minutes", () => {
  expect(textOf("README.md").split(/\s+/).length).toBeLessThanOrEqual(MOST_WORDS);
});

test.each(DOCUMENTS)("every file and section that %s links to exists", (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const broken = links.filter((link) => {
    const [path = "", section] = link.split("#");
    const target = path === "" ? document : join(dirname(document), path);
    return !existsSync(join(ROOT, target)) || (section && !sectionsOf(target).includes(section));
  });
  expect(broken).toEqual([]);
});

/** The headings of a document as the anchors that a forge makes of them. */
const sectionsOf = (document: string): string[] =>
  [...textOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );

test("README.md links to each document", () => {
  const readme = textOf("README.md");
  const others = DOCUMENTS.filter(
    (each) => !["README.md", "test/promises/README.md"].includes(each),
  );
  expect(others.filter((path) => !readme.includes(`](${path})`))).toEqual([]);
});

test.each(DOCUMENTS)("every path of the project that %s names exists", (document) => {
  const paths = [...textOf(document).matchAll(/`((?:lib|test|config|bin|\.ci)\/[\w./*-]+)`/g)];
  const missing = paths
    .map(([, path = ""]) => path)
    .filter((path) => !path.includes("*") && !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});

test("the table of exit codes is the one in force", () => {
  const rows = [...textOf("lib/docs/commands.md").matchAll(/^\| (\d+) \| `(\w+)` \|/gm)];
  const named = rows.map(([, code, word]) => [word, Number(code)]);
  expect(Object.fromEntries([["ok", 0], ...named])).toEqual(EXIT);
});

test("the declaration of a job that is shown is valid, and its table has every key", () => {
  const text = documentBlock("json", '"max_runtime"');
  expect(v.is(SettingsFile, JSON.parse(text))).toBe(true);
  const rows = [...textOf("lib/docs/jobs.md").matchAll(/^\| `(\w+)` \| `--([\w-]+)` \|/gm)];
  const keys = Object.keys(JobDeclaration.pipe[0].entries);
  expect(rows.map(([, key = ""]) => key)).toEqual(keys);
  expect(rows.map(([, , flag = ""]) => flag.replaceAll("-", "_"))).toEqual(keys);
});

test("the policy that is shown has the defaults of its table", () => {
  const { revive } = v.parse(SettingsFile, JSON.parse(documentBlock("json", '"revive"')));
  const table = /^\| ((?:`\w+`(?:, )?)+) \| ([\d., ]+) \|/gm;
  const rows = [...textOf("lib/docs/supervise.md").matchAll(table)];
  const named = rows.flatMap(([, names = "", values = ""]) => {
    const numbers = values.split(", ").map(Number);
    return [...names.matchAll(/`(\w+)`/g)].map(([, name], at) => [name, numbers[at]]);
  });
  const policy: Record<string, unknown> = { ...revive?.[0] };
  expect(named.length).toBeGreaterThan(7);
  for (const [name = "", value] of named) expect([name, policy[name]]).toEqual([name, value]);
});

test("the table of settings has each of them, with its default", () => {
  const rows = [
    ...textOf("lib/docs/commands.md").matchAll(
      /^\| `(\w+_\w+|root|revive|notify|jobs)` \| (.*?) \|/gm,
    ),
  ];
  const shown = rows.map(([, name = "", value = ""]) => [name, value.replaceAll("`", "")]);
  const real = SETTING_NAMES.map((name) => {
    const value = SETTING_ROWS[name].default;
    const isPlain = typeof value === "string" || typeof value === "number";
    return [name, isPlain ? String(value) : Array.isArray(value) ? "none" : ""];
  });
  expect(Object.fromEntries(shown)).toMatchObject(Object.fromEntries(real));
});

test("the settings that are shown are valid", () => {
  const shown = BLOCKS.filter(({ language }) => language === "json");
  const settings = shown.map(({ text }) => JSON.parse(text) as unknown);
  expect(settings.length).toBeGreaterThan(1);
  expect(settings.filter((each) => !v.is(SettingsFile, each))).toEqual([]);
});

test("every flag that is named exists", async () => {
  const subcommands = [
    ["lazarus-pit", "token"],
    ["lazarus-pit", "notify"],
    ["lazarus-pit", "fleet"],
    ["heartbeat", "run"],
    ["heartbeat", "hook"],
  ] as const;
  const calls = [...PROGRAMS.map((program) => [program] as const), ...subcommands];
  const helps = await Promise.all(
    calls.map(async ([program, ...words]) => {
      const { stdout } = await run([join(ROOT, "dist", program), ...words, "--help"]);
      return stdout;
    }),
  );
  const flags = new Set(
    FOR_USERS.flatMap((each) => textOf(each).match(/(?<=[`\s])--[a-z][a-z-]+/g)),
  );
  const ofOthers = `--create --now ${documentBlock("sh", "etcdctl snapshot restore")} ${documentBlock("sh", "snapshot save")}`;
  const known = [...helps, ofOthers, "--config --version --help"].join("\n");
  expect([...flags].filter((flag) => !known.includes(flag ?? ""))).toEqual([]);
});

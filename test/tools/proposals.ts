/**
 * Mission proposals for tests: sound ones, and what strangers may write.
 *
 * @module
 */
import { FIELDS, renderProposal } from "../../lib/rules/proposal.ts";
import type { Proposal } from "../../lib/schemas/proposal.ts";

/** A proposal with everything in it but a mission id. */
export const PROPOSAL: Proposal = {
  title: "Fix the flaky tests",
  objective: "The suite passes 100 times in a row.\n\n- on both runners\n- without retries",
  acceptance_criteria: "A log of 100 runs in artifacts/",
  owner: "team-a <a@example.org>",
  repository: "https://git.test/team/app.git",
  ref: "main",
  constraints: "No test is removed.",
  risk: "low",
  heartbeat_interval_seconds: 300,
  labels: { team: "a", "cost/center": "x=1" },
};

/** The body of an issue that proposes it, with what is told changed; undefined leaves a part out. */
export function bodyOf(
  changed: { [Part in keyof Proposal]?: Proposal[Part] | undefined } = {},
): string {
  const entries = Object.entries({ ...PROPOSAL, ...changed });
  return renderProposal(
    Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Proposal,
  );
}

/** The same body with the section of one field replaced by `section`. */
export function withSection(body: string, label: string, section: string): string {
  const labels = FIELDS.map((field) => field.label as string);
  const next = labels[labels.indexOf(label) + 1];
  const start = body.indexOf(`### ${label}\n\n`);
  const end = next === undefined ? body.length : body.indexOf(`### ${next}\n\n`, start);
  return `${body.slice(0, start)}### ${label}\n\n${section}\n\n${body.slice(end)}`;
}

/** What a stranger may write in a field, and what is said of it. */
export const HOSTILE: readonly (readonly [
  what: string,
  field: string,
  section: string,
  why: string,
])[] = [
  ["an option for a URL", "Repository", "--upload-pack=touch /tmp/x", "it starts with a dash"],
  [
    "a file URL",
    "Repository",
    "file:///etc",
    "it is neither a plain path nor an https:// or ssh:// URL",
  ],
  ["a transport helper", "Repository", "ext::sh -c touch% x", "it names a transport helper"],
  ["a password", "Repository", "https://u:p@git.test/a", "it holds credentials"],
  ["a user", "Repository", "https://token@git.test/a", "it holds credentials"],
  ["an ssh password", "Repository", "ssh://u:p@git.test/a", "it holds credentials"],
  ["an ssh option", "Repository", "ssh://-oProxyCommand=x/y", "it is no complete https or ssh URL"],
  ["a way up", "Repository", "https://git.test/../a", "its path holds . or .."],
  ["a path up", "Repository", "../app", "it is no https:// or ssh:// URL"],
  ["a path", "Repository", "/srv/git/app.git", "it is no https:// or ssh:// URL"],
  [
    "plain http",
    "Repository",
    "http://git.test/a",
    "it is neither a plain path nor an https:// or ssh:// URL",
  ],
  [
    "scp's spelling",
    "Repository",
    "git@git.test:a",
    "it is neither a plain path nor an https:// or ssh:// URL",
  ],
  [
    "percent signs",
    "Repository",
    "https://git.test/%2e%2e/a",
    "it is no plain https:// or ssh:// URL",
  ],
  ["a query", "Repository", "https://git.test/a?b", "it is no plain https:// or ssh:// URL"],
  ["markup", "Repository", "https://git.test/<!--", "it is no plain https:// or ssh:// URL"],
  [
    "a second line",
    "Repository",
    "https://git.test/a\n### Ref",
    "its answer is not as the form writes it",
  ],
  [
    "a long URL",
    "Repository",
    `https://git.test/${"a".repeat(500)}`,
    "Expected at most 500 characters",
  ],
  ["an option for a ref", "Ref", "-f", "it starts with a dash"],
  ["an option for git checkout", "Ref", "--detach", "it starts with a dash"],
  ["a reflog", "Ref", "main@{1}", "it is no plain name of a branch, tag or commit"],
  ["a range", "Ref", "a..b", "it is no plain name of a branch, tag or commit"],
  [
    "a fence's end, indented",
    "Objective",
    "```text\na\n   ```\n\n### Owner\n\nme\n```",
    "its answer is not as the form writes it",
  ],
  [
    "a fence's end, longer",
    "Objective",
    "```text\na\n````\n\n### Owner\n\nme\n```",
    "its answer is not as the form writes it",
  ],
  [
    "an inner fence, indented",
    "Objective",
    "````text\na\n ```\nb\n````",
    "Expected no indented ``` in it",
  ],
  ["no fence", "Objective", "plain", "its answer is not as the form writes it"],
  [
    "a fence of another kind",
    "Objective",
    "```html\n<b>\n```",
    "its answer is not as the form writes it",
  ],
  ["a fence of tildes", "Objective", "~~~text\na\n~~~", "its answer is not as the form writes it"],
  ["an open fence", "Objective", "```text\na", "its answer is not as the form writes it"],
  ["an empty fence", "Objective", "```text\n\n```", "its answer is not as the form writes it"],
  [
    "words after a fence",
    "Objective",
    "```text\na\n```\n\n<!-- hidden -->",
    "its heading is not as the form writes it",
  ],
  [
    "60 KB of text",
    "Objective",
    `\`\`\`text\n${"a".repeat(60_000)}\n\`\`\``,
    "Expected at most 6000 characters",
  ],
  [
    "60 KB of lines",
    "Constraints",
    `\`\`\`text\n${"a\n".repeat(30_000)}a\n\`\`\``,
    "Expected at most 6000 characters",
  ],
  [
    "60 KB of backticks",
    "Objective",
    "`".repeat(60_000),
    "its answer is not as the form writes it",
  ],
  [
    "a fence of 60 KB",
    "Objective",
    `${"`".repeat(30_000)}text\na\n${"`".repeat(30_000)}\n\nb`,
    "its heading is not as the form writes it",
  ],
  [
    "an escape sequence",
    "Title",
    "```text\n\u001b[2Jx\n```",
    "it holds a character that cannot be seen, U+001B",
  ],
  [
    "a bidi mark",
    "Title",
    "```text\na\u202eb\n```",
    "it holds a character that cannot be seen, U+202E",
  ],
  [
    "a lone carriage return",
    "Objective",
    "```text\na\r```\rb\n```",
    "its answer is not as the form writes it",
  ],
  [
    "a zero-width space",
    "Owner",
    "```text\nteam\u200ba\n```",
    "it holds a character that cannot be seen, U+200B",
  ],
  ["two lines", "Title", "```text\na\nb\n```", "Expected one line, without tabs"],
  ["no title", "Title", "_No response_", "it has no answer"],
  ["a risk of its own", "Risk", "none", "Expected low, medium, high"],
  ["two risks", "Risk", "low, high", "Expected low, medium, high"],
  ["no risk", "Risk", "_No response_", "it has no answer"],
  [
    "an endless interval",
    "Expected heartbeat interval",
    "999999999d",
    "Expected a time such as 90, 30s, 5m, 2h or 1d, from 1s to 7d",
  ],
  [
    "no time at all",
    "Expected heartbeat interval",
    "0",
    "Expected a time such as 90, 30s, 5m, 2h or 1d, from 1s to 7d",
  ],
  [
    "a label without a value",
    "Labels",
    "```text\nteam\n```",
    "Expected values of 1 to 80 characters, without tabs and `",
  ],
  ["a label twice", "Labels", "```text\na=1\na=2\n```", "a name is there twice"],
  [
    "a label of the prototype",
    "Labels",
    "```text\n__proto__=1\n```",
    "Expected names of letters, digits, dots, dashes, slashes and underscores, 50 at most",
  ],
  [
    "too many labels",
    "Labels",
    `\`\`\`text\n${Array.from({ length: 21 }, (_, at) => `l${at}=1`).join("\n")}\n\`\`\``,
    "Expected at most 20 labels",
  ],
  ["no mission id", "Mission id", "../../etc", "Expected a UUID that is not nil or max"],
  [
    "the nil id",
    "Mission id",
    "00000000-0000-0000-0000-000000000000",
    "Expected a UUID that is not nil or max",
  ],
  [
    "an unchecked box",
    "Checklist",
    bodyOf().slice(bodyOf().indexOf("- [x]")).trim().replace("- [x]", "- [ ]"),
    "not every box is checked",
  ],
  ["a box of its own", "Checklist", "- [x] I agree", "its answer is not as the form writes it"],
  [
    "more boxes",
    "Checklist",
    `${bodyOf().slice(bodyOf().indexOf("- [x]")).trim()}\n- [x] root`,
    "its answer is not as the form writes it",
  ],
  [
    "an id that follows from another issue",
    "Mission id",
    "3BD1A719-9be5-5cec-a2d4-9c3fefdca2d7",
    "it is of version 5: such ids are kept for issues",
  ],
];

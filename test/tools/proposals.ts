/**
 * Mission proposals for tests: sound ones, and what strangers may write.
 *
 * @module
 */
import { FIELDS, renderProposal } from "../../lib/proposals/form/proposal.ts";
import type { Proposal } from "../../lib/proposals/form/proposal-schema.ts";

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

/** The body of an issue that proposes it, with the changed parts; undefined leaves a part out. */
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

/** What a stranger may write in a field, and the reason why it is refused. */
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
  ["a password", "Repository", "https://u:p@git.test/a", "it contains credentials"],
  ["a user", "Repository", "https://token@git.test/a", "it contains credentials"],
  ["an ssh password", "Repository", "ssh://u:p@git.test/a", "it contains credentials"],
  [
    "an ssh option",
    "Repository",
    "ssh://-oProxyCommand=x/y",
    "it is not a complete https or ssh URL",
  ],
  ["a way up", "Repository", "https://git.test/../a", "its path contains . or .."],
  ["a path up", "Repository", "../app", "it is not an https:// or ssh:// URL"],
  ["a path", "Repository", "/srv/git/app.git", "it is not an https:// or ssh:// URL"],
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
    "it is not a plain https:// or ssh:// URL",
  ],
  ["a query", "Repository", "https://git.test/a?b", "it is not a plain https:// or ssh:// URL"],
  ["markup", "Repository", "https://git.test/<!--", "it is not a plain https:// or ssh:// URL"],
  [
    "a second line",
    "Repository",
    "https://git.test/a\n### Ref",
    "there is no empty line after its first line",
  ],
  [
    "a second line of its own",
    "Repository",
    "https://git.test/a\nhttps://git.test/b",
    'there is more than one line: line 2 is "https://git.test/b"',
  ],
  [
    "a long URL",
    "Repository",
    `https://git.test/${"a".repeat(500)}`,
    "Expected at most 500 characters",
  ],
  ["an option for a ref", "Ref", "-f", "it starts with a dash"],
  ["an option for git checkout", "Ref", "--detach", "it starts with a dash"],
  ["a reflog", "Ref", "main@{1}", "it is not a plain name of a branch, tag or commit"],
  ["a range", "Ref", "a..b", "it is not a plain name of a branch, tag or commit"],
  [
    "a fence's end, indented",
    "Objective",
    "```text\na\n   ```\n\n### Owner\n\nme\n```",
    'line 2 of the answer, "   ```", is an indented code fence, which cuts the answer off: start it at the beginning of the line, or use ~~~',
  ],
  [
    "a fence's end, longer",
    "Objective",
    "```text\na\n````\n\n### Owner\n\nme\n```",
    'line 2 of the answer, "````", is a code fence within the answer: use a longer one around the whole answer',
  ],
  [
    "a code block in a numbered list",
    "Objective",
    "```text\n1. Build:\n\n   ```sh\n   make\n   ```\n```",
    'line 3 of the answer, "   ```sh", is an indented code fence, which cuts the answer off: start it at the beginning of the line, or use ~~~',
  ],
  [
    "a code block added by hand",
    "Objective",
    "```text\na\n```sh\nmake\n```\n```",
    'line 2 of the answer, "```sh", is a code fence within the answer: use a longer one around the whole answer',
  ],
  [
    "a code block without a language, added by hand",
    "Objective",
    "```text\na\n```\nmake\n```\n```",
    'line 2 of the answer, "```", ends the answer, but more text follows: if that is part of it, use a longer fence around it',
  ],
  [
    "no fence",
    "Objective",
    "plain",
    'line 1, "plain", is not the ```text above the answer, which the form writes',
  ],
  [
    "a fence of another kind",
    "Objective",
    "```html\n<b>\n```",
    'line 1, "```html", is not the ```text above the answer, which the form writes',
  ],
  [
    "a fence of tildes",
    "Objective",
    "~~~text\na\n~~~",
    'line 1, "~~~text", is not the ```text above the answer, which the form writes',
  ],
  ["an open fence", "Objective", "```text\na", "no line with ``` ends its code block"],
  ["an empty fence", "Objective", "```text\n\n```", "its code block is empty"],
  [
    "words after a fence",
    "Objective",
    "```text\na\n```\n\n<!-- hidden -->",
    'its heading is not as the form renders it: line 13 of the issue is "<!-- hidden -->"',
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
    `line 1, "${"`".repeat(99)}…", is not the \`\`\`text above the answer, which the form writes`,
  ],
  [
    "a fence of 60 KB",
    "Objective",
    `${"`".repeat(30_000)}text\na\n${"`".repeat(30_000)}\n\nb`,
    'its heading is not as the form renders it: line 13 of the issue is "b"',
  ],
  [
    "an escape sequence",
    "Title",
    "```text\n\u001b[2Jx\n```",
    "it has an invisible character, U+001B",
  ],
  ["a bidi mark", "Title", "```text\na\u202eb\n```", "it has an invisible character, U+202E"],
  [
    "a lone carriage return",
    "Objective",
    "```text\na\r```\rb\n```",
    "line 2 has a carriage return in it",
  ],
  [
    "a zero-width space",
    "Owner",
    "```text\nteam\u200ba\n```",
    "it has an invisible character, U+200B",
  ],
  [
    "a joiner between Latin letters",
    "Objective",
    "```text\nfor\nro\u200dot\n```",
    "line 2 has an invisible character, U+200D",
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
    "```text\nx=1\nteam\n```",
    'line 2, "team", is not name=value',
  ],
  [
    "a label with spaces around its sign",
    "Labels",
    "```text\nteam = a\n```",
    'line 1, "team = a", has no valid name: a name has at most 50 letters, digits, dots, dashes, slashes and underscores',
  ],
  ["a label whose value is missing", "Labels", "```text\nx=1\n\nteam=\n```", "line 2 is empty"],
  [
    "a label whose value is empty",
    "Labels",
    "```text\nteam=\n```",
    'line 1, "team=", has no valid value: a value has 1 to 80 characters, without tabs, ` and white space around it',
  ],
  ["a label twice", "Labels", "```text\na=1\na=2\n```", 'line 2, "a=2", repeats a name'],
  [
    "a label of the prototype",
    "Labels",
    "```text\n__proto__=1\n```",
    'line 1, "__proto__=1", has no valid name: a name has at most 50 letters, digits, dots, dashes, slashes and underscores',
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
    'the box "There is no secret in it." is not checked',
  ],
  [
    "a box of its own",
    "Checklist",
    "- [x] I agree",
    'line 1, "- [x] I agree", is not the box "- [x] There is no secret in it."',
  ],
  [
    "more boxes",
    "Checklist",
    `${bodyOf().slice(bodyOf().indexOf("- [x]")).trim()}\n- [x] root`,
    'line 4, "- [x] root", is not a box of the form',
  ],
  [
    "an id that follows from another issue",
    "Mission id",
    "3BD1A719-9be5-5cec-a2d4-9c3fefdca2d7",
    "it has version 5, which is reserved for ids derived from issues",
  ],
];

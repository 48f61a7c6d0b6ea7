/**
 * `lazarus-pit docs`: prints the documents that the executable carries.
 *
 * @module
 */
import cell from "../docs/cell.md" with { type: "text" };
import commands from "../docs/commands.md" with { type: "text" };
import fleet from "../docs/fleet.md" with { type: "text" };
import fleetEtcd from "../docs/fleet-etcd.md" with { type: "text" };
import heartbeatRun from "../docs/heartbeat-run.md" with { type: "text" };
import http from "../docs/http.md" with { type: "text" };
import jobs from "../docs/jobs.md" with { type: "text" };
import operations from "../docs/operations.md" with { type: "text" };
import proposals from "../docs/proposals.md" with { type: "text" };
import security from "../docs/security.md" with { type: "text" };
import supervise from "../docs/supervise.md" with { type: "text" };
import { EXIT } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { printText } from "../host/stdio/stdio.ts";
import { alignColumns } from "./columns.ts";
import { withGuess } from "./did-you-mean.ts";
import { defineTool } from "./tool.ts";
import { cannotUse } from "./usage-error.ts";

/** The documents by topic. */
export const TOPICS: Readonly<Record<string, string>> = {
  cell,
  commands,
  fleet,
  "fleet-etcd": fleetEtcd,
  "heartbeat-run": heartbeatRun,
  http,
  jobs,
  operations,
  proposals,
  security,
  supervise,
};

export const showDocs = defineTool({
  name: "lazarus-pit docs",
  summary: "Print a document, or the list of topics",
  args: { topic: { type: "positional", required: false, description: "One of the list" } },
  notes: `
Exit codes:
  0   printed           64  no such topic         74  not printed

Examples:
  $ lazarus-pit docs
  $ lazarus-pit docs supervise | less`,
  run({ positionals: [topic] }) {
    printText(topic === undefined ? topicList() : documentOf(topic));
    return EXIT.ok;
  },
});

/** Each topic with the heading of its document. */
const topicList = (): string =>
  alignColumns(Object.entries(TOPICS).map(([topic, text]) => [topic, headingOf(text)]))
    .map((line) => `${line}\n`)
    .join("");

const headingOf = (text: string): string => text.split("\n")[0]?.replace(/^# /, "") ?? "";

function documentOf(topic: string): string {
  const text = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  if (text !== undefined) return text;
  const topics = Object.keys(TOPICS);
  const hint = `the topics are: ${topics.join(", ")}`;
  throw cannotUse(`${quoted(topic)} as a topic`, withGuess(hint, topic, topics));
}

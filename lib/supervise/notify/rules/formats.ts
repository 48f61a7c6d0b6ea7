/**
 * A message in the forms that receivers take.
 *
 * @module
 */
import { shortened } from "../../../base/printable.ts";
import type { Message } from "../../../contract/event.ts";
import type { Attention } from "../../../contract/report.ts";
import { alertsOf } from "./format-alerts.ts";
import { mailText } from "./format-mail.ts";
import { messageLines, subjectLine } from "./format-text.ts";

/** What a form needs besides the message. */
export interface FormatOptions {
  /** For `mail`: to whom. For `ntfy`: the topic. */
  readonly to: string;
}
type Format = (message: Message, options: FormatOptions) => string;

/** Longer texts are refused by the service, or sent as an attachment. */
const SLACK_LIMIT = 30_000;
const NTFY_LIMIT = 3500;

/** The priorities of ntfy, of which 5 is the highest. */
const NTFY_PRIORITIES: Readonly<Record<Attention, number>> = {
  critical: 5,
  warning: 4,
  note: 3,
  none: 2,
};

export const FORMATS = {
  /** The subject and a line for each event. */
  text: (message) => `${[subjectLine(message), "", ...messageLines(message)].join("\n")}\n`,
  /** The body of an incoming webhook: Slack, Mattermost, Rocket.Chat. */
  slack: (message) =>
    json({
      text: shortened(escapeSlack(`*${subjectLine(message)}*\n${bodyOf(message)}`), SLACK_LIMIT),
    }),
  /** The body of a POST to the address of an ntfy server. */
  ntfy: (message, { to }) =>
    json({
      topic: to,
      title: subjectLine(message),
      message: shortenedBytes(bodyOf(message), NTFY_LIMIT),
      priority: NTFY_PRIORITIES[message.attention],
      ...clickOf(message),
    }),
  /** A mail with its header, for sendmail -t. */
  mail: (message, { to }) => mailText(message, to),
  /** The body of POST /api/v2/alerts of Alertmanager. */
  alertmanager: (message) => json(alertsOf(message)),
} as const satisfies Record<string, Format>;
export type FormatName = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
const bodyOf = (message: Message): string => messageLines(message).join("\n");

/** Slack reads markup and mentions, such as `<!channel>`, from these three characters. */
const escapeSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const clickOf = ({ events }: Message): { click?: string } => {
  const url = events.find((event) => event.url !== undefined)?.url;
  return url === undefined ? {} : { click: url };
};

/** ntfy's limit is in bytes; a character has at most four, of which two UTF-16 units have one each. */
function shortenedBytes(text: string, limit: number): string {
  const size = new TextEncoder().encode(text).length;
  return size <= limit ? text : shortened(text, Math.floor((limit * text.length) / size) - 1);
}

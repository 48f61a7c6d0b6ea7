/**
 * A message as a mail: RFC 5322 with MIME.
 *
 * @module
 */
import type { Message } from "../../../contract/event.ts";
import { messageLines, subjectLine } from "./format-text.ts";

/** The longest line of base64 in a mail, and the most bytes of an encoded word. */
const LINE = 76;
const WORD_BYTES = 42;

/** The mail with its header. The same message has the same Message-ID, by which servers may drop a copy. */
export function mailText(message: Message, to: string): string {
  const { id, at, host, attention } = message;
  const header = [
    `To: ${to}`,
    `Subject: ${encodedWords(subjectLine(message))}`,
    `Date: ${mailDate(at)}`,
    `Message-ID: <${id}@${hostPart(host)}>`,
    ...(attention === "critical" ? ["Importance: high"] : []),
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
  ];
  const body = encode(`${messageLines(message).join("\n")}\n`);
  const lines = body.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return `${[...header, "", ...lines].join("\n")}\n`;
}

/** `Thu, 01 Jan 2026 12:00:00 +0000` */
const mailDate = (at: string): string => new Date(at).toUTCString().replace(/GMT$/, "+0000");

const hostPart = (host: string): string => host.replace(/[^A-Za-z0-9.-]/g, "-") || "localhost";

/** ASCII as it is; other text as encoded words of RFC 2047, each of whole characters. */
function encodedWords(text: string): string {
  if (/^[ -~]{1,900}$/.test(text)) return text;
  const words = [""];
  for (const character of text) {
    const last = words.at(-1) ?? "";
    const isFull = new TextEncoder().encode(last + character).length > WORD_BYTES;
    if (isFull) words.push(character);
    else words[words.length - 1] = last + character;
  }
  return words.map((word) => `=?utf-8?B?${encode(word)}?=`).join("\n ");
}

const encode = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/**
 * Pages: one file that sends no request to another host. Its source is lib/http/page/.
 *
 * @module
 */
import { createHash } from "node:crypto";
import html from "../../config/page.html" with { type: "text" };
import { sharedResponse } from "./compression.ts";

/** Serves the page in `text`, which may run its own script and style, by their hashes. */
export function createPageRoute(text: string) {
  const shared = { type: "text/html; charset=utf-8", body: new Blob([text]), isConstant: true };
  const headers = {
    "Content-Security-Policy": policyOf(text),
    "X-Frame-Options": "DENY",
  };
  return (request: Request): Response | Promise<Response> =>
    sharedResponse(request, shared, headers);
}

/** The page may send requests to its own origin, and do nothing else. */
const policyOf = (text: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashesOf("script", text)}`,
    `style-src ${hashesOf("style", text)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");

function hashesOf(tag: "script" | "style", text: string): string {
  const bodies = [...text.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map(
    ([, body = ""]) => body,
  );
  return bodies
    .map((body) => `'sha256-${createHash("sha256").update(body).digest("base64")}'`)
    .join(" ");
}

/** The page of one root. Text, because of the import's attribute; TypeScript assumes an HTMLBundle. */
export const page = createPageRoute(html as unknown as string);

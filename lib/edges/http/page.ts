/**
 * The page: one file that asks nothing of any other host.
 *
 * @module
 */
import { createHash } from "node:crypto";
import html from "../../page/page.html" with { type: "text" };
import { answer } from "./answer.ts";

/** TypeScript takes the import for what Bun makes of a page without the attribute. */
const text = html as unknown as string;

/** What the page may do: run its own script and style, known by their hashes, and ask its own origin. */
const POLICY = [
  "default-src 'none'",
  `script-src ${hashesOf("script")}`,
  `style-src ${hashesOf("style")}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** The page. */
export const page = (): Response =>
  answer(200, "text/html; charset=utf-8", text, {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
  });

function hashesOf(tag: "script" | "style"): string {
  const bodies = [...text.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map(
    ([, body = ""]) => body,
  );
  return bodies
    .map((body) => `'sha256-${createHash("sha256").update(body).digest("base64")}'`)
    .join(" ");
}

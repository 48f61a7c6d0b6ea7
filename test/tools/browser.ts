/**
 * A real browser on the page of a real serve-health, for tests.
 *
 * @module
 */
import { afterAll, beforeAll } from "bun:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { PATIENCE_MS } from "./background.ts";
import { command, type Form } from "./program.ts";

const CHROMIUM = Bun.which("chromium");
export const HAS_BROWSER = CHROMIUM !== null;

/** No sandbox for root, and nothing asked of the network beyond the page. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A serve-health at work. */
export interface Served {
  readonly url: string;
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGHUP"): void;
  /** Stops it, and waits until it has ended. */
  stop(): Promise<void>;
}

const running = new Set<Served>();

/** Starts serve-health, and waits until it says where it listens. */
export async function serveHealth(form: Form, ...flags: string[]): Promise<Served> {
  const argv = [...command(form, "serve-health"), "--scan-interval=1s", ...flags];
  const child = Bun.spawn(argv, { env: process.env, stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  const served: Served = {
    url: new TextDecoder().decode(value).trim(),
    signal: (name) => child.kill(name),
    async stop() {
      running.delete(served);
      child.kill("SIGTERM");
      child.kill("SIGCONT");
      await child.exited;
    },
  };
  running.add(served);
  return served;
}

/** Stops what tests left running, at the file's end. Call it at the file's top. */
export const stopServed = (): void =>
  afterAll(() => Promise.all([...running].map((served) => served.stop())));

/** A page, and what went wrong in it or left its origin. */
export interface Opened {
  readonly page: Page;
  readonly errors: string[];
  readonly strangers: string[];
}

/** Opens pages in one browser that lives as long as the test file. Call it at the file's top. */
export function browser(): (url: string, options?: BrowserContextOptions) => Promise<Opened> {
  let launched: Browser;
  if (HAS_BROWSER)
    beforeAll(async () => {
      launched = await chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS });
    }, 2 * PATIENCE_MS);
  afterAll(() => launched?.close());
  stopServed();
  return async (url, options = {}) => {
    const context = await launched.newContext({ locale: "en-GB", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const opened = watch(await context.newPage(), new URL(url).origin);
    await opened.page.goto(url);
    return opened;
  };
}

function watch(page: Page, origin: string): Opened {
  const errors: string[] = [];
  const strangers: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => errors.push(`dialog: ${dialog.message()}`));
  page.on("console", (message) => {
    // The browser itself reports a refused token and a stopped server.
    const isExpected = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isExpected) errors.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:"))
      strangers.push(request.url());
  });
  return { page, errors, strangers };
}

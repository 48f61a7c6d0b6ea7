/**
 * Calls of an issue tracker's API: each bounded in time and size, none passed on to another
 * place, for the token goes with it.
 *
 * @module
 */
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { type Answer, failureOf, refusalOf } from "./answer.ts";

/** How long one call may take. */
const CALL_MS = 20_000;
/** How long the tracker may ask us to wait. */
const WAIT_MS = 30_000;
/** How long to wait before a call is tried again, where nobody says, and how often it is tried. */
const PAUSE_MS = 250;
const TRIES = 3;
/** The largest answer that is read; a page of 50 issues is rarely a hundredth of it. */
const ANSWER_LIMIT = 32 * 1024 * 1024;

export interface Access {
  /** The tracker's address, without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** When nothing more is asked, by performance.now(). */
  readonly until?: number;
}

/** True for an address of this very host: what is sent there crosses no network. */
export const isHere = (url: string): boolean =>
  ["localhost", "127.0.0.1", "[::1]"].includes(URL.parse(url)?.hostname ?? "");

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  /** From the repository on: `owner/name/issues?page=1`. */
  readonly path: string;
  readonly body?: object;
}

/**
 * Makes a call and gives the JSON of its answer; undefined where that is empty. What only
 * reads is tried again when it fails; what writes may have been done, so the next pass is to
 * find out.
 *
 * @throws {OperatorError} when it was not done, by what the tracker or the network said.
 */
export async function callApi(access: Access, call: Call): Promise<unknown> {
  const doing = `Cannot ${call.method} ${quoted(call.path)} of ${quoted(access.url)}`;
  const answer = await answerTo(access, call, doing);
  if (answer.status >= 200 && answer.status < 300) return parseAnswer(answer, doing);
  throw refusalOf(answer, doing);
}

async function answerTo(access: Access, call: Call, doing: string): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    if (performance.now() > (access.until ?? Infinity)) throw overdue(doing);
    const answer = await send(access, call).catch((error: unknown) => failureOf(error, doing));
    const wait = tried < TRIES ? waitBefore(call, answer) : undefined;
    if (wait !== undefined && wait <= WAIT_MS) await Bun.sleep(wait);
    else if (answer instanceof OperatorError) throw answer;
    else return answer;
  }
}

const overdue = (doing: string): OperatorError =>
  new OperatorError(
    "try_again",
    `${doing}: this pass has taken too long already`,
    "see why the tracker is slow; the next pass goes on",
  );

/** How long to wait before a call is made again; undefined when it is not. */
function waitBefore({ method }: Call, answer: Answer | OperatorError): number | undefined {
  if (answer instanceof OperatorError)
    return method === "GET" && answer.fault === "unavailable" ? PAUSE_MS : undefined;
  if (answer.status === 429) return askedWait(answer) ?? 1000;
  // A server that is away need not have been away before it did what was asked.
  if (method !== "GET" || answer.status < 500) return undefined;
  return askedWait(answer) ?? PAUSE_MS;
}

/** What `Retry-After` asks for in milliseconds, given as seconds or a date. */
function askedWait({ retryAfter }: Answer): number | undefined {
  if (retryAfter === null) return undefined;
  const wait = /^\d+(?:\.\d+)?$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

async function send({ url, token }: Access, { method, path, body }: Call): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/repos/${path}`, {
    method,
    redirect: "manual",
    // A proxy of the environment would be told the token, also of a tracker on this very host.
    ...(isHere(url) ? { proxy: false } : {}),
    // On a connection of its own: on one that was used before, Bun tries some calls again.
    keepalive: false,
    // What is packed would be unpacked before it could be measured.
    decompress: false,
    signal: AbortSignal.timeout(CALL_MS),
    headers: {
      Authorization: `token ${token}`,
      Accept: "application/json",
      "Accept-Encoding": "identity",
      "User-Agent": "lazarus-pit",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // Whoever repeats the token has it; a log that repeats what is said need not.
  const text = (await readBounded(response)).replaceAll(token, "***");
  return { status: response.status, text, retryAfter: response.headers.get("Retry-After") };
}

async function readBounded({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > ANSWER_LIMIT) throw new RangeError("the answer is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseAnswer({ text }: Answer, doing: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new OperatorError(
      "unavailable",
      `${doing}: the answer is not JSON`,
      "see what answers there",
    );
  }
}

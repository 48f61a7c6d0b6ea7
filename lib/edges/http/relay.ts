/**
 * Beats that come over HTTP, from agents that cannot reach the disk.
 *
 * @module
 */
import * as v from "valibot";
import { describeIssue } from "../../rules/parse.ts";
import type { Fault } from "../../schemas/errors.ts";
import { canonicalId } from "../../schemas/id.ts";
import { Heartbeat } from "../../schemas/heartbeat.ts";
import { bearerOf, beatToken, isSameSecret } from "./access.ts";
import { answerJson, refuse } from "./answer.ts";
import { type SentBeat, type Written, writeSent } from "./sent-beat.ts";

/** The largest beat that is taken, in bytes; a cell's file holds a little more. */
export const BODY_LIMIT = 32 * 1024;
/** How long a client may take to send it. */
const BODY_MS = 10_000;

export interface Keys {
  /** The secret behind each cell's own token. */
  readonly beatSecret: string | undefined;
  /** The endpoint's token, which may beat for any cell. */
  readonly token: string | undefined;
}

/** What a beat may say: a heartbeat whose time may be left out, for the server's counts. */
const Sent = v.looseObject({
  ...Heartbeat.entries,
  timestamp: v.optional(Heartbeat.entries.timestamp),
});

/** Writes a beat: here, or where a dead disk holds up nobody else. */
export type Write = (beat: SentBeat) => Written | Promise<Written>;

/** Takes beats for the cells under `root`; each needs its cell's token, or the endpoint's. */
export function beatRelay(
  root: string,
  keys: Keys,
  write: Write = writeSent,
): (request: Request, id: string) => Promise<Response> {
  return async (request, id) => {
    if (keys.beatSecret === undefined && keys.token === undefined)
      return refuse(
        403,
        "read_only",
        "This endpoint takes no beats; it needs --beat-secret-file for that.",
      );
    if (!mayBeat(request, id, keys))
      return refuse(401, "unauthorized", "A beat needs the cell's token.", {
        "WWW-Authenticate": "Bearer",
      });
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("Content-Type") ?? ""))
      return refuse(415, "unsupported_media_type", "Send the beat as application/json.");
    const text = await bodyOf(request);
    if (text instanceof Response) return text;
    const sent = parseSent(text, id);
    return sent instanceof Response ? sent : take(write, root, id, sent);
  };
}

function mayBeat(request: Request, id: string, { beatSecret, token }: Keys): boolean {
  const given = bearerOf(request);
  const own = beatSecret === undefined ? undefined : beatToken(beatSecret, id);
  // Both are compared, always, so that the time tells nothing.
  return [isSameSecret(given, own), isSameSecret(given, token)].includes(true);
}

const TOO_LARGE = () =>
  refuse(413, "too_large", `A beat holds at most ${BODY_LIMIT} bytes.`, { Connection: "close" });

const TOO_SLOW = () =>
  refuse(408, "too_slow", "The beat did not arrive in time.", { Connection: "close" });

/** The body as text, or the refusal: too large, too slow, or not UTF-8. */
async function bodyOf(request: Request): Promise<string | Response> {
  if (Number(request.headers.get("Content-Length") ?? 0) > BODY_LIMIT) return TOO_LARGE();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(TOO_SLOW()), BODY_MS);
  });
  try {
    return await Promise.race([readAll(request), deadline]);
  } catch {
    return refuse(400, "bad_request", "The beat broke off, or is not UTF-8.");
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(request: Request): Promise<string | Response> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > BODY_LIMIT) return TOO_LARGE();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseSent(text: string, id: string): Heartbeat | Response {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(422, "not_json", "The beat is not JSON.");
  }
  const parsed = v.safeParse(Sent, value, { abortEarly: true, abortPipeEarly: true });
  if (!parsed.success || Array.isArray(value))
    return refuse(
      422,
      "malformed",
      parsed.issues === undefined ? "The beat is no JSON object." : describeIssue(parsed.issues[0]),
    );
  const { mission_id: named = id, timestamp = "", ...rest } = parsed.output;
  if (canonicalId(named) !== id)
    return refuse(422, "malformed", "mission_id: it names another mission");
  return { ...rest, timestamp };
}

async function take(write: Write, root: string, id: string, said: Heartbeat): Promise<Response> {
  const written = await write({ root, id, said, at: new Date() });
  return "fault" in written
    ? refusalOf(written.fault)
    : answerJson(200, { mission_id: id, timestamp: written.timestamp, seq: written.seq });
}

function refusalOf(fault: Fault): Response {
  if (fault === "no_input") return refuse(404, "no_such_cell", "There is no such cell.");
  if (fault === "data_error")
    return refuse(409, "not_beating", "The cell is paused, has ended, or is broken.");
  if (fault === "usage") return refuse(413, "too_large", "The beat is too large.");
  return refuse(
    503,
    fault === "try_again" ? "try_again" : "not_written",
    "The beat could not be written.",
    { "Retry-After": "1" },
  );
}

/**
 * Receives heartbeats over HTTP, for agents that cannot reach the disk.
 *
 * @module
 */
import * as v from "valibot";
import { describeIssue } from "../contract/parse.ts";
import type { Fault } from "../base/errors.ts";
import { canonicalId } from "../base/id.ts";
import { Heartbeat } from "../contract/heartbeat.ts";
import { bearerToken, beatToken, isSameSecret } from "./access.ts";
import { errorResponse, jsonResponse, unauthorized } from "./responses.ts";
import { malformed, readJsonBody } from "./request-body.ts";
import { type BeatResult, type ReceivedBeat, writeReceivedBeat } from "./received-beat.ts";

export interface BeatSecrets {
  /** The secret from which the tokens of cells are derived. */
  readonly beatSecret: string | undefined;
  /** The endpoint's token, which permits beats for every cell. */
  readonly token: string | undefined;
}

/** Schema of a body: a heartbeat whose timestamp is optional and ignored. */
const BeatBody = v.looseObject({
  ...Heartbeat.entries,
  timestamp: v.optional(Heartbeat.entries.timestamp),
});

/** Writes a beat, in this thread or in a worker that a dead disk may block. */
export type WriteBeat = (beat: ReceivedBeat) => BeatResult | Promise<BeatResult>;

/** Handles beats for the cells under `root`; each needs its cell's token, or the endpoint's. */
export function createBeatRoute(
  root: string,
  secrets: BeatSecrets,
  write: WriteBeat = writeReceivedBeat,
): (request: Request, id: string) => Promise<Response> {
  return async (request, id) => {
    const error = requestError(request, id, secrets);
    if (error !== undefined) return error;
    const body = await readJsonBody(request, "beat");
    if (body instanceof Response) return body;
    const heartbeat = parseBeat(body.json, id);
    if (heartbeat instanceof Response) return heartbeat;
    const result = await write({ root, id, heartbeat, receivedAt: new Date() });
    return "fault" in result
      ? faultResponse(result.fault)
      : jsonResponse(200, { mission_id: id, timestamp: result.timestamp, seq: result.seq });
  };
}

/** The error for a request that may not send beats, or not for this cell. */
function requestError(request: Request, id: string, secrets: BeatSecrets): Response | undefined {
  if (secrets.beatSecret === undefined && secrets.token === undefined)
    return errorResponse(
      403,
      "read_only",
      "This endpoint does not accept beats; enable them with --beat-secret-file.",
    );
  if (!mayBeat(request, id, secrets)) return unauthorized("The cell's token is missing or wrong.");
  return undefined;
}

function mayBeat(request: Request, id: string, { beatSecret, token }: BeatSecrets): boolean {
  const given = bearerToken(request);
  const cellToken = beatSecret === undefined ? undefined : beatToken(beatSecret, id);
  // Always compares both, so that the response time reveals nothing.
  return [isSameSecret(given, cellToken), isSameSecret(given, token)].includes(true);
}

function parseBeat(json: unknown, id: string): Heartbeat | Response {
  const parsed = v.safeParse(BeatBody, json, { abortEarly: true, abortPipeEarly: true });
  if (parsed.issues !== undefined) return malformed(describeIssue(parsed.issues[0]));
  if (Array.isArray(json)) return malformed("The beat is not a JSON object.");
  const { mission_id: named = id, timestamp = "", ...rest } = parsed.output;
  if (canonicalId(named) !== id) return malformed("mission_id: it names another mission");
  return { ...rest, timestamp };
}

function faultResponse(fault: Fault): Response {
  if (fault === "no_input") return errorResponse(404, "no_such_cell", "No such cell.");
  if (fault === "data_error")
    return errorResponse(
      409,
      "not_beating",
      "The mission is paused or has ended, or its cell is broken.",
    );
  if (fault === "usage") return errorResponse(413, "too_large", "The beat is too large.");
  return errorResponse(
    503,
    fault === "try_again" ? "try_again" : "not_written",
    "The beat could not be written.",
    { "Retry-After": "1" },
  );
}

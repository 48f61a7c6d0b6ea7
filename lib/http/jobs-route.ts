/**
 * The jobs of the last report, over HTTP.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { errorResponse, jsonResponse } from "./responses.ts";
import { type Endpoint, noScanResponse } from "./routes.ts";

/** The jobs of the last report; an error if its scan could not check them. */
export function jobs({ poller }: Endpoint): Response {
  const snapshot = poller.snapshot();
  if (snapshot === undefined) return noScanResponse();
  const { generated_at, host, jobs: found, jobs_unknown: why } = snapshot.report;
  return found === undefined
    ? errorResponse(503, "no_jobs", sentence(why), { "Retry-After": "5" })
    : jsonResponse(200, { schema_version: 1, generated_at, host, ...found });
}

const sentence = (why = "The last scan could not check the jobs"): string => `${why}.`;

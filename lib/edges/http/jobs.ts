/**
 * The jobs of the last report, over HTTP.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { answerJson, refuse } from "./answer.ts";
import { type Endpoint, NO_SCAN } from "./reads.ts";

/** The jobs of the last report; a scan that could not look at them has none. */
export function jobs({ source }: Endpoint): Response {
  const snapshot = source.snapshot();
  if (snapshot === undefined) return NO_SCAN();
  const { schema_version, generated_at, host, jobs: found } = snapshot.report;
  return found === undefined
    ? refuse(503, "no_jobs", "The last scan could not look at the jobs.", { "Retry-After": "5" })
    : answerJson(200, { schema_version, generated_at, host, ...found });
}

/**
 * Asks a host's serve-health for its report.
 *
 * @module
 */
import { readBoundedText } from "../../base/bounded-text.ts";
import { OperatorError } from "../../base/errors.ts";
import { describeFailure } from "../../base/request-failure.ts";
import type { FleetSource } from "../../contract/fleet-settings.ts";
import { readCaFile, trustedTls } from "../../host/files/ca-store.ts";
import { readSecret } from "../../host/files/secret.ts";
import {
  ASK_TIMEOUT_MS,
  type AskContext,
  failed,
  NOT_UTF8,
  REPORT_LIMIT_BYTES,
  type SourceAnswer,
  TOO_LARGE,
  TOO_LATE,
} from "./answer.ts";

export type AddressSource = Extract<FleetSource, { url: string }>;

/** Asks an address: redirects are not followed, because they would send the token elsewhere. */
export async function askAddress(source: AddressSource, ask: AskContext): Promise<SourceAnswer> {
  const end = new AbortController();
  const late = AbortSignal.timeout(ASK_TIMEOUT_MS);
  try {
    const options = requestOptions(source);
    const signal = AbortSignal.any([ask.stop, late, end.signal]);
    return await readAnswer(await fetch(source.url, { ...options, signal }), ask);
  } catch (error) {
    if (error instanceof OperatorError) return failed(error.message);
    return late.aborted ? failed(TOO_LATE) : failure(error);
  } finally {
    // Closes the connection of an answer that was not read to its end.
    end.abort();
  }
}

/**
 * How to ask an address. Its files are read for each question, so that a new token needs no restart.
 *
 * @throws {OperatorError} of kind `config` if a file of the source cannot be used.
 */
export function requestOptions({ url, token_file, ca_file }: AddressSource): BunFetchRequestInit {
  const token = token_file === undefined ? undefined : readSecret(token_file);
  const tls =
    ca_file === undefined ? trustedTls(new URL(url)) : { tls: { ca: readCaFile(ca_file) } };
  return {
    redirect: "manual",
    headers: {
      Accept: "application/json",
      // A few bytes could become gigabytes.
      "Accept-Encoding": "identity",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    decompress: false,
    verbose: false,
    ...tls,
    ...WITHOUT_PROXY,
  };
}

/** Nothing else keeps Bun from sending loopback through `http_proxy`. Its types lack `false`. */
const WITHOUT_PROXY = { proxy: false } as unknown as { proxy?: string };

async function readAnswer(response: Response, ask: AskContext): Promise<SourceAnswer> {
  if (!response.ok) return failed(statusText(response.status));
  const date = Date.parse(response.headers.get("Date") ?? "");
  const clock = Number.isNaN(date)
    ? { atMs: ask.now().getTime(), skewMs: ask.skewMs }
    : { atMs: date, skewMs: 0 };
  const text = await readBoundedText(response.body, REPORT_LIMIT_BYTES, { fatal: true });
  return text === undefined ? TOO_LARGE : { outcome: "text", text, ...clock };
}

function statusText(status: number): string {
  if (status >= 300 && status < 400) return `it responded ${status}, a redirect: use its target`;
  if (status === 401) return "it responded 401: its token is missing or wrong, set token_file";
  if (status === 404) return "it responded 404: the path of a report is /v1/report";
  return `it responded ${status}`;
}

function failure(error: unknown): SourceAnswer {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? NOT_UTF8 : failed(describeFailure(code));
}

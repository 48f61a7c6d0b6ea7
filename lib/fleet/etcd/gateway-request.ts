/**
 * One request to one endpoint of etcd's JSON gateway.
 *
 * @module
 */
import { readBoundedText } from "../../base/bounded-text.ts";
import { describeFailure } from "../../base/request-failure.ts";
import { parseUntrusted } from "../../base/untrusted-json.ts";

/** A page of 200 reports of the largest size, in base64. */
const ANSWER_LIMIT_BYTES = 320 * 1024 * 1024;
/** How much of an answer that is not JSON a message shows. */
const SHOWN_CHARACTERS = 100;
/** In this much of it secrets are masked: more than what is shown and a secret that begins there. */
const MASKED_CHARACTERS = 8192;

/** Certificates as PEM: the CA of the servers, and what a client presents. */
export interface ClientTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface GatewayRequest {
  readonly url: string;
  readonly body: object;
  /** From a login; empty without users. */
  readonly token: string;
  /** The time limit of the whole request. */
  readonly ms: number;
  readonly tls: ClientTls | undefined;
}

interface GatewayFailure {
  readonly isOk: false;
  /** gRPC's, if etcd gave one. */
  readonly code: number | undefined;
  readonly message: string;
  /** No answer came in time. */
  readonly isLate: boolean;
}

/** JSON, or why there is none. */
export type GatewayAnswer = { readonly isOk: true; readonly json: object } | GatewayFailure;

const failure = (message: string, code?: number): GatewayFailure => ({
  isOk: false,
  code,
  message,
  isLate: false,
});

/** Posts a request once; never throws for what a server or the network does. */
export async function postToGateway(request: GatewayRequest): Promise<GatewayAnswer> {
  try {
    const response = await fetch(request.url, optionsOf(request));
    const text = await readBoundedText(response.body, ANSWER_LIMIT_BYTES);
    return text === undefined
      ? failure("the answer is too large")
      : answerIn(response, text, secretsIn(request));
  } catch (error) {
    if (error instanceof Error && /Abort|Timeout/.test(error.name))
      return { ...failure("no answer in time"), isLate: true };
    if (error instanceof Error && "code" in error)
      return failure(describeFailure(String(error.code)));
    return failure(error instanceof Error ? error.message : String(error));
  }
}

function optionsOf({ body, token, ms, tls }: GatewayRequest): BunFetchRequestInit {
  const options = {
    method: "POST",
    body: JSON.stringify(body),
    headers: token === "" ? {} : { authorization: token },
    signal: AbortSignal.timeout(Math.max(1, ms)),
    // It would send the token to another server.
    redirect: "error" as const,
    // BUN_CONFIG_VERBOSE_FETCH would print the token.
    verbose: false,
    // Bun would send even requests to loopback through http_proxy. Its types lack this value.
    proxy: false as unknown as string,
  };
  return tls === undefined ? options : { ...options, tls };
}

/** Errors are in `message`, or in `error`, or plain text: that differs between versions and causes. */
function answerIn(
  { ok, status }: Response,
  text: string,
  secrets: readonly string[],
): GatewayAnswer {
  const shown = (said: string) => shownWithout(secrets, said);
  const json = parseUntrusted(text);
  const value = json.outcome === "read" ? json.value : undefined;
  if (typeof value !== "object" || value === null)
    return failure(`it answered ${status}: ${shown(text)}`);
  if (ok && !isOfEtcd(value)) return failure(`it is not etcd: it answered ${shown(text)}`);
  if (ok) return { isOk: true, json: value };
  const { message, error, code } = value as { message?: unknown; error?: unknown; code?: unknown };
  const said = [message, error].find((each) => typeof each === "string") ?? `it answered ${status}`;
  return failure(shown(said), typeof code === "number" ? code : undefined);
}

/** What a request proves its sender with: a server that echoes it must not bring it into messages. */
function secretsIn({ body, token }: GatewayRequest): string[] {
  const { password } = body as { password?: unknown };
  return [token, password].filter((each) => typeof each === "string" && each !== "") as string[];
}

/** The beginning of a text from a server, without secrets, also without a token that it gives. */
const shownWithout = (secrets: readonly string[], text: string): string =>
  secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .reduce((masked, secret) => masked.replaceAll(secret, "***"), text.slice(0, MASKED_CHARACTERS))
    .replaceAll(/("token"\s*:\s*")[^"]*/g, "$1***")
    .trim()
    .slice(0, SHOWN_CHARACTERS);

/** Each answer of etcd names its cluster; that of a stream has it inside. */
function isOfEtcd(json: object): boolean {
  const { header, result } = json as { header?: unknown; result?: { header?: unknown } };
  return typeof (header ?? result?.header) === "object";
}

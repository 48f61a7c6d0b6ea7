/**
 * Responses with a body that many requests share, in zstd or gzip for clients that accept it.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { promisify } from "node:util";
import zlib from "node:zlib";
import { type ExtraHeaders, httpResponse } from "./responses.ts";

/** Smaller bodies are sent as they are. */
const MIN_BYTES = 1400;
/** Reports change often: this level takes a fraction of the default one's time, for little more text. */
const LEVEL = 1;

const gzip = promisify(zlib.gzip);

type Compress = (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>;

/** What this server can send, the best first. Node has zstd from version 22.15 on. */
const CODINGS: ReadonlyMap<string, Compress> = new Map([
  ...zstdIfAvailable(),
  ["gzip", (bytes) => gzip(bytes, { level: LEVEL })],
]);

function zstdIfAvailable(): [string, Compress][] {
  const { zstdCompress } = zlib as Partial<typeof zlib>;
  if (zstdCompress === undefined) return [];
  const zstd = promisify(zstdCompress);
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL };
  return [["zstd", (bytes) => zstd(bytes, { params })]];
}

/** The compressed forms of each body, while it is kept; a promise while one is made. */
const compressedBodies = new WeakMap<Blob, Map<string, Blob | Promise<Blob>>>();

/** A body with its content type. */
export interface SharedBody {
  readonly type: string;
  readonly body: Blob;
}

/**
 * A response with a shared body. It is compressed in another thread, once for as long as the body is
 * kept. An ETag among the headers becomes a weak one, because the compressed bytes differ.
 */
export function sharedResponse(
  request: Request,
  { type, body }: SharedBody,
  extra: ExtraHeaders = {},
): Response | Promise<Response> {
  const headers = { Vary: "Accept-Encoding", ...extra };
  const coding = body.size < MIN_BYTES ? undefined : acceptedCoding(request);
  if (coding === undefined) return httpResponse(200, type, body, headers);
  const { ETag: tag } = extra;
  const weak = tag === undefined ? {} : { ETag: `W/${tag}` };
  const encoded = { ...headers, ...weak, "Content-Encoding": coding };
  const bytes = compressedOnce(body, coding);
  return bytes instanceof Blob
    ? httpResponse(200, type, bytes, encoded)
    : bytes.then((made) => httpResponse(200, type, made, encoded));
}

/** The best coding that a client names, by its weights and then by ours; never one with a weight of 0. */
function acceptedCoding(request: Request): string | undefined {
  const accepted = request.headers.get("Accept-Encoding") ?? "";
  let [best, most]: [string | undefined, number] = [undefined, 0];
  for (const coding of CODINGS.keys()) {
    const weight = weightOf(coding, accepted);
    if (weight > most) [best, most] = [coding, weight];
  }
  return best;
}

/** The weight of a coding in `Accept-Encoding`; 0 if it is not named. */
function weightOf(coding: string, accepted: string): number {
  if (!accepted.toLowerCase().includes(coding)) return 0;
  for (const item of accepted.toLowerCase().split(",")) {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim());
    if (name !== coding) continue;
    const weight = parameters.map((each) => /^q\s*=\s*([\d.]+)$/.exec(each)?.[1]).find(Boolean);
    return weight === undefined ? 1 : Number(weight) || 0;
  }
  return 0;
}

function compressedOnce(body: Blob, coding: string): Blob | Promise<Blob> {
  const forms = compressedBodies.get(body) ?? new Map<string, Blob | Promise<Blob>>();
  compressedBodies.set(body, forms);
  const form = forms.get(coding) ?? compressed(body, coding, forms);
  if (!forms.has(coding)) forms.set(coding, form);
  return form;
}

async function compressed(
  body: Blob,
  coding: string,
  forms: Map<string, Blob | Promise<Blob>>,
): Promise<Blob> {
  const compress = CODINGS.get(coding);
  if (compress === undefined) return body;
  const made = new Blob([await compress(new Uint8Array(await body.arrayBuffer()))]);
  // Later responses need not wait for a promise.
  forms.set(coding, made);
  return made;
}

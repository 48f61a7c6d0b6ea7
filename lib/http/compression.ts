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
const FAST = 1;
/** For bodies that are compressed once: the same effort for gzip and zstd. */
const SMALL = 9;

const gzip = promisify(zlib.gzip);

type Compress = (bytes: Uint8Array, level: number) => Promise<Uint8Array<ArrayBuffer>>;

/** What this server can send, the best first. Node has zstd from version 22.15 on. */
const CODINGS: ReadonlyMap<string, Compress> = new Map([
  ...zstdIfAvailable(),
  ["gzip", (bytes, level) => gzip(bytes, { level })],
]);

function zstdIfAvailable(): [string, Compress][] {
  const { zstdCompress } = zlib as Partial<typeof zlib>;
  if (zstdCompress === undefined) return [];
  const zstd = promisify(zstdCompress);
  const parameter = zlib.constants.ZSTD_c_compressionLevel;
  return [["zstd", (bytes, level) => zstd(bytes, { params: { [parameter]: level } })]];
}

/** The compressed forms of each body, while it is kept; a promise while one is made. */
const compressedBodies = new WeakMap<Blob, Map<string, Blob | Promise<Blob>>>();

/** A body with its content type. */
export interface SharedBody {
  readonly type: string;
  readonly body: Blob;
  /** It stays the same for as long as the server runs. */
  readonly isConstant?: boolean;
}

/**
 * A response with a shared body. It is compressed in another thread, once for as long as the body is
 * kept. An ETag among the headers becomes that of the form that is sent.
 */
export function sharedResponse(
  request: Request,
  shared: SharedBody,
  extra: ExtraHeaders = {},
): Response | Promise<Response> {
  const { type, body } = shared;
  const coding = codingFor(request, shared);
  const { ETag: tag } = extra;
  const form = tag === undefined ? {} : { ETag: formTag(coding, tag) };
  const headers = { Vary: "Accept-Encoding", ...extra, ...form };
  if (coding === undefined) return httpResponse(200, type, body, headers);
  const encoded = { ...headers, "Content-Encoding": coding };
  const bytes = compressedOnce(shared, coding);
  return bytes instanceof Blob
    ? httpResponse(200, type, bytes, encoded)
    : bytes.then((made) => httpResponse(200, type, made, encoded));
}

/**
 * The tag of the form of a body that a client gets. That of a compressed form is weak, and names the
 * coding, so that no cache takes one form for another.
 */
export const sharedTag = (request: Request, shared: SharedBody, tag: string): string =>
  formTag(codingFor(request, shared), tag);

const formTag = (coding: string | undefined, tag: string): string =>
  coding === undefined ? tag : `W/${tag.slice(0, -1)}-${coding}"`;

/**
 * The best coding that a client names, by its weights and then by ours; undefined if it names none,
 * prefers plain text, or the body is small.
 */
function codingFor(request: Request, { body }: SharedBody): string | undefined {
  if (body.size < MIN_BYTES) return undefined;
  const accepted = request.headers.get("Accept-Encoding") ?? "";
  let [best, most]: [string | undefined, number] = [undefined, 0];
  for (const coding of CODINGS.keys()) {
    const weight = weightOf(coding, accepted);
    if (weight > most) [best, most] = [coding, weight];
  }
  return most < weightOf("identity", accepted) ? undefined : best;
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

function compressedOnce(shared: SharedBody, coding: string): Blob | Promise<Blob> {
  const { body } = shared;
  const forms = compressedBodies.get(body) ?? new Map<string, Blob | Promise<Blob>>();
  compressedBodies.set(body, forms);
  const form = forms.get(coding) ?? compressed(shared, coding, forms);
  if (!forms.has(coding)) forms.set(coding, form);
  return form;
}

async function compressed(
  { body, isConstant = false }: SharedBody,
  coding: string,
  forms: Map<string, Blob | Promise<Blob>>,
): Promise<Blob> {
  const compress = CODINGS.get(coding);
  if (compress === undefined) return body;
  const bytes = new Uint8Array(await body.arrayBuffer());
  const made = new Blob([await compress(bytes, isConstant ? SMALL : FAST)]);
  // Later responses need not wait for a promise.
  forms.set(coding, made);
  return made;
}

/** The JSON of constant documents. */
const documents = new WeakMap<object, Blob>();

/** A response with a constant document in JSON, serialized once. */
export function documentResponse(request: Request, document: object): Response | Promise<Response> {
  const body = documents.get(document) ?? new Blob([`${JSON.stringify(document)}\n`]);
  documents.set(document, body);
  return sharedResponse(request, { type: "application/json", body, isConstant: true });
}

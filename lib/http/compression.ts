/**
 * Responses with a body that many requests share, in zstd or gzip for clients that accept it.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { pipeline } from "node:stream/promises";
import { type Coding, CODINGS } from "./codings.ts";
import { partedResponse } from "./parted-response.ts";
import { PartedText, type SharedContent } from "./parted-text.ts";
import { type ExtraHeaders, httpResponse } from "./responses.ts";

/** Smaller bodies are sent as they are. */
const MIN_BYTES = 1400;
/** Reports change often: this level takes a fraction of the default one's time, for little more text. */
const FAST = 1;
/** For bodies that are compressed once: the same effort for gzip and zstd. */
const SMALL = 9;

/** The compressed forms of each body, while it is kept; a promise while one is made. */
const compressedBodies = new WeakMap<SharedContent, Map<string, Blob | Promise<Blob>>>();

/** A body with its content type. */
export interface SharedBody {
  readonly type: string;
  readonly body: SharedContent;
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
  if (coding === undefined)
    return body instanceof PartedText
      ? partedResponse(request, shared.type, body, headers)
      : httpResponse(200, type, body, headers);
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
  if (!(body instanceof PartedText) && body.size < MIN_BYTES) return undefined;
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
  const known = forms.get(coding);
  if (known !== undefined) return known;
  const form = compressed(shared, coding);
  forms.set(coding, form);
  // Later responses need not wait for a promise; after a failure the next request tries again.
  form.then(
    (made) => forms.set(coding, made),
    () => forms.delete(coding),
  );
  return form;
}

async function compressed({ body, isConstant = false }: SharedBody, name: string): Promise<Blob> {
  const coding = CODINGS.get(name);
  if (coding === undefined) throw new Error(`There is no coding ${name}`);
  return body instanceof PartedText
    ? await compressedParts(body, coding)
    : new Blob([await coding.compress(await bytesOf(body), isConstant ? SMALL : FAST)]);
}

const bytesOf = async (body: Blob): Promise<Uint8Array> => new Uint8Array(await body.arrayBuffer());

async function compressedParts(text: PartedText, { stream }: Coding): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  await pipeline(text.chunks(), stream(FAST), async (made: AsyncIterable<Buffer<ArrayBuffer>>) => {
    for await (const chunk of made) chunks.push(chunk);
  });
  return new Blob(chunks);
}

/** The JSON of constant documents. */
const documents = new WeakMap<object, Blob>();

/** A response with a constant document in JSON, serialized once. */
export function documentResponse(request: Request, document: object): Response | Promise<Response> {
  const body = documents.get(document) ?? new Blob([`${JSON.stringify(document)}\n`]);
  documents.set(document, body);
  return sharedResponse(request, { type: "application/json", body, isConstant: true });
}

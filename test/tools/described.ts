/**
 * Answers of the endpoint, held to what its OpenAPI document says of them.
 *
 * @module
 */
import Ajv from "ajv";
import { isTimestamp } from "../../lib/base/time.ts";
import { OPENAPI } from "../../lib/dev/openapi.ts";
import { bearer } from "./served.ts";

interface Described {
  readonly content?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}
interface Operation {
  readonly responses: Readonly<Record<string, Described>>;
}

/** The document with closed objects: a response with a key that it does not name is wrong. */
const closed = closeObjects(OPENAPI) as { paths: unknown };

/** What it says of each path, by method. */
export const PATHS = closed.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const ajv = new Ajv({
  allErrors: true,
  // The document as a whole is not a schema; its parts are.
  strict: false,
  formats: { "date-time": isTimestamp, uuid: true },
});
ajv.addSchema({ ...closed, $id: "openapi" }, undefined, false, false);

/** A GET: the path as the document has it, the expected status, the requested path, and the request. */
export type DescribedGet = [path: string, status: number, asked: string, init: RequestInit];

/** Requests for the paths that every endpoint has, of one root or of a fleet, by its token. */
export const commonGets = (token: string): DescribedGet[] => [
  ["/livez", 200, "/livez", {}],
  ["/livez", 403, "/livez", { headers: { Host: "git.example.org" } }],
  ["/readyz", 200, "/readyz", {}],
  ["/health", 200, "/health", {}],
  ["/health", 200, "/health", { headers: bearer(token) }],
  ["/openapi.json", 200, "/openapi.json", {}],
  ["/", 200, "/", {}],
  ["/metrics", 200, "/metrics", { headers: bearer(token) }],
  ["/metrics", 401, "/metrics", {}],
  ["/v1/events", 401, "/v1/events", {}],
];

/** What is wrong with an answer of `path` to `method`; empty when it is as described. */
export async function wrongWith(path: string, method: string, response: Response) {
  const status = String(response.status);
  const described = PATHS[path]?.[method]?.responses[status];
  if (described === undefined) return `${status} is not described`;
  const absent = Object.keys(described.headers ?? {}).filter((name) => !response.headers.has(name));
  if (absent.length > 0) return `no ${absent.join()}`;
  if (described.content === undefined) return (await response.text()) === "" ? "" : "a body";
  const type = response.headers.get("Content-Type")?.split(";")[0] ?? "none";
  if (!(type in described.content)) return `${type} is not described`;
  if (!type.endsWith("json")) return "";
  const at = ["paths", path, method, "responses", status, "content", type, "schema"];
  return wrongAt(at, await response.json());
}

/** What is wrong with a value that should be of the component `name`; empty when nothing is. */
export const wrongAs = (name: string, value: unknown) =>
  wrongAt(["components", "schemas", name], value);

function wrongAt(steps: readonly string[], value: unknown) {
  const pointer = steps.map((step) => step.replaceAll("~", "~0").replaceAll("/", "~1"));
  const validate = ajv.getSchema(`openapi#/${pointer.map(encodeURIComponent).join("/")}`);
  if (validate === undefined) return `no schema at ${steps.join(" ")}`;
  return validate(value) === true ? "" : (validate.errors ?? []);
}

function closeObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeObjects);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, closeObjects(each)]);
  const isWhole =
    "properties" in value && "required" in value && !("additionalProperties" in value);
  return { ...Object.fromEntries(entries), ...(isWhole ? { additionalProperties: false } : {}) };
}

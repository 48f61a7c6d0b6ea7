/**
 * The endpoint as one function, request in and answer out: without a socket, so that any
 * server can mount it.
 *
 * It shows what the last scan found and nothing else; no request starts a scan. Runs in Bun
 * and in Node.
 *
 * @module
 */
import { canonicalId } from "../../schemas/id.ts";
import { bearerOf, isAllowedHost, isSameSecret } from "./access.ts";
import { jobs } from "./jobs.ts";
import { answer, answerJson, refuse, withoutBody } from "./answer.ts";
import { cell, type Endpoint, events, type Get, health, metrics, ready, report } from "./reads.ts";

/** Answers a request; undefined when its path is none of ours. */
export type Handler = (request: Request) => Response | Promise<Response> | undefined;

interface Route {
  readonly methods: readonly string[];
  /** Whether it takes the token, where there is one. */
  readonly isGuarded: boolean;
  readonly answer: Get;
}

const read = (isGuarded: boolean, get: Get): Route => ({
  methods: ["GET", "HEAD"],
  isGuarded,
  answer: get,
});

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ["/livez", read(false, () => answer(200, "text/plain; charset=utf-8", "ok\n"))],
  ["/readyz", read(false, ready)],
  ["/health", read(false, health)],
  ["/openapi.json", read(false, ({ openapi }) => answerJson(200, openapi))],
  ["/", read(false, ({ page }) => page())],
  ["/v1/report", read(true, report)],
  ["/v1/jobs", read(true, jobs)],
  ["/v1/events", read(true, events)],
  ["/metrics", read(true, metrics)],
]);

/** The paths that are always the same; those of cells hold an id. */
export const FIXED_PATHS: readonly string[] = [...ROUTES.keys()];

const PLACE = /^(?:https?:\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?/i;
const CELL = /^\/v1\/cells\/([0-9a-f-]{36})(\/heartbeat)?$/i;

/** The handler of one endpoint. */
export function createHandler(endpoint: Endpoint): Handler {
  return (request) => {
    const { path, query } = placeOf(request.url);
    const route = ROUTES.get(path) ?? cellRoute(path);
    if (route === undefined) return undefined;
    const response = refusalOf(endpoint, route, request) ?? route.answer(endpoint, request, query);
    return request.method === "HEAD" ? withoutBody(response) : response;
  };
}

function cellRoute(path: string): Route | undefined {
  const [, id, isBeat] = CELL.exec(path) ?? [];
  if (id === undefined) return undefined;
  if (isBeat === undefined) return read(true, (endpoint) => cell(endpoint, canonicalId(id)));
  return {
    methods: ["PUT"],
    isGuarded: false,
    answer: ({ beat }, request) => beat(request, canonicalId(id)),
  };
}

/** Why a request gets no answer from its route: its host, its method, or its token. */
function refusalOf(
  { hosts, token }: Endpoint,
  { methods, isGuarded }: Route,
  request: Request,
): Response | undefined {
  if (hosts !== undefined && !isAllowedHost(request.headers.get("Host"), hosts))
    return refuse(
      403,
      "foreign_host",
      "This endpoint is not known under that name; allow it with --allow-host.",
    );
  if (!methods.includes(request.method))
    return refuse(405, "method_not_allowed", "That method is not for this path.", {
      Allow: methods.join(", "),
    });
  if (isGuarded && token !== undefined && !isSameSecret(bearerOf(request), token))
    return refuse(401, "unauthorized", "This needs the endpoint's token.", {
      "WWW-Authenticate": "Bearer",
    });
  return undefined;
}

/**
 * The path and the query of a request's address, as they were sent. An HTTP/1.0 request
 * without a Host has an address without a name. `new URL` would cost a sixth of an answer.
 */
function placeOf(url: string): { path: string; query: string } {
  const [, path = "", query = ""] = PLACE.exec(url) ?? [];
  return { path, query };
}

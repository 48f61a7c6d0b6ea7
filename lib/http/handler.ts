/**
 * The endpoint as one function from request to response, without a socket, so that any server can
 * embed it.
 *
 * It shows the last scan; no request starts one. Runs in Bun and in Node.
 *
 * @module
 */
import { canonicalId } from "../base/id.ts";
import { bearerToken, isAllowedHost, isSameSecret } from "./access.ts";
import { jobs } from "./jobs-route.ts";
import { documentResponse } from "./compression.ts";
import { errorResponse, unauthorized, withoutBody } from "./responses.ts";
import { cell, type Endpoint, events, health, live, ready, type RouteHandler } from "./routes.ts";
import { metrics } from "./metrics-route.ts";
import { report } from "./report-route.ts";

/** Handles a request; returns undefined for a path that the endpoint does not serve. */
export type Handler = (request: Request) => Response | Promise<Response> | undefined;

interface Route {
  readonly methods: readonly string[];
  /** Whether it needs the endpoint's token, if there is one. */
  readonly isGuarded: boolean;
  readonly handle: RouteHandler;
}

const getRoute = (isGuarded: boolean, handle: RouteHandler): Route => ({
  methods: ["GET", "HEAD"],
  isGuarded,
  handle,
});

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ["/livez", getRoute(false, live)],
  ["/readyz", getRoute(false, ready)],
  ["/health", getRoute(false, health)],
  ["/openapi.json", getRoute(false, ({ openapi }, request) => documentResponse(request, openapi))],
  ["/", getRoute(false, ({ page }, request) => page(request))],
  ["/v1/report", getRoute(true, report)],
  ["/v1/jobs", getRoute(true, jobs)],
  ["/v1/events", getRoute(true, events)],
  ["/metrics", getRoute(true, metrics)],
  [
    "/v1/orders",
    { methods: ["POST"], isGuarded: false, handle: ({ order }, request) => order(request) },
  ],
]);

/** The paths without a cell's id. */
export const FIXED_PATHS: readonly string[] = [...ROUTES.keys()];

const URL_PARTS = /^(?:https?:\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?/i;
const CELL_PATH = /^\/v1\/cells\/([0-9a-f-]{36})(\/heartbeat)?$/i;

/** Creates the handler of one endpoint. */
export function createHandler(endpoint: Endpoint): Handler {
  return (request) => {
    const { path, query } = splitUrl(request.url);
    const route = ROUTES.get(path) ?? cellRoute(path);
    if (route === undefined) return undefined;
    const response =
      accessError(endpoint, route, request) ?? route.handle(endpoint, request, query);
    return request.method === "HEAD" ? withoutBody(response) : response;
  };
}

function cellRoute(path: string): Route | undefined {
  const [, id, isBeat] = CELL_PATH.exec(path) ?? [];
  if (id === undefined) return undefined;
  if (isBeat === undefined) return getRoute(true, (endpoint) => cell(endpoint, canonicalId(id)));
  return {
    methods: ["PUT"],
    isGuarded: false,
    handle: ({ beat }, request) => beat(request, canonicalId(id)),
  };
}

/** The error for a wrong or repeated host, and a wrong method or token. */
export function accessError(
  { hosts, token }: Pick<Endpoint, "hosts" | "token">,
  { methods, isGuarded }: Omit<Route, "handle">,
  request: Request,
): Response | undefined {
  // Two Host headers arrive as one with a comma: servers before this one may have read the other.
  if (request.headers.get("Host")?.includes(",") === true)
    return errorResponse(400, "bad_request", "The request has more than one Host header.");
  if (hosts !== undefined && !isAllowedHost(request.headers.get("Host"), hosts))
    return errorResponse(
      403,
      "foreign_host",
      "This host name is not allowed; allow it with --allow-host.",
    );
  if (!methods.includes(request.method))
    return errorResponse(405, "method_not_allowed", "This path does not allow that method.", {
      Allow: methods.join(", "),
    });
  if (isGuarded && token !== undefined && !isSameSecret(bearerToken(request), token))
    return unauthorized("The endpoint's token is missing or wrong.");
  return undefined;
}

/**
 * The path and the query of a request's URL, undecoded, with one slash at its start: a proxy that
 * strips `/pit` from `/pit/health` may leave two. The URL of an HTTP/1.0 request without `Host` has no
 * host. `new URL` would cost a sixth of a response.
 */
export function splitUrl(url: string): { path: string; query: string } {
  const [, path = "", query = ""] = URL_PARTS.exec(url) ?? [];
  return { path: path.replace(/^\/\/+/, "/"), query };
}

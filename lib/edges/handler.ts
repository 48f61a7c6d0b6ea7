/**
 * The endpoint as one function, request in and answer out: without a socket, so that any
 * server can mount it.
 *
 * It shows what the last scan found and nothing else; no request starts a scan. Runs in Bun
 * and in Node.
 *
 * @module
 */
import { canonicalId } from "../schemas/id.ts";
import { bearerOf, isAllowedHost, isSameSecret } from "./access.ts";
import { answer, answerJson, refuse, withoutBody } from "./answer.ts";
import { cell, type Endpoint, events, type Get, health, metrics, ready, report } from "./reads.ts";

/** Answers a request; undefined when its path is none of ours. */
export type Handler = (request: Request) => Response | Promise<Response> | undefined;

/** What a stranger may see, and what takes the token. */
const OPEN: Readonly<Record<string, Get>> = {
  "/livez": () => answer(200, "text/plain; charset=utf-8", "ok\n"),
  "/readyz": ready,
  "/health": health,
  "/openapi.json": ({ openapi }) => answerJson(200, openapi),
  "/": ({ page }) => page(),
};
const GUARDED: Readonly<Record<string, Get>> = {
  "/v1/report": report,
  "/v1/events": events,
  "/metrics": metrics,
};
const CELL = /^\/v1\/cells\/([0-9a-f-]{36})$/i;
const BEAT = /^\/v1\/cells\/([0-9a-f-]{36})\/heartbeat$/i;

/** The handler of one endpoint. */
export function createHandler(endpoint: Endpoint): Handler {
  return (request) => {
    const url = urlOf(request);
    const route = url && routeOf(url.pathname);
    if (url === undefined)
      return refuse(400, "bad_request", "The request's address cannot be read.");
    if (route === undefined) return undefined;
    if (endpoint.hosts !== undefined && !isAllowedHost(request.headers.get("Host"), endpoint.hosts))
      return refuse(
        403,
        "foreign_host",
        "This endpoint is not known under that name; allow it with --allow-host.",
      );
    if (!route.methods.includes(request.method))
      return refuse(405, "method_not_allowed", "That method is not for this path.", {
        Allow: route.methods.join(", "),
      });
    if (
      route.isGuarded &&
      endpoint.token !== undefined &&
      !isSameSecret(bearerOf(request), endpoint.token)
    )
      return refuse(401, "unauthorized", "This needs the endpoint's token.", {
        "WWW-Authenticate": "Bearer",
      });
    const response = route.answer(endpoint, url, request);
    return request.method === "HEAD" && response instanceof Response
      ? withoutBody(response)
      : response;
  };
}

interface Route {
  readonly methods: readonly string[];
  readonly isGuarded: boolean;
  readonly answer: (endpoint: Endpoint, url: URL, request: Request) => Response | Promise<Response>;
}

const read = (isGuarded: boolean, get: Get): Route => ({
  methods: ["GET", "HEAD"],
  isGuarded,
  answer: get,
});

function routeOf(path: string): Route | undefined {
  if (Object.hasOwn(OPEN, path)) return read(false, OPEN[path] as Get);
  if (Object.hasOwn(GUARDED, path)) return read(true, GUARDED[path] as Get);
  const id = CELL.exec(path)?.[1];
  if (id !== undefined) return read(true, (endpoint) => cell(endpoint, canonicalId(id)));
  const beating = BEAT.exec(path)?.[1];
  if (beating === undefined) return undefined;
  return {
    methods: ["PUT"],
    isGuarded: false,
    answer: ({ beat }, _, request) => beat(request, canonicalId(beating)),
  };
}

/** The address of a request; HTTP/1.0 without a Host gives one without a name. */
function urlOf(request: Request): URL | undefined {
  try {
    return new URL(request.url, "http://localhost");
  } catch {
    return undefined;
  }
}

/**
 * The endpoint of a fleet as one function from request to response. No request asks a host.
 *
 * @module
 */
import { accessError, type Handler, splitUrl } from "../handler.ts";
import { documentResponse } from "../compression.ts";
import { httpResponse, withoutBody } from "../responses.ts";
import {
  fleetCells,
  type FleetEndpoint,
  fleetEvents,
  fleetHealth,
  fleetHost,
  fleetMetricsRoute,
  fleetOverview,
  fleetReady,
  type FleetRouteHandler,
} from "./fleet-routes.ts";

const OPEN: ReadonlyMap<string, FleetRouteHandler> = new Map([
  ["/livez", () => httpResponse(200, "text/plain; charset=utf-8", "ok\n")],
  ["/readyz", fleetReady],
  ["/health", fleetHealth],
  ["/openapi.json", ({ openapi }, request) => documentResponse(request, openapi)],
  ["/", ({ page }, request) => page(request)],
]);
/** These need the endpoint's token, if there is one. */
const GUARDED: ReadonlyMap<string, FleetRouteHandler> = new Map([
  ["/v1/fleet", fleetOverview],
  ["/v1/fleet/cells", fleetCells],
  ["/v1/events", fleetEvents],
  ["/metrics", fleetMetricsRoute],
]);
/** The paths without a host's name. */
export const FIXED_FLEET_PATHS: readonly string[] = [...OPEN.keys(), ...GUARDED.keys()];
const HOST_PATH = /^\/v1\/fleet\/hosts\/([a-z0-9][a-z0-9.-]{0,252})$/;
const METHODS = ["GET", "HEAD"];

/** Creates the handler; it returns undefined for a path that it does not serve. */
export function createFleetHandler(endpoint: FleetEndpoint): Handler {
  return (request) => {
    const { path, query } = splitUrl(request.url);
    const handle = OPEN.get(path) ?? GUARDED.get(path) ?? hostRoute(path);
    if (handle === undefined) return undefined;
    const route = { methods: METHODS, isGuarded: !OPEN.has(path) };
    const response = accessError(endpoint, route, request) ?? handle(endpoint, request, query);
    return request.method === "HEAD" ? withoutBody(response) : response;
  };
}

function hostRoute(path: string): FleetRouteHandler | undefined {
  const name = HOST_PATH.exec(path)?.[1];
  return name === undefined ? undefined : fleetHost(name);
}

/**
 * Receives an operator's orders over HTTP: POST /v1/orders.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import * as v from "valibot";
import type { Fault } from "../base/errors.ts";
import { describeIssue } from "../contract/parse.ts";
import { RequestedOrder } from "../contract/requested-order.ts";
import { bearerToken, isSameSecret } from "./access.ts";
import { malformed, readJsonBody } from "./request-body.ts";
import { errorResponse, jsonResponse, unauthorized } from "./responses.ts";

/** The result of an order as text, or the fault that prevented it. */
export type OrderOutcome = { readonly text: string } | { readonly fault: Fault };
export type GiveOrder = (order: RequestedOrder) => Promise<OrderOutcome>;

export interface OperatorSecret {
  /** Permits orders, and nothing else. */
  readonly operatorToken?: string | undefined;
}

/** Handles orders; without an operator token all are refused. */
export function createOrderRoute(
  secrets: OperatorSecret,
  give: GiveOrder,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const error = requestError(request, secrets.operatorToken);
    if (error !== undefined) return error;
    const body = await readJsonBody(request, "order");
    if (body instanceof Response) return body;
    const order = v.safeParse(RequestedOrder, body.json, { abortEarly: true });
    if (!order.success) return malformed(describeIssue(order.issues[0]));
    const outcome = await give(order.output);
    return "fault" in outcome
      ? faultResponse(outcome.fault)
      : jsonResponse(200, { order: order.output.order, result: outcome.text });
  };
}

/** The error for a wrong token or a foreign page. */
function requestError(request: Request, token: string | undefined): Response | undefined {
  if (token === undefined)
    return errorResponse(
      403,
      "no_orders",
      "This endpoint takes no orders; enable them with --operator-token-file.",
    );
  if (!isSameSecret(bearerToken(request), token))
    return unauthorized("The operator's token is missing or wrong.");
  if (isFromForeignPage(request))
    return errorResponse(403, "foreign_page", "A page of another origin sent this order.");
  return undefined;
}

/**
 * Browsers add the token to no request by themselves, and ask before they send it across origins;
 * this holds even if a proxy adds it, or permits every origin.
 */
function isFromForeignPage({ headers }: Request): boolean {
  const site = headers.get("Sec-Fetch-Site");
  return site !== null && site !== "same-origin" && site !== "none";
}

type ErrorOfOrder = readonly [status: number, code: string, message: string];

const NOT_KNOWN: ErrorOfOrder = [
  503,
  "not_written",
  "The order could not be written, or it is not known whether it was: look before you repeat it.",
];

const FAULTS: Partial<Record<Fault, ErrorOfOrder>> = {
  no_input: [404, "no_such_cell", "No such cell."],
  data_error: [
    409,
    "not_given",
    "Its orders cannot be read, or all roots are held: give the order with supervise.",
  ],
  no_permission: [
    403,
    "no_permission",
    "The endpoint may not write the state directory: give the order with supervise.",
  ],
};

/** Only an order that is known to be without effect may be repeated unseen. */
function faultResponse(fault: Fault): Response {
  if (fault === "try_again")
    return errorResponse(503, "try_again", "The order was not given: try again.", {
      "Retry-After": "1",
    });
  return errorResponse(...(FAULTS[fault] ?? NOT_KNOWN));
}

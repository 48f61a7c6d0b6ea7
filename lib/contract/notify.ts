/**
 * Settings of notifications: the programs that receive events, and which events each receives.
 *
 * @module
 */
import * as v from "valibot";
import { Argv } from "../base/argv.ts";
import { MatchedLabels, Time } from "./revive-policy.ts";
import { Attention } from "./report.ts";

/** The name of the route of `command`, which receives every event. */
export const DEFAULT_ROUTE = "default";

const NAME = "Expected a name of at most 32 lower-case letters, digits and dashes";
/** It is also the name of a directory. */
const RouteName = v.pipe(
  v.string(NAME),
  v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, NAME),
  v.notValue(DEFAULT_ROUTE, "Expected another name: default is the route of notify.command"),
);

const Receiver = {
  /** It gets the message as JSON on its stdin. */
  command: Argv,
  /** A command that takes longer is killed, and called again later. */
  timeout_seconds: v.optional(Time, 30),
};

/** One receiver, and the events that it gets. */
const NotifyRoute = v.strictObject({
  name: RouteName,
  match: v.optional(
    v.strictObject({
      /** The mission has all of these; without any, also events that are about no mission. */
      labels: v.optional(MatchedLabels, {}),
      /** The event, or the state that it ends, needs at least this attention. */
      attention: v.optional(Attention, "none"),
    }),
    {},
  ),
  ...Receiver,
});

const ROUTES = "Expected a list of at least one route";

/** The programs that receive events. */
export const Notify = v.pipe(
  v.strictObject({
    command: v.optional(Receiver.command),
    timeout_seconds: Receiver.timeout_seconds,
    routes: v.optional(v.pipe(v.array(NotifyRoute, ROUTES), v.minLength(1, ROUTES))),
  }),
  v.check(
    ({ command, routes }) => command !== undefined || routes !== undefined,
    "Expected a command, or routes",
  ),
  v.check(
    ({ routes = [] }) => new Set(routes.map(({ name }) => name)).size === routes.length,
    "Expected routes with different names",
  ),
);
export type Notify = v.InferOutput<typeof Notify>;
export type NotifyRoute = v.InferOutput<typeof NotifyRoute>;

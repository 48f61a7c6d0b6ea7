/**
 * The routes of notifications: what waits for their receivers, and a test of them.
 *
 * @module
 */
import type { CommandFlags } from "../../base/command-flags.ts";
import { EXIT, OperatorError } from "../../base/errors.ts";
import { printable, printableJson, quoted } from "../../base/printable.ts";
import { alignColumns } from "../../cli/columns.ts";
import { valueOf } from "../../contract/facts.ts";
import type { NotifyRoute } from "../../contract/notify.ts";
import type { Settings } from "../../contract/settings.ts";
import { checkProgramInRoot } from "../../host/files/operator-file.ts";
import { storePathsOf, type StorePaths } from "../../host/files/state-dir.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { lastEnded, oldestWaiting, routesWithOutbox, waitingMessages } from "../notify/outbox.ts";
import { readDaemonStatus } from "../revive/daemon-status.ts";
import { routesOf } from "../notify/rules/route.ts";
import { sendTest } from "../notify/test-message.ts";

interface RouteState {
  readonly route: string;
  /** Null for a route that the configuration no longer has. */
  readonly command: readonly string[] | null;
  readonly waiting: number;
  /** When the oldest message that waits was made. */
  readonly oldest: string | null;
  /** The moment of the last message that was taken. */
  readonly last_delivered: string | null;
  /** Why the daemon's last call of its program failed; null if it did not, or is not known. */
  readonly failure: string | null;
}

/** Prints each route; returns the exit code. */
export function showRoutes(
  settings: Settings,
  { isJson, flags }: { readonly isJson: boolean; readonly flags: CommandFlags },
): number {
  const store = storePathsOf(settings);
  const routes = routesOf(settings.notify);
  const known = routes.map(({ name, command }) => stateOf(store, name, command));
  const others = routesWithOutbox(store).filter(
    (name) => !routes.some((each) => each.name === name),
  );
  const left = others
    .map((name) => stateOf(store, name, null))
    .filter(({ waiting }) => waiting > 0);
  const all = [...known, ...left];
  printText(isJson ? `${printableJson(all, 2)}\n` : tableOf(all, flags));
  return EXIT.ok;
}

const stateOf = (
  store: StorePaths,
  route: string,
  command: readonly string[] | null,
): RouteState => ({
  route,
  command,
  waiting: waitingMessages(store, route).length,
  oldest: oldestWaiting(store, route)?.at ?? null,
  last_delivered: lastEnded(store, route, "delivered")?.at ?? null,
  failure: valueOf(readDaemonStatus(store))?.deliveries?.[route]?.failure ?? null,
});

function tableOf(states: readonly RouteState[], flags: CommandFlags): string {
  if (states.length === 0) return 'nobody is told: "notify" is not in the configuration\n';
  const rows = states.map(({ route, command, waiting, oldest, last_delivered }) => [
    route,
    String(waiting),
    oldest ?? "-",
    last_delivered ?? "-",
    command === null ? "(not in the configuration)" : (command[0] ?? ""),
  ]);
  const heading = ["ROUTE", "WAITING", "OLDEST", "LAST TAKEN", "PROGRAM"];
  return [
    ...alignColumns([heading, ...rows]),
    ...states.flatMap((state) => failureLines(state, flags)),
  ]
    .map((line) => `${printable(line)}\n`)
    .join("");
}

/** Why nothing arrives, and how to find out whether that is corrected. */
const failureLines = (
  { route, waiting, failure }: RouteState,
  { store }: CommandFlags,
): string[] =>
  failure === null || waiting === 0
    ? []
    : [
        `${route}: ${failure}`,
        `    next: correct that, then type lazarus-pit notify --test --route ${route}${store}`,
      ];

/**
 * Sends a test message to each route, or to the one named `only`; returns the exit code.
 *
 * @throws {OperatorError} if there is no such route.
 */
export async function testRoutes(
  settings: Settings,
  only: string | undefined,
  now: Date,
): Promise<number> {
  const routes = routesOf(settings.notify).filter(
    ({ name }) => only === undefined || name === only,
  );
  if (routes.length === 0) throw noRoute(only);
  for (const { command } of routes) checkProgramInRoot("notify", command);
  const failures = await Promise.all(routes.map((route) => testRoute(route, settings, now)));
  return failures.includes(true) ? EXIT.unavailable : EXIT.ok;
}

/** Prints how it went; true if it failed. */
async function testRoute(route: NotifyRoute, settings: Settings, now: Date): Promise<boolean> {
  const failure = await sendTest(route, settings, now);
  printText(`${printable(`${route.name}: ${failure ?? "the receiver took it"}`)}\n`);
  return failure !== undefined;
}

const noRoute = (name: string | undefined): OperatorError =>
  name === undefined
    ? new OperatorError(
        "config",
        "Cannot test the receivers: there are none",
        'set "notify" in the configuration, such as {"command": ["/usr/local/lib/lazarus-pit/notify/webhook"]}',
      )
    : new OperatorError(
        "config",
        `Cannot test the route ${quoted(name)}: it is not in the configuration`,
        "see the routes with: lazarus-pit notify",
      );

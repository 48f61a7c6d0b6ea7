/**
 * `lazarus-pit fleet`: the hosts of a fleet, and orders for all of them.
 *
 * @module
 */
import { printable, printableLines } from "../../base/printable.ts";
import { EXIT } from "../../base/errors.ts";
import { settingFlags } from "../../cli/setting-flags.ts";
import { loadSettings } from "../../cli/settings.ts";
import { defineTool } from "../../cli/tool.ts";
import type { Settings } from "../../contract/settings.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { VIEWER } from "../etcd/account-role.ts";
import { checkEtcd } from "./check-etcd.ts";
import { lookAtFleet, openFleet } from "./fleet-access.ts";
import { type FleetOrder, readFleetOrder } from "./fleet-order.ts";
import { forgetInFleet } from "./forget-host.ts";
import { orderFleet } from "./order-fleet.ts";
import { hostList } from "./host-list.ts";

export const fleetTool = defineTool({
  name: "lazarus-pit fleet",
  summary: "Show the hosts of a fleet, or give them orders",
  args: {
    step: { type: "positional", required: false, description: "Step from the list below" },
    name: { type: "positional", required: false, description: "The mission or host it is for" },
    host: { type: "string", valueHint: "name", description: "Only this host, for hold and resume" },
    reason: { type: "string", valueHint: "text", description: "Reason for the order" },
    for: { type: "string", valueHint: "time", description: "Length of a snooze or hold" },
    off: { type: "boolean", description: "With forget: free its missions at once" },
    json: { type: "boolean", description: "Print the hosts as JSON" },
    ...settingFlags("fleet_etcd", "fleet_sources", "fleet_name"),
  },
  notes: `
Steps:
  hosts               list the hosts and their state (default)
  hold, resume        stop reviving on all hosts, or on --host, and start again;
                      with --for 1h the hold ends by itself
  snooze <uuid>       do not revive it on any host for a time: --for 20m
  quarantine <uuid>   do not revive it on any host: --reason TEXT
  release <uuid>      lift the fleet's orders for it
  forget <host>       the host is gone for good. The first call notes it; one
                      after its time frees its missions for other hosts. With
                      --off at once: only if it is really switched off
  check               reach etcd, and say what it cannot promise

A mission is named by its id, or by the beginning or end of it.
All but hosts need fleet_etcd. A live host takes an order after its next round.

Exit codes:
  0   done
  64  usage error           65  orders that cannot be read
  66  no such host or mission
  69  etcd cannot be reached      74  not printed
  75  the host is live, or its time is not over; or another order came first
  77  etcd denies it        78  wrong configuration

Examples:
  $ lazarus-pit fleet hosts
  $ lazarus-pit fleet hold --host alpha --reason "new kernel"
  $ lazarus-pit fleet forget beta`,

  run({ flags, positionals: words }) {
    const order = readFleetOrder(words, flags);
    return runStep(order, loadSettings(flags));
  },
});

async function runStep(order: FleetOrder, settings: Settings): Promise<number> {
  const { step, isJson } = order;
  if (step === "hosts") {
    printText(hostList(await lookAtFleet(settings, VIEWER), isJson));
    return EXIT.ok;
  }
  const access = openFleet(settings, step);
  if (step === "check") return showCheck(settings);
  const now = new Date();
  const text =
    step === "forget"
      ? await forgetInFleet(access, order, now)
      : await orderFleet(access, order, now);
  printText(`${printableLines(text)}\n`);
  return EXIT.ok;
}

/** Prints the lines; the first error decides the exit code. */
async function showCheck(settings: Settings): Promise<number> {
  const lines = await checkEtcd(settings);
  for (const { level, text } of lines) printText(printable(`${level.padEnd(7)}  ${text}`) + "\n");
  return EXIT[lines.find(({ fault }) => fault !== undefined)?.fault ?? "ok"];
}

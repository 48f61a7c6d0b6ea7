/**
 * The first line of a daemon in the journal: what runs, and what it does.
 *
 * @module
 */
import { version } from "../../../package.json";
import { printable, quoted } from "../../base/printable.ts";
import type { Settings } from "../../contract/settings.ts";
import { routesOf } from "../notify/rules/route.ts";

/** Program, version, root and state, policies and receivers, and the fleet, in one line. */
export function startLine(settings: Settings, fleetName: string | undefined): string {
  const { root, state_dir, scan_interval_seconds: seconds, revive, notify } = settings;
  const routes = routesOf(notify).map(({ name }) => name);
  const parts = [
    `version ${version} watches ${quoted(root)} every ${seconds} s`,
    `state in ${quoted(state_dir)}`,
    revive.length === 0
      ? "revives nothing: no policies"
      : `revives by ${revive.length === 1 ? "1 policy" : `${revive.length} policies`}`,
    routes.length === 0 ? "notifies nobody" : `notifies ${routes.join(", ")}`,
    ...(fleetName === undefined ? [] : [fleetText(fleetName)]),
  ];
  return `${printable(`supervise: ${parts.join("; ")}`)}\n`;
}

const fleetText = (name: string): string =>
  `in the fleet as ${name}: revives nothing until etcd has confirmed its missions`;

/**
 * The counts, and the strip of hosts: one button each, grey and dashed unless the host is live.
 *
 * @module
 */
import type { FleetHost } from "../../contract/fleet-report.ts";
import type { FleetDocument } from "../fleet/rules/fleet-feed.ts";
import { byId, element } from "../page/elements.ts";
import { printable } from "../../base/printable.ts";
import { fleetState } from "./fleet-state.ts";
import { hostKind, type Kind, stripOrder } from "./rules/look.ts";

const strip = byId("hosts");
/** The buttons by the names of their hosts: a fleet of a thousand is not built anew at each look. */
const buttons = new Map<string, HTMLButtonElement>();

/** Draws the hosts; `choose` is called with the name of a host that was clicked. */
export function drawHosts({ hosts }: FleetDocument, choose: (name: string) => void): void {
  const ordered = stripOrder(hosts).map((host) => updated(host, choose));
  const names = new Set(hosts.map(({ name }) => name));
  for (const name of buttons.keys()) if (!names.has(name)) buttons.delete(name);
  if (
    ordered.some((button, at) => strip.children[at] !== button) ||
    ordered.length !== strip.children.length
  )
    strip.replaceChildren(...ordered);
}

function updated(host: FleetHost, choose: (name: string) => void): HTMLButtonElement {
  const { name, state, critical, why, held } = host;
  const button = buttons.get(name) ?? element("button", { "data-host": name });
  if (!buttons.has(name)) button.addEventListener("click", () => choose(name));
  buttons.set(name, button);
  const bad = critical === 0 ? "" : ` ${critical}`;
  const hold = held === true ? " held" : "";
  const text = state === "live" ? `${name}${bad}${hold}` : `${name} ${state}${hold}`;
  if (button.textContent !== text) button.textContent = text;
  button.dataset["kind"] = hostKind(host);
  button.dataset["state"] = state;
  button.title = printable(`${name}: ${state}${why === null ? "" : `, ${why}`}`);
  button.setAttribute("aria-pressed", String(fleetState.host === name));
  return button;
}

/** Draws the numbers of hosts by state and of cells by status. */
export function drawFleetCounts({ summary }: FleetDocument): void {
  const { hosts, cells } = summary;
  byId("host-counts").replaceChildren(
    count(hosts.total, hosts.total === 1 ? "host" : "hosts"),
    count(hosts.live, "live", "well"),
    count(hosts.lost, "lost", "critical"),
    count(hosts.silent, "silent", "critical"),
    count(hosts.unreadable, "unreadable", "critical"),
    count(hosts.unknown, "unknown", "unknown"),
  );
  byId("cell-counts").replaceChildren(
    count(cells.total, cells.total === 1 ? "cell" : "cells"),
    count(cells.healthy, "healthy", "well"),
    count(cells.stale, "stale", "warning"),
    count(cells.incomplete, "incomplete", "critical"),
    count(cells.uninitialized, "uninitialized", "warning"),
    count(cells.not_known, "not known", "unknown"),
  );
}

function count(number: number, name: string, kind?: Kind): HTMLElement {
  const look = kind === undefined || number === 0 ? {} : { "data-kind": kind };
  return element("li", look, element("b", {}, String(number)), name);
}

/**
 * Draws everything that the page knows.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { printable } from "../../base/printable.ts";
import type { FleetCell } from "../../contract/fleet-report.ts";
import type { FleetDocument } from "../fleet/rules/fleet-feed.ts";
import { byId, element, setBanner, setText } from "../page/elements.ts";
import { requestPath } from "../page/server.ts";
import { serverClock } from "../page/state.ts";
import { drawCells } from "./cell-rows.ts";
import { fleetState } from "./fleet-state.ts";
import { drawFleetCounts, drawHosts } from "./host-strip.ts";
import { unansweredText, hostSentence } from "./rules/look.ts";

const NO_CELLS: readonly FleetCell[] = [];
const SUSPECT =
  "Most hosts went at the same time: this server or its network is more likely at fault than they are.";

/** Draws the fleet. */
export function drawFleet(): void {
  const { fleet } = fleetState;
  if (fleet === undefined) return;
  byId("waiting").hidden = true;
  byId("fleet").hidden = false;
  const unanswered = unansweredText(fleet);
  setBanner(byId("unanswered"), "incomplete", unanswered);
  setBanner(byId("suspect"), "incomplete", fleet.suspect ? SUSPECT : "");
  document.body.classList.toggle("old", unanswered !== "" || !byId("offline").hidden);
  drawFleetCounts(fleet);
  drawHosts(fleet, (name) => void chooseHost(fleetState.host === name ? undefined : name));
  drawDuplicates(fleet);
  drawHost(fleet);
  drawLookAge();
}

/** Draws what ages. */
export function drawLookAge(): void {
  const { fleet, host } = fleetState;
  if (fleet === undefined) return;
  const age = Math.max(0, serverClock.secondsSince(fleet.generated_at));
  setText(byId("looked"), `last look ${describeDuration(age)} ago`);
  const found = fleet.hosts.find(({ name }) => name === host);
  if (found !== undefined)
    setText(byId("host-text"), printable(hostSentence(found, serverClock.now())));
}

function drawDuplicates({ twice }: FleetDocument): void {
  const lines = twice.slice(0, 20).map(({ mission_id, hosts, home }) => {
    const where = home === null ? "" : `; its home is ${home}`;
    return element("li", {}, `${mission_id} is on ${hosts.join(" and ")}${where}`);
  });
  const more = twice.length > 20 ? [element("li", {}, `and ${twice.length - 20} more`)] : [];
  byId("duplicates").replaceChildren(...lines, ...more);
}

function drawHost(fleet: FleetDocument): void {
  const { host, hostCells } = fleetState;
  byId("host").hidden = host === undefined;
  setText(byId("host-name"), host ?? "");
  const heading =
    host === undefined ? "Cells that need attention or are not known" : `Cells of ${host}`;
  setText(byId("cells-heading"), heading);
  if (host === undefined) drawCells(fleet.cells, fleet.more);
  else drawCells(hostCells ?? NO_CELLS, 0);
}

/** Shows the cells of one host, or of all again. */
export async function chooseHost(name: string | undefined): Promise<void> {
  fleetState.host = name;
  fleetState.hostCells = undefined;
  drawFleet();
  await loadHostCells();
}

/** Asks for the cells of the chosen host. */
export async function loadHostCells(): Promise<void> {
  const { host } = fleetState;
  if (host === undefined) return;
  try {
    const response = await requestPath(`v1/fleet/cells?host=${encodeURIComponent(host)}`);
    const { cells } = await response.json();
    if (fleetState.host === host) fleetState.hostCells = cells;
  } catch {
    // The banner says why nothing comes; the next look tries again.
  }
  drawFleet();
}

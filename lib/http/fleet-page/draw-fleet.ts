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
import { fleetState, type HostCells, type ShownFleet, shownFleet } from "./fleet-state.ts";
import { drawFleetCounts, drawHosts } from "./host-strip.ts";
import { hostSentence, outdatedBannerText, unansweredText } from "./rules/look.ts";
import { isOfLook, type Outdated, withoutKnowledge } from "./rules/outdated.ts";

const NO_CELLS: readonly FleetCell[] = [];
const LEFT = "This host is not in the fleet any more.";
const SUSPECT =
  "Most hosts went at the same time: this server or its network is more likely at fault than they are.";

/** What was drawn last. */
let drawn: ShownFleet | undefined;

/** Draws the fleet. */
export function drawFleet(): void {
  const shown = shownFleet();
  setBanner(byId("offline"), "incomplete", offlineText(shown?.outdated));
  if (shown === undefined) return;
  drawn = shown;
  const { fleet } = shown;
  byId("waiting").hidden = true;
  byId("fleet").hidden = false;
  drawBanners(shown);
  drawFleetCounts(fleet);
  drawHosts(fleet, (name) => void chooseHost(fleetState.host === name ? undefined : name));
  drawDuplicates(fleet);
  drawHost(fleet);
  drawAges(fleet);
}

/** Draws what ages; everything once the last look counts no more. */
export function drawAging(): void {
  const shown = shownFleet();
  if (shown !== drawn) drawFleet();
  else if (shown !== undefined) drawAges(shown.fleet);
}

function drawBanners({ fleet, outdated }: ShownFleet): void {
  const unanswered = outdated === undefined ? unansweredText(fleet) : outdatedBannerText(outdated);
  setBanner(byId("unanswered"), "incomplete", unanswered);
  setBanner(byId("suspect"), "incomplete", fleet.suspect ? SUSPECT : "");
  document.body.classList.toggle("old", unanswered !== "" || !byId("offline").hidden);
}

function offlineText(outdated: Outdated | undefined): string {
  const { offlineSince } = fleetState;
  if (offlineSince === undefined) return "";
  const doubt = outdated === undefined ? " The data shown may be out of date." : "";
  return `Connection lost since ${offlineSince} UTC, trying again.${doubt}`;
}

function drawAges({ generated_at, hosts }: FleetDocument): void {
  const age = Math.max(0, serverClock.secondsSince(generated_at));
  setText(byId("looked"), `last look ${describeDuration(age)} ago`);
  const found = hosts.find(({ name }) => name === fleetState.host);
  const text = found === undefined ? LEFT : hostSentence(found, serverClock.now());
  setText(byId("host-text"), printable(text));
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
  if (host === undefined) return drawCells(fleet.cells, fleet.more);
  if (hostCells === undefined) return drawCells(NO_CELLS, 0);
  const { cells, generated_at } = hostCells;
  drawCells(isOfLook(fleet, host, generated_at) ? cells : withoutKnowledge(cells), 0);
}

/** Shows the cells of one host, or of all again. */
export async function chooseHost(name: string | undefined): Promise<void> {
  fleetState.host = name;
  fleetState.hostCells = undefined;
  drawFleet();
  await loadHostCells();
}

let asking = new AbortController();

/** Asks for the cells of the chosen host. A question that is still open is given up. */
export async function loadHostCells(): Promise<void> {
  const { host } = fleetState;
  asking.abort();
  if (host === undefined) return;
  asking = new AbortController();
  const path = `v1/fleet/cells?host=${encodeURIComponent(host)}`;
  try {
    const response = await requestPath(path, asking.signal);
    const answer = (await response.json()) as HostCells;
    if (fleetState.host === host) fleetState.hostCells = answer;
  } catch {
    // The banner says why nothing comes; the next look tries again.
  }
  drawFleet();
}

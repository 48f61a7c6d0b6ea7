/**
 * The script of the fleet's page: follows the server's events.
 *
 * @module
 */
import { type FleetChanges, type FleetDocument, withChanges } from "../fleet/rules/fleet-feed.ts";
import { byId, setBanner, setText } from "../page/elements.ts";
import { readStream } from "../page/event-reader.ts";
import type { StreamEvent } from "../page/rules/event-parser.ts";
import { moveBelowPath, ResponseError } from "../page/server.ts";
import { lastContact } from "../page/state.ts";
import { askToken } from "../page/token-form.ts";
import { chooseHost, drawAging, drawFleet, loadHostCells } from "./draw-fleet.ts";
import { fleetState, takeLook } from "./fleet-state.ts";

const [FIRST_DELAY_MS, MAX_DELAY_MS] = [1000, 15_000];
const BANNERS = ["offline", "unanswered", "suspect"];

addEventListener("error", ({ message }) =>
  setBanner(byId("unanswered"), "incomplete", `This page's script failed (${message}). Reload it.`),
);
for (const id of BANNERS) byId(id).dataset["kind"] = "critical";
byId("all").addEventListener("click", () => void chooseHost(undefined));
setInterval(drawAging, 1000);
// A hidden tab's timers are slow: it must not show for a moment what counts no more.
document.addEventListener("visibilitychange", drawAging);
void followFleet();

/** Reads one stream after another, for as long as the page is open. */
async function followFleet(): Promise<never> {
  await moveBelowPath();
  let delay = FIRST_DELAY_MS;
  const never = new AbortController().signal;
  for (;;) {
    const onEvent = (event: StreamEvent) => {
      delay = FIRST_DELAY_MS;
      takeFleetEvent(event);
    };
    const error = await readStream(never, { onContact() {}, onEvent }).catch(
      (thrown: unknown) => thrown,
    );
    if (error instanceof ResponseError && error.status === 401) {
      await askToken(forgetFleet);
      continue;
    }
    showOffline();
    await new Promise((resolve) => setTimeout(resolve, delay));
    delay = Math.min(2 * delay, MAX_DELAY_MS);
  }
}

/** Clears the page while the form asks for a token: the server answers, and what was shown would age. */
function forgetFleet(): void {
  byId("fleet").hidden = true;
  fleetState.fleet = undefined;
  fleetState.offlineSince = undefined;
  for (const id of BANNERS) setBanner(byId(id), "incomplete", "");
  setText(byId("link"), "token needed");
}

function takeFleetEvent({ name, data }: StreamEvent): void {
  if (data === undefined) return;
  const { fleet } = fleetState;
  if (name === "fleet") takeLook(JSON.parse(data) as FleetDocument);
  else if (name === "changes" && fleet !== undefined)
    takeLook(withChanges(fleet, JSON.parse(data) as FleetChanges));
  else return;
  fleetState.offlineSince = undefined;
  setText(byId("link"), "live");
  drawFleet();
  void loadHostCells();
}

function showOffline(): void {
  fleetState.offlineSince = new Date(lastContact.at).toISOString().slice(0, 19);
  setText(byId("link"), "offline");
  drawFleet();
}

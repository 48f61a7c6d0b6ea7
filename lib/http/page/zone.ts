/**
 * The time zone of all moments on the page: the reader's, or UTC. A button names it, and switches.
 *
 * @module
 */
import { byId, setText, untrusted } from "./elements.ts";
import { type MomentFormat, momentFormat, withMoments } from "./rules/moments.ts";

const KEPT = "lazarus-pit-zone";
const LOCAL = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

let name = keptZone();
let format = momentFormat(name);

/** A moment in the page's zone. */
export const showMoment: MomentFormat = (timestamp) => format(timestamp);

/** A text of the server or of a cell, with its moments in the page's zone. */
export const untrustedText = (text: string): HTMLElement => untrusted(withMoments(text, format));

export const zoneLabel = (): string => `Times in ${name}`;

/** Lets the button switch between the reader's zone and UTC; `onSwitch` redraws the page. */
export function listenToZone(onSwitch: () => void): void {
  const button = byId("zone", HTMLButtonElement);
  button.disabled = LOCAL === "UTC";
  setText(button, zoneLabel());
  button.addEventListener("click", () => {
    name = name === "UTC" ? LOCAL : "UTC";
    format = momentFormat(name);
    keepZone();
    setText(button, zoneLabel());
    onSwitch();
  });
}

function keptZone(): string {
  try {
    return localStorage.getItem(KEPT) === "UTC" ? "UTC" : LOCAL;
  } catch {
    return LOCAL;
  }
}

function keepZone(): void {
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // Storage is forbidden or full: the choice lasts until the page is closed.
  }
}

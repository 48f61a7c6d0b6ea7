/**
 * Ages on the page, which are updated every second.
 *
 * @module
 */
import { element, setText } from "./elements.ts";
import { ageText } from "./rules/format.ts";
import { serverClock } from "./state.ts";

const CLASS = "ticking";
const timestamps = new WeakMap<Element, string>();

/** The age of a timestamp, which counts up. */
export function tickingAge(timestamp: string): HTMLElement {
  const node = element("span", { class: CLASS });
  timestamps.set(node, timestamp);
  drawAge(node);
  return node;
}

/** Updates every age on the page. */
export function drawTickingAges(): void {
  for (const node of document.querySelectorAll(`.${CLASS}`)) drawAge(node);
}

function drawAge(node: Element): void {
  const timestamp = timestamps.get(node);
  if (timestamp !== undefined) setText(node, ageText(serverClock.secondsSince(timestamp)));
}

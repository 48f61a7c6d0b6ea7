/**
 * The verdict at the top of the page, in the tab's title and in its symbol.
 *
 * @module
 */
import { badge, byId, element, icon, setText, span, stepSentence } from "./elements.ts";
import { type Concern, type PageVerdict, titleText, verdictOf } from "./rules/page-verdict.ts";
import { countText } from "./rules/format.ts";
import type { PageData } from "./rules/merge.ts";
import { untrustedText, zoneLabel } from "./zone.ts";

/** The look of each state: that of a status, and the color of the tab's symbol. */
const LOOKS = {
  OK: { kind: "healthy", word: "All is well", color: "#128a6f", mark: "m7 12.5 3.5 3.5L17 9" },
  WARNING: { kind: "stale", word: "Warning", color: "#b06a00", mark: "M12 6v7m0 4v.5" },
  CRITICAL: { kind: "incomplete", word: "Critical", color: "#c1121f", mark: "M12 6v7m0 4v.5" },
  UNKNOWN: { kind: "uninitialized", word: "Unknown", color: "#5566bb", mark: "M8 12h8" },
} as const;

const symbolOf = (color: string, mark: string): string =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'><circle cx='12' cy='12' r='12' fill='${color}'/><path d='${mark}' fill='none' stroke='#fff' stroke-width='3' stroke-linecap='round'/></svg>`,
  )}`;

/** The most concerns on a narrow screen: more of them would push the table out of the first screen. */
const MOST_CONCERNS = [
  [matchMedia("(max-width: 30rem)"), 1],
  [matchMedia("(max-width: 60rem)"), 2],
] as const;

/** What the verdict showed last: it is drawn every second, and changes rarely. */
let drawn = "";

/** Draws the verdict; `outdated` tells why the data may be out of date, or is empty. */
export function drawVerdict(data: PageData, outdated: string, open: (id: string) => void): void {
  const [, limit] = MOST_CONCERNS.find(([screen]) => screen.matches) ?? [null, 4];
  const verdict = verdictOf(data, outdated, limit);
  const { kind, word, color, mark } = LOOKS[verdict.state];
  document.title = titleText(verdict);
  const text = JSON.stringify([verdict, zoneLabel()]);
  if (text === drawn) return;
  drawn = text;
  const place = byId("verdict");
  place.dataset["kind"] = kind;
  setText(byId("verdict-text"), `${word}: ${verdict.text}`);
  byId("verdict-mark").replaceChildren(icon(kind));
  byId("favicon", HTMLLinkElement).href = symbolOf(color, mark);
  byId("concerns").replaceChildren(...concernItems(verdict, open));
}

function concernItems({ concerns, more }: PageVerdict, open: (id: string) => void): Node[] {
  const items = concerns.map((concern) => concernItem(concern, open));
  return more === 0 ? items : [...items, element("li", {}, `and ${countText(more)} more below`)];
}

function concernItem(concern: Concern, open: (id: string) => void): Node {
  const { look, status, name, cellId, reason, owner, step } = concern;
  const label = untrustedText(name);
  const named = cellId === undefined ? element("strong", {}, label) : element("button", {}, label);
  if (cellId !== undefined) named.addEventListener("click", () => open(cellId));
  const whose = owner === undefined ? [] : [" Owner: ", untrustedText(owner), "."];
  const next = step === undefined ? [] : [" Next: ", stepSentence(step, "step-text")];
  return element(
    "li",
    {},
    badge(look, status),
    named,
    span(": "),
    untrustedText(reason),
    span("."),
    ...whose,
    ...next,
  );
}

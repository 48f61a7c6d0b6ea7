/**
 * The entries of the root that are not cells, below the table.
 *
 * @module
 */
import type { Ignored } from "../../contract/ignored.ts";
import { byId, element, setText, untrusted } from "./elements.ts";
import { countText } from "./rules/format.ts";
import type { PageData } from "./rules/merge.ts";
import { CHUNK } from "./rules/view.ts";

/** Draws the first of them under their number; hides the list if there are none. */
export function drawIgnored({ ignored }: PageData["report"]): void {
  const what = ignored.length === 1 ? "entry that is not a cell" : "entries that are not cells";
  const items = ignored.slice(0, CHUNK).map(ignoredItem);
  const left = ignored.length - items.length;
  if (left > 0) items.push(element("li", {}, `and ${countText(left)} more`));
  byId("ignored").hidden = ignored.length === 0;
  setText(byId("ignored-heading"), `${countText(ignored.length)} ${what}`);
  byId("ignored-list").replaceChildren(...items);
}

const ignoredItem = ({ name, why }: Ignored): HTMLElement =>
  element(
    "li",
    {},
    untrusted(name, { class: "mono" }),
    element("span", { class: "quiet" }, " – ", untrusted(why)),
  );

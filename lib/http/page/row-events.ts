/**
 * Keyboard and mouse in the table's rows.
 *
 * @module
 */
import { byId } from "./elements.ts";
import { setCurrent } from "./rows.ts";

const body = byId("rows");

/** Lets the arrow keys move between rows, and calls `open` with the cell whose row is clicked. */
export function listenToRows(open: (id: string) => void): void {
  body.addEventListener("keydown", moveBetweenRows);
  body.addEventListener("focusin", (event) => setCurrent(closest(event, ".open")));
  body.addEventListener("animationend", (event) =>
    closest(event, "tr")?.classList.remove("changed"),
  );
  body.addEventListener("click", (event) => {
    const id = closest(event, "tr")?.dataset["id"];
    // A click that ends a text selection, such as to copy an id, opens nothing.
    if (id !== undefined && getSelection()?.isCollapsed !== false) open(id);
  });
}

/** Moves the focus to the row at `index`. */
export const focusRow = (index: number): void =>
  body.children[index]?.querySelector<HTMLElement>(".open")?.focus({ preventScroll: true });

function moveBetweenRows(event: KeyboardEvent): void {
  const rows = [...body.children];
  const at = rows.findIndex((row) => row === closest(event, "tr"));
  const targets = new Map([
    ["ArrowDown", at + 1],
    ["ArrowUp", at - 1],
    ["Home", 0],
    ["End", rows.length - 1],
  ]);
  const to = targets.get(event.key);
  if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  rows[to]?.querySelector<HTMLElement>(".open")?.focus();
}

const closest = (event: Event, selector: string): HTMLElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;

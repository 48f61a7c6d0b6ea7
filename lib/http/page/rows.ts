/**
 * The table's rows. A row is kept as long as its cell, so that focus and selection survive.
 *
 * @module
 */
import { COLUMN_NAMES, COLUMNS } from "./columns.ts";
import { byId, element } from "./elements.ts";
import type { Entry } from "./rules/entry.ts";
import type { ColumnName } from "./rules/sort.ts";

interface Row {
  readonly node: HTMLTableRowElement;
  /** Opens the cell's detail; its text is the title. */
  readonly button: HTMLButtonElement;
  /** Where each column's content goes. */
  readonly places: ReadonlyMap<ColumnName, HTMLElement>;
  /** What the row shows now. */
  drawn: Entry | null;
}

const body = byId("rows");
const rows = new Map<string, Row>();

/** Draws exactly these cells. */
export function drawRows(shown: readonly Entry[], all: ReadonlyMap<string, Entry>): void {
  for (const id of rows.keys()) if (!all.has(id)) rows.delete(id);
  arrange(body, shown.map(drawRow));
  if (body.querySelector('[tabindex="0"]') === null) setCurrent(body.querySelector(".open"));
}

/** Draws every row anew the next time, because moments are written in another way. */
export function forgetRows(): void {
  for (const row of rows.values()) row.drawn = null;
}

/** The id of the cell whose row has the focus. */
export const currentId = (): string | null =>
  document.activeElement?.closest<HTMLElement>("#rows tr")?.dataset["id"] ?? null;

/** The button of a cell's row; that of the first row if the cell has none. */
export function buttonOf(id: string): HTMLElement | null {
  const row = rows.get(id);
  return row?.node.isConnected ? row.button : body.querySelector<HTMLElement>(".open");
}

/** Sets the row button that the Tab key reaches. */
export function setCurrent(button: Element | null): void {
  for (const other of body.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
  button?.setAttribute("tabindex", "0");
}

function drawRow(entry: Entry, index: number): HTMLElement {
  const id = entry.cell.mission_id;
  const row = rows.get(id) ?? makeRow(id);
  row.node.setAttribute("aria-rowindex", String(index + 2));
  if (row.drawn === entry) return row.node;
  for (const [name, place] of row.places) place.replaceChildren(...COLUMNS[name].show(entry));
  row.node.classList.toggle("changed", entry.hasNewStatus);
  row.drawn = entry;
  return row.node;
}

function makeRow(id: string): Row {
  const node = element("tr", { role: "row", "data-id": id });
  const button = element("button", { class: "open", tabindex: "-1" });
  const places = new Map<ColumnName, HTMLElement>();
  for (const name of COLUMN_NAMES) {
    const isTitle = name === "title";
    const role = isTitle ? "rowheader" : "cell";
    const part = element(isTitle ? "th" : "td", { role, class: `c-${name}` });
    if (isTitle) part.append(button);
    places.set(name, isTitle ? button : part);
    node.append(part);
  }
  const row: Row = { node, button, places, drawn: null };
  rows.set(id, row);
  return row;
}

/** Makes `wanted` the children of `parent`, and moves only nodes that are out of place. */
function arrange(parent: HTMLElement, wanted: readonly HTMLElement[]): void {
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && parent.contains(active) ? active : null;
  const kept = new Set<Element>(wanted);
  const unwanted = [...parent.children].filter((child) => !kept.has(child));
  for (const child of unwanted) child.remove();
  let place = parent.firstChild;
  for (const child of wanted) {
    if (child === place) place = place.nextSibling;
    else parent.insertBefore(child, place);
  }
  if (document.activeElement !== focused) focused?.focus({ preventScroll: true });
}

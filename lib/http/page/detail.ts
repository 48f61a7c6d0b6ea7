/**
 * The dialog with one cell's detail. The page's address names the cell, so that it can be linked.
 *
 * @module
 */
import { statusText } from "../../verdict/display-status.ts";
import { nextStepParts } from "../../verdict/next-step.ts";
import { rowOf } from "../../verdict/rows.ts";
import type { CellDetail } from "../rules/cell-detail.ts";
import { factList } from "./detail-facts.ts";
import { contentSections, historySections, orderSections } from "./detail-records.ts";
import { problemList, section } from "./detail-sections.ts";
import { badge, byId, element, stepSentence, untrusted } from "./elements.ts";
import { buttonOf, setCurrent } from "./rows.ts";
import { type Entry, entryOf, titleOf } from "./rules/entry.ts";
import { sentence } from "./rules/format.ts";
import { showOrderForm } from "./order-form.ts";
import { ResponseError, requestPath } from "./server.ts";
import { state } from "./state.ts";
import { zoneLabel } from "./zone.ts";

const NOTHING_TO_DO = [{ text: "nothing needs to be done", isCommand: false }];

const dialog = byId("detail", HTMLDialogElement);

/** The open cell, and what the server sent about it in addition to the report. */
interface Open {
  readonly id: string;
  readonly detail: CellDetail | null;
  readonly isGone: boolean;
}
let open: Open | null = null;

export const openId = (): string | null => open?.id ?? null;

export function openDetail(id: string): void {
  open = { id, detail: null, isGone: false };
  history.replaceState(null, "", `#${id}`);
  drawDetail();
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  void refreshDetail();
}

/** Opens the cell that the address names, also one that is gone, unless it is open already. */
export function openLinked(): void {
  const id = location.hash.slice(1);
  if (state.data !== null && /^[0-9a-f-]{36}$/.test(id) && openId() !== id) openDetail(id);
}

/** Handles closing the dialog, which returns the focus to the cell's row. */
export function listenToDetail(): void {
  byId("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", forgetDetail);
  addEventListener("hashchange", openLinked);
}

function forgetDetail(): void {
  const button = buttonOf(openId() ?? "");
  open = null;
  history.replaceState(null, "", location.pathname + location.search);
  if (button === null) return;
  setCurrent(button);
  button.focus({ preventScroll: true });
}

/** Requests what the stream does not contain: why a status was decided, and earlier changes. */
export async function refreshDetail(): Promise<void> {
  const id = openId();
  if (id === null) return;
  const result = await detailOf(id).catch((error: unknown) => error);
  // Another cell may have been opened meanwhile.
  if (open?.id !== id) return;
  if (result instanceof ResponseError) open = { ...open, isGone: result.status === 404 };
  else if (!(result instanceof Error)) open = { id, detail: result as CellDetail, isGone: false };
  drawDetail();
}

const detailOf = async (id: string): Promise<unknown> =>
  (await requestPath(`v1/cells/${id}`)).json();

/** Draws the open cell, if any. */
export function drawDetail(): void {
  if (open === null) return;
  const { id, detail, isGone } = open;
  const entry = state.data?.entries.get(id) ?? (detail === null ? null : entryOf(detail.cell));
  if (detail?.takes_orders === true) showOrderForm(openId, refreshDetail);
  const parts = entry === null ? unknownParts(id, isGone) : detailParts(entry, detail, isGone);
  byId("cell").replaceChildren(...parts);
}

/** What is shown of a cell that is not in the report. */
const unknownParts = (id: string, isGone: boolean): readonly Node[] => [
  element("h2", { id: "name" }, id),
  ...goneParts(isGone),
];

const goneParts = (isGone: boolean): readonly Node[] =>
  isGone ? [element("p", { role: "status" }, "This cell is not there any more.")] : [];

function detailParts(
  entry: Entry,
  detail: CellDetail | null,
  isGone: boolean,
): readonly (Node | string)[] {
  const { cell, status } = entry;
  const title = titleOf(cell);
  return [
    badge(status, statusText(cell)),
    element("h2", { id: "name" }, title === null ? "untitled" : untrusted(title)),
    element("p", { class: "mono quiet" }, cell.mission_id),
    element("p", { class: "quiet" }, zoneLabel()),
    ...goneParts(isGone),
    ...section(
      "What now",
      stepSentence(
        nextStepParts(cell, rowOf(cell), { root: state.data?.report.root }) ?? NOTHING_TO_DO,
      ),
    ),
    ...(detail === null ? [] : orderSections(detail)),
    ...(detail === null ? [] : section("Why", sentence(detail.because))),
    ...(cell.problems.length === 0 ? [] : section("Problems", problemList(entry))),
    ...section("Facts", factList(entry)),
    ...(detail === null ? [] : [...contentSections(detail), ...historySections(detail)]),
  ];
}

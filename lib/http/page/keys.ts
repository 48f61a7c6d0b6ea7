/**
 * The keys of the page: `c` copies the id of the cell that is open or has the focus.
 *
 * @module
 */
import { copyText } from "./clipboard.ts";
import { openId } from "./detail.ts";
import { byId, setText } from "./elements.ts";
import { currentId } from "./rows.ts";

/** Listens for keys that are not typed into a field. */
export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && event.target.matches("input, select")) return;
    void copyId(openId() ?? currentId());
  });
  byId("copy").addEventListener("click", () => void copyId(openId()));
}

async function copyId(id: string | null): Promise<void> {
  if (id === null) return;
  const text = (await copyText(id)) ? `Copied ${id}` : "This browser does not let the page copy";
  setText(byId("news"), text);
  setText(byId("copied"), text);
  setTimeout(() => setText(byId("copied"), ""), 3000);
}

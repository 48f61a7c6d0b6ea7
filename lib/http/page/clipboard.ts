/**
 * Copies text to the clipboard.
 *
 * @module
 */

/** Copies a text; false if the browser does not let the page. */
export async function copyText(text: string): Promise<boolean> {
  try {
    // Undefined where the page does not come over TLS or from this host.
    if ((navigator.clipboard as Clipboard | undefined) === undefined) return copySelected(text);
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Copies by a selection, as browsers without a clipboard for pages do. */
function copySelected(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  // Within an open dialog, nothing outside of it can have the focus.
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return isCopied;
}

/**
 * The page on paper: every cell that needs attention, in the order of urgency.
 *
 * @module
 */

let isPrinting = false;

/** Whether the page is drawn for a printer. */
export const isOnPaper = (): boolean => isPrinting;

/** Calls `draw` at once before the page is printed, and again afterwards. */
export function listenToPrinter(draw: () => void): void {
  const drawFor = (printer: boolean) => () => {
    isPrinting = printer;
    draw();
  };
  addEventListener("beforeprint", drawFor(true));
  addEventListener("afterprint", drawFor(false));
}

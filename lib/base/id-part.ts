/**
 * Parts of mission ids, as people type them.
 *
 * @module
 */

/** At least four digits of an id, with or without its hyphens. */
const PART_OF_ID = /^(?=(?:-?[0-9a-f]){4})[0-9a-f-]{4,35}$/i;

/** Whether a command only shows what is named: agents write titles, so nothing acts on a title. */
export type IdUse = "read" | "act";

/** True for what can be the beginning or the end of an id. */
export const isPartOfId = (text: string): boolean => PART_OF_ID.test(text);

/** True if an id begins or ends with `part`, in either case. */
export function hasIdPart(id: string, part: string): boolean {
  const wanted = part.toLowerCase();
  return [id, id.replaceAll("-", "")].some(
    (each) => each.startsWith(wanted) || each.endsWith(wanted),
  );
}

/** True if `text` is the whole title, in either case. */
export const isTitle = (text: string, title: string | null | undefined): boolean =>
  title?.trim().toLowerCase() === text.trim().toLowerCase();

/**
 * Brings packed cells up to date with those that changed.
 *
 * @module
 */
import { packedId } from "./packed-cell.ts";
import { lowerBound } from "./packed-cells.ts";
import { ListBuilder, NO_LISTS, type PackedLists } from "./packed-lists.ts";
import { inSlices, type Pause } from "./slices.ts";

/** How lists differ from those before. */
export interface ListChanges {
  /** The cells that are new or different. */
  readonly changed: PackedLists;
  /** The ids of removed cells. */
  readonly removed: readonly string[];
}

/** The lists with the changes, as new lists: only the changed and removed cells are looked up. */
export async function mergeLists(
  known: PackedLists,
  { changed, removed }: ListChanges,
  pause?: Pause,
): Promise<PackedLists> {
  if (known === NO_LISTS) return changed;
  const { texts } = changed;
  const places = await placesOf(known, texts.length, (at) => packedId(texts[at] ?? ""), pause);
  const found = await placesOf(known, removed.length, (at) => removed[at] ?? "", pause);
  const gone = found.filter((place) => place >= 0);
  return gone.length === 0 && places.every((place) => place >= 0)
    ? replaced(known, changed, places)
    : rebuilt({ known, changed, places, gone });
}

/** The position of a cell; for one that is not there, the complement of where it would be. */
function placeOf({ texts }: PackedLists, id: string, from: number): number {
  const at = lowerBound(texts, id, from);
  return at < texts.length && packedId(texts[at] ?? "") === id ? at : ~at;
}

/** The positions of `count` cells whose ids are sorted. */
async function placesOf(
  known: PackedLists,
  count: number,
  idAt: (at: number) => string,
  pause?: Pause,
): Promise<Int32Array> {
  const places = new Int32Array(count);
  let last = 0;
  await inSlices(
    count,
    (from, to) => {
      for (let at = from; at < to; at++) {
        const place = placeOf(known, idAt(at), last);
        places[at] = place;
        last = place < 0 ? ~place : place;
      }
    },
    pause,
  );
  return places;
}

function replaced(known: PackedLists, changed: PackedLists, places: Int32Array): PackedLists {
  if (places.length === 0) return known;
  const [texts, beats, marks] = [known.texts.slice(), known.beats.slice(), known.marks.slice()];
  for (const [at, place] of places.entries()) {
    texts[place] = changed.texts[at] ?? "";
    beats[place] = changed.beats[at] ?? Number.NaN;
    marks[place] = changed.marks[at] ?? 0;
  }
  return { texts, beats, marks };
}

interface Rebuild {
  readonly known: PackedLists;
  readonly changed: PackedLists;
  readonly places: Int32Array;
  /** The positions of removed cells, sorted. */
  readonly gone: Int32Array;
}

/** Copies runs of unchanged cells without looking into them: milliseconds for 100,000. */
function rebuilt({ known, changed, places, gone }: Rebuild): PackedLists {
  const builder = new ListBuilder(known.texts.length + changed.texts.length);
  let [next, nextGone] = [0, 0];
  const copyUpTo = (end: number) => {
    for (let at = gone[nextGone]; at !== undefined && at < end; at = gone[++nextGone]) {
      builder.copy(known, next, at);
      next = at + 1;
    }
    builder.copy(known, next, end);
    next = end;
  };
  for (const [at, place] of places.entries()) {
    copyUpTo(place < 0 ? ~place : place);
    builder.copy(changed, at, at + 1);
    if (place >= 0) next = place + 1;
  }
  copyUpTo(known.texts.length);
  return builder.lists();
}

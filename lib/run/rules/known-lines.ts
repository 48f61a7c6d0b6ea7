/**
 * Which lines of a command's output differ from all earlier ones, ignoring digits and times.
 *
 * @module
 */

/** The number of lines to remember; older ones count as new again. */
const MAX_LINES = 1000;
/** Only the beginning of a line is compared. */
const LINE_CHARACTERS = 200;
/** The part of a burst that is compared; writing the rest takes CPU time, which is progress too. */
const BURST_BYTES = 4096;

const ESCAPES = /\u001B\[[0-9;?]*[ -/]*[@-~]/g;
const NAMES_OF_TIMES =
  /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b|\b[AP]M\b/g;
const IDS = /\b(?=[0-9a-f-]*\d)[0-9a-f-]{8,}\b/gi;

/** A line without the parts that differ between repetitions: numbers, times, ids, white space. */
export const comparableLine = (line: string): string =>
  line
    .slice(0, LINE_CHARACTERS)
    .replace(ESCAPES, "")
    .replace(NAMES_OF_TIMES, "0")
    .replace(IDS, "0")
    .replace(/\d+/g, "0")
    .replace(/\s+/g, " ")
    .trim();

/** Compares the lines of an output with those before. */
export class KnownLines {
  readonly #known = new Set<string>();
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** Adds a part of the output, and returns whether a new line ended in it. */
  add(bytes: Uint8Array): boolean {
    const text = this.#rest + this.#decoder.decode(bytes.subarray(0, BURST_BYTES));
    const lines = text.split(/[\r\n]+/);
    const rest = lines.pop() ?? "";
    this.#rest = rest.length < LINE_CHARACTERS ? rest : "";
    if (this.#rest === "") lines.push(rest);
    return lines.map((line) => this.#isNew(comparableLine(line))).includes(true);
  }

  #isNew(line: string): boolean {
    if (line === "" || this.#known.has(line)) return false;
    if (this.#known.size >= MAX_LINES)
      for (const oldest of this.#known.values().take(1)) this.#known.delete(oldest);
    this.#known.add(line);
    return true;
  }
}

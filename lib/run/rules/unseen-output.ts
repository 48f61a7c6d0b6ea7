/**
 * Separates what the processes of a command wrote from what passed through its wrapper.
 *
 * @module
 */

/** An amount of output. */
interface Written {
  readonly bytes: number;
  readonly writes: number;
}

/**
 * Adds up the difference. What is written may be under way to the wrapper when the sample is taken,
 * so it counts as unseen only if it has not arrived by the next sample.
 */
export class UnseenOutput {
  #written: Written = { bytes: 0, writes: 0 };

  /** What was written up to the last sample and has not passed through the wrapper by now. */
  add(written: Written, forwarded: { readonly bytes: number; readonly chunks: number }): Written {
    const bytes = this.#written.bytes - forwarded.bytes;
    const writes = this.#written.writes - forwarded.chunks;
    const isUnseen = bytes > 0;
    this.#written = {
      bytes: Math.min(0, bytes) + written.bytes,
      writes: (isUnseen ? 0 : Math.min(0, writes)) + written.writes,
    };
    return isUnseen ? { bytes, writes: Math.max(1, writes) } : { bytes: 0, writes: 0 };
  }
}

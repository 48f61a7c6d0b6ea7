/**
 * The server's clock, estimated from its messages. Ages are computed with it, so that a browser with
 * a wrong clock shows the right ages.
 *
 * @module
 */

/** Only the last messages count, so that a corrected clock is followed after this number of them. */
const SAMPLES = 3;

export class ServerClock {
  /** Milliseconds by which the server's clock was ahead of the local one in the last messages. */
  #samples: readonly number[] = [];

  /** @param localNow milliseconds since 1970 by the reader's clock */
  constructor(readonly localNow: () => number) {}

  /** Milliseconds since 1970 by the server's clock; by the local one until the server's is known. */
  now(): number {
    return this.localNow() + (this.#samples.length === 0 ? 0 : Math.max(...this.#samples));
  }

  /** Seconds since a timestamp; negative if it lies in the future. */
  secondsSince(timestamp: string): number {
    return (this.now() - Date.parse(timestamp)) / 1000;
  }

  /** Adds a time that the server just sent. Transfer delays it, so the largest difference counts. */
  learn(timestamp: string | null): void {
    const ahead = Date.parse(timestamp ?? "") - this.localNow();
    if (!Number.isNaN(ahead)) this.#samples = [...this.#samples, ahead].slice(-SAMPLES);
  }

  /** Starts over, because either clock may have been set. */
  forget(): void {
    this.#samples = [];
  }
}

/**
 * Time since something happened, by two clocks: the steady one may stand still while the computer
 * sleeps, the other one may be set back. The longer time counts, so that nothing looks too young.
 *
 * @module
 */

/** Two clocks, in milliseconds. */
interface Clocks {
  readonly steady: () => number;
  readonly wall: () => number;
}

export class Stopwatch {
  #steady: number;
  #wall: number;

  constructor(readonly clocks: Clocks) {
    this.#steady = clocks.steady();
    this.#wall = clocks.wall();
  }

  restart(): void {
    this.#steady = this.clocks.steady();
    this.#wall = this.clocks.wall();
  }

  elapsedMs(): number {
    return Math.max(this.clocks.steady() - this.#steady, this.clocks.wall() - this.#wall);
  }
}

/**
 * The flags that commands for a person to type need to act on the same cells and the same store.
 *
 * @module
 */
export interface CommandFlags {
  /** For commands that use cells only, such as `mission`. */
  readonly cells: string;
  /** For commands that use the state directory too, such as `supervise`. */
  readonly store: string;
}

/** Where everything has its default. */
export const NO_FLAGS: CommandFlags = { cells: "", store: "" };

/**
 * The fields of an issue form.
 *
 * @module
 */

/** A field of the form. A `fenced` one is a textarea with `render: text`. */
export interface Field {
  readonly label: string;
  readonly kind: "fenced" | "line" | "choice" | "checks";
  /** The checkboxes, or the choices. */
  readonly options?: readonly string[];
  /** Earlier versions of the form lack the field, so its heading may be missing. */
  readonly isNew?: boolean;
}

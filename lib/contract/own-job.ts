/**
 * The toolkit's own job.
 *
 * Imports nothing, so that the page carries this line and no schema.
 *
 * @module
 */

/** The job name under which this toolkit reports itself. */
export const OWN_JOB = "lazarus_pit";

/**
 * The surroundings of a test file that is run alone, by `bun test` itself; under the test command
 * they are there already.
 *
 * @module
 */
import { afterAll } from "bun:test";
import { removeOwn } from "./surroundings.ts";

afterAll(removeOwn);

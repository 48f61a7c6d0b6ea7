/**
 * Prepares the surroundings for a test file that `bun test` runs by itself; the test command has
 * prepared them already.
 *
 * @module
 */
import { afterAll } from "bun:test";
import { removeOwn } from "./surroundings.ts";

afterAll(removeOwn);

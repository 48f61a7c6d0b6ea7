/**
 * `accept-proposals --setup`: prepares the tracker's repository, and shows what was done.
 *
 * @module
 */
import { printable, printableJson, quoted } from "../../base/printable.ts";
import { EXIT } from "../../base/errors.ts";
import type { Settings } from "../../contract/settings.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { setUpRepository, type SetUpStep } from "../tracker/set-up-repository.ts";
import { openTrackerAccess } from "./tracker-access.ts";

interface SetUpOptions {
  readonly isInsecure: boolean;
  readonly isDryRun: boolean;
  readonly json: boolean;
}

/**
 * Creates the labels and the form where they are missing; returns the exit code.
 *
 * @throws {OperatorError} when a setting is missing, or a call of the tracker fails; the steps
 *   before that are shown.
 */
export async function setUp(
  settings: Settings,
  { isInsecure, isDryRun, json }: SetUpOptions,
): Promise<number> {
  const { access, repository } = openTrackerAccess(settings, isInsecure);
  const steps: SetUpStep[] = [];
  try {
    await setUpRepository({ access, repository, isDryRun }, (step) => {
      steps.push(step);
      if (!json) printText(`${printable(lineOfStep(step))}\n`);
    });
  } finally {
    if (json) printText(`${printableJson({ schema_version: 1, repository, steps }, 2)}\n`);
  }
  return EXIT.ok;
}

const OUTCOMES: Readonly<Record<SetUpStep["outcome"], string>> = {
  created: "created",
  renamed: "renamed, because upper and lower case differed:",
  exists: "exists:",
  differs: "exists, and was left as it is, but differs from the form of this version:",
  "would-create": "would create",
  "would-rename": "would rename, because upper and lower case differ:",
};

const lineOfStep = ({ item, outcome }: SetUpStep): string => `${OUTCOMES[outcome]} ${quoted(item)}`;

/**
 * Preparing a repository for proposals: its labels, and the form for new issues. What is there
 * stays, so that this can be repeated.
 *
 * @module
 */
import * as v from "valibot";
import form from "../../../config/gitea/.gitea/ISSUE_TEMPLATE/mission-proposal.yaml" with { type: "text" };
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { LABELS } from "../form/gitea.ts";
import { similarLabel } from "./labels.ts";
import { callApi, type ApiAccess, type RepositoryCaller } from "./api.ts";
import { checked } from "./checked-response.ts";
import { hasFault, type LabelList, labelListsOf } from "./label-lists.ts";

/** Text, because of the import's attribute. */
const FORM = form as unknown as string;
const FORM_NAME = "ISSUE_TEMPLATE/mission-proposal.yaml";
/** Where Gitea and Forgejo read forms; a new one goes to the first. */
const FORM_PATHS = [`.gitea/${FORM_NAME}`, `.forgejo/${FORM_NAME}`, `.github/${FORM_NAME}`];

const NEW_LABELS = [
  { name: "mission/proposed", color: "#c5def5", description: "A mission is proposed" },
  { name: LABELS.accepted, color: "#0e8a16", description: "The mission is to be created" },
  { name: LABELS.active, color: "#1d76db", description: "The mission has a cell" },
  { name: LABELS.ended, color: "#6e7781", description: "The mission has ended" },
];

/** What was done about one label or the form. */
export interface SetUpStep {
  readonly item: string;
  readonly outcome: "created" | "renamed" | "exists" | "differs" | "would-create" | "would-rename";
}

/** A repository `owner/name`, and whether to change nothing. */
export interface SetUpTarget {
  readonly access: ApiAccess;
  readonly repository: string;
  readonly isDryRun: boolean;
}

/**
 * Creates what is missing, and calls `report` after each step.
 *
 * @throws {OperatorError} when a call of the tracker fails.
 */
export async function setUpRepository(
  target: SetUpTarget,
  report: (step: SetUpStep) => void,
): Promise<void> {
  const call: RepositoryCaller = (method, path, body) =>
    callApi(target.access, { method, path: `${target.repository}/${path}`, ...(body && { body }) });
  const lists = labelListsOf(target.access, target.repository, call);
  const own = await lists.own();
  const shared = (await lists.organisation()) ?? [];
  for (const label of NEW_LABELS) {
    const found = [...own, ...shared].some(({ name }) => name === label.name);
    report(
      found
        ? { item: label.name, outcome: "exists" }
        : await addMissingLabel(target, call, own, label),
    );
  }
  report(await addForm(target, call));
}

async function addMissingLabel(
  { isDryRun }: SetUpTarget,
  call: RepositoryCaller,
  own: LabelList,
  label: (typeof NEW_LABELS)[number],
): Promise<SetUpStep> {
  const { name } = label;
  const similar = similarLabel(name, own);
  if (isDryRun) return { item: name, outcome: similar ? "would-rename" : "would-create" };
  // Issues keep a label that is renamed.
  if (similar) await call("PATCH", `labels/${similar.id}`, { name });
  else await call("POST", "labels", { ...label, exclusive: true });
  return { item: name, outcome: similar ? "renamed" : "created" };
}

const Contents = v.looseObject({ content: v.nullish(v.string()) });

async function addForm({ isDryRun }: SetUpTarget, call: RepositoryCaller): Promise<SetUpStep> {
  for (const item of FORM_PATHS) {
    const text = await readFile(call, item);
    if (text !== undefined) return { item, outcome: text === FORM ? "exists" : "differs" };
  }
  const [item = ""] = FORM_PATHS;
  if (isDryRun) return { item, outcome: "would-create" };
  const content = Buffer.from(FORM).toString("base64");
  const body = { content, message: "Add the form for mission proposals" };
  await withFileHint(call("POST", `contents/${item}`, body));
  return { item, outcome: "created" };
}

/** The text of a file on the default branch; undefined if there is none. */
async function readFile(call: RepositoryCaller, path: string): Promise<string | undefined> {
  try {
    const file = checked(Contents, await withFileHint(call("GET", `contents/${path}`)));
    return Buffer.from(file.content ?? "", "base64").toString("utf8");
  } catch (error) {
    if (hasFault(error, "no_input")) return undefined;
    throw error;
  }
}

/** A token for passes need not have access to files. */
const withFileHint = (response: Promise<unknown>): Promise<unknown> =>
  response.catch((error: unknown) => {
    if (!hasFault(error, "no_permission")) throw error;
    const { fault, message } = error as OperatorError;
    throw new OperatorError(
      fault,
      message,
      `for this call, name another token by --gitea-token-file, with the scopes write:issue and write:repository; or commit ${quoted(FORM_PATHS[0] ?? "")} by hand`,
      { cause: error },
    );
  });

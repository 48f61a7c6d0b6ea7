/**
 * Whether Gitea takes an issue form, by rules of our own that are stricter than Gitea's: every
 * key is known and of its type, also those that Gitea passes over, and what only a browser
 * looks at works there.
 *
 * @module
 */
import { parseDocument } from "yaml";

type Map = Readonly<Record<string, unknown>>;

/** What an attribute or validation holds; a text may not be empty. */
type Kind = "text" | "bool";

interface FieldRules {
  readonly attributes: Readonly<Record<string, Kind>>;
  readonly required: readonly string[];
  readonly validations: Readonly<Record<string, Kind>>;
  readonly options?: "texts" | "checks";
}

const LABELLED = { label: "text", description: "text" } as const;
const FIELDS: Readonly<Record<string, FieldRules>> = {
  markdown: { attributes: { value: "text" }, required: ["value"], validations: {} },
  textarea: {
    attributes: { ...LABELLED, placeholder: "text", value: "text", render: "text" },
    required: ["label"],
    validations: { required: "bool" },
  },
  input: {
    attributes: { ...LABELLED, placeholder: "text", value: "text" },
    required: ["label"],
    validations: { required: "bool", is_number: "bool", regex: "text" },
  },
  dropdown: {
    attributes: { ...LABELLED, multiple: "bool" },
    required: ["label"],
    validations: { required: "bool" },
    options: "texts",
  },
  checkboxes: { attributes: LABELLED, required: ["label"], validations: {}, options: "checks" },
};

const TOP: Readonly<Record<string, Kind | "texts" | "fields">> = {
  name: "text",
  about: "text",
  description: "text",
  title: "text",
  ref: "text",
  labels: "texts",
  assignees: "texts",
  body: "fields",
};

/** What is wrong with the text of an issue form; empty where Gitea takes it. */
export function problemsOfForm(text: string): string[] {
  const form = parse(text);
  if (typeof form === "string") return [form];
  const fields = Array.isArray(form["body"]) ? (form["body"] as unknown[]) : [];
  return [
    ...unknownKeys("the form", form, Object.keys(TOP)),
    ...Object.entries(TOP).flatMap(([key, kind]) => ofKind(key, form[key], kind)),
    ...needed("the form", form, ["name"]),
    ...("about" in form || "description" in form ? [] : ["the form: 'about' is required"]),
    ...(fields.length === 0 ? ["the form: 'body' is required"] : []),
    ...fields.flatMap((field, at) => problemsOfField(`body[${at}]`, field)),
    ...repeated("id", fields.map(idOf)),
    ...repeated("label", fields.map(labelOf)),
  ];
}

/** What is wrong with the text of the chooser's config.yaml. */
export function problemsOfChooser(text: string): string[] {
  const config = parse(text);
  if (typeof config === "string") return [config];
  const links = config["contact_links"] ?? [];
  return [
    ...unknownKeys("config", config, ["blank_issues_enabled", "contact_links"]),
    ...ofKind("blank_issues_enabled", config["blank_issues_enabled"], "bool"),
    ...(Array.isArray(links)
      ? links.flatMap((link, at) => problemsOfLink(`contact_links[${at}]`, link))
      : ["contact_links: should be a list"]),
  ];
}

function problemsOfLink(where: string, link: unknown): string[] {
  if (!isMap(link)) return [`${where}: should be a map`];
  const keys = ["name", "url", "about"];
  const url = link["url"];
  return [
    ...unknownKeys(where, link, keys),
    ...needed(where, link, keys),
    ...ofKinds(where, link, { name: "text", url: "text", about: "text" }),
    ...(typeof url === "string" && !URL.canParse(url) ? [`${where}: 'url' is no URL`] : []),
  ];
}

function parse(text: string): Map | string {
  // Gitea reads YAML 1.1, in which `no` is false; a form that means the same in both is wanted.
  const readings = (["1.1", "1.2"] as const).map((version) =>
    parseDocument(text, { version, uniqueKeys: true, merge: false }),
  );
  const [old, recent] = readings;
  const error = [...(old?.errors ?? []), ...(old?.warnings ?? []), ...(recent?.errors ?? [])][0];
  if (error !== undefined) return `YAML: ${error.message.split("\n")[0]}`;
  if (!Bun.deepEquals(old?.toJS(), recent?.toJS())) return "YAML: it depends on the version";
  const value: unknown = recent?.toJS();
  return isMap(value) ? value : "YAML: it is not a map";
}

function problemsOfField(where: string, field: unknown): string[] {
  if (!isMap(field)) return [`${where}: should be a map`];
  const type = String(field["type"]);
  const rules = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  if (rules === undefined) return [`${where}: unknown type`];
  const here = `${where}(${type})`;
  const { attributes = {}, validations = {} } = field;
  if (!isMap(attributes)) return [`${here}: 'attributes' should be a map`];
  if (!isMap(validations)) return [`${here}: 'validations' should be a map`];
  const options = rules.options === undefined ? [] : ["options"];
  return [
    ...unknownKeys(here, field, ["type", "id", "attributes", "validations"]),
    ...problemsOfId(here, type, field["id"]),
    ...unknownKeys(here, attributes, [...Object.keys(rules.attributes), ...options]),
    ...unknownKeys(here, validations, Object.keys(rules.validations)),
    ...needed(here, attributes, rules.required),
    ...ofKinds(here, attributes, rules.attributes),
    ...ofKinds(here, validations, rules.validations),
    ...problemsOfPattern(here, validations["regex"]),
    ...problemsOfRender(here, attributes["render"]),
    ...(rules.options === undefined
      ? []
      : problemsOfOptions(here, attributes["options"], rules.options)),
  ];
}

function problemsOfId(where: string, type: string, id: unknown): string[] {
  if (type === "markdown") return id === undefined ? [] : [`${where}: 'id' has no use`];
  if (id === undefined) return [`${where}: 'id' is required`];
  return typeof id === "string" && /^[0-9A-Za-z_-]+$/.test(id)
    ? []
    : [`${where}: 'id' should contain only alphanumeric, '-' and '_'`];
}

/** Browsers compile a pattern with the flag v, and pass over one that does not compile. */
function problemsOfPattern(where: string, pattern: unknown): string[] {
  if (typeof pattern !== "string") return [];
  try {
    return new RegExp(`^(?:${pattern})$`, "v").test("") ? [`${where}: 'regex' takes nothing`] : [];
  } catch {
    return [`${where}: 'regex' does not compile`];
  }
}

const problemsOfRender = (where: string, render: unknown): string[] =>
  typeof render === "string" && !/^[a-z]+$/.test(render)
    ? [`${where}: 'render' is not a word`]
    : [];

function problemsOfOptions(where: string, options: unknown, kind: "texts" | "checks"): string[] {
  if (!Array.isArray(options) || options.length === 0)
    return [`${where}: 'options' is required and should be a list`];
  const labels = options.map((option: unknown) =>
    kind === "texts" ? option : isMap(option) ? option["label"] : undefined,
  );
  return [
    ...options.flatMap((option: unknown, at) => {
      const here = `${where}, option[${at}]`;
      return kind === "texts" ? ofText(here, option) : problemsOfCheck(here, option);
    }),
    ...repeated(`${where}, option`, labels),
  ];
}

/** Gitea joins the chosen options with commas, so none may hold one. */
const ofText = (where: string, option: unknown): string[] =>
  typeof option === "string" && option.trim() !== "" && !option.includes(",")
    ? []
    : [`${where}: should be a text without a comma`];

function problemsOfCheck(where: string, option: unknown): string[] {
  if (!isMap(option)) return [`${where}: should be a map`];
  return [
    ...unknownKeys(where, option, ["label", "required"]),
    ...needed(where, option, ["label"]),
    ...ofKinds(where, option, { label: "text", required: "bool" }),
  ];
}

const unknownKeys = (where: string, map: Map, known: readonly string[]): string[] =>
  Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) => `${where}: unknown key '${key}'`);

const needed = (where: string, map: Map, keys: readonly string[]): string[] =>
  keys
    .filter((key) => map[key] === undefined || isEmpty(map[key]))
    .map((key) => `${where}: '${key}' is required`);

const isEmpty = (value: unknown): boolean => typeof value === "string" && value.trim() === "";

const ofKinds = (where: string, map: Map, kinds: Readonly<Record<string, Kind>>): string[] =>
  Object.entries(kinds).flatMap(([key, kind]) => ofKind(`${where}: ${key}`, map[key], kind));

function ofKind(where: string, value: unknown, kind: Kind | "texts" | "fields"): string[] {
  if (value === undefined) return [];
  const fits = {
    text: (it: unknown) => typeof it === "string" && it.trim() !== "",
    bool: (it: unknown) => typeof it === "boolean",
    texts: (it: unknown) => Array.isArray(it) && it.every((each) => typeof each === "string"),
    fields: (it: unknown) => Array.isArray(it),
  }[kind](value);
  return fits ? [] : [`${where}: should be a ${kind === "texts" ? "list of texts" : kind}`];
}

function repeated(what: string, values: readonly unknown[]): string[] {
  const given = values.filter((value) => value !== undefined);
  return given.filter((value, at) => given.indexOf(value) < at).map(() => `${what} is repeated`);
}

const idOf = (field: unknown): unknown => (isMap(field) ? field["id"] : undefined);
const labelOf = (field: unknown): unknown => {
  const attributes = isMap(field) ? field["attributes"] : undefined;
  return isMap(attributes) ? attributes["label"] : undefined;
};

const isMap = (value: unknown): value is Map =>
  typeof value === "object" && value !== null && !Array.isArray(value);

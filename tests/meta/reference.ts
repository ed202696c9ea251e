/**
 * Owns the reference pages: every option and every error, as the source documents them.
 * Must not know an option's name or an error's class; only under which path each group of options is found.
 * `deno task reference` writes the pages anew; a test fails when one is out of date.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import * as errors from "../../src/errors.ts";
import { listFiles, readText, ROOT, runDeno } from "../support/project.ts";
import { type } from "./api.ts";
import { CODES } from "./error_codes.ts";

/** A node of the JSON that `deno doc` prints. */
type Node = { readonly [name: string]: unknown };

/** A group of options, as one table. */
interface Group {
  /** The exported interface. */
  readonly name: string;
  /** Where its options stand: a path, a call, or words. */
  readonly title: string;
}

/** One row of a table. */
export interface Row {
  /** The group's interface and the name. */
  readonly path: string;
  readonly name: string;
  readonly type: string;
  /** What holds without it; `undefined` when the source does not say. */
  readonly fallback: string | undefined;
  readonly description: string;
}

/** A page and what is missing from the source that it is made of. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly rows: readonly Row[];
}

/** Every interface that holds options, in the order of the page. */
export const GROUPS: readonly Group[] = [
  { name: "SharedOptions", title: "Options of a client and of a request" },
  { name: "ClientOptions", title: "Options of a client alone" },
  { name: "RequestOptions", title: "Options of a request alone" },
  { name: "DownloadOptions", title: "Options of `download()` alone" },
  { name: "FileOptions", title: "Options of `file()`" },
  { name: "TimeoutOptions", title: "`timeout`" },
  { name: "RetryOptions", title: "`retry`" },
  { name: "BackoffOptions", title: "`retry.backoff`" },
  { name: "BudgetOptions", title: "`retry.budget`" },
  { name: "RedirectOptions", title: "`redirect`" },
  { name: "LimitOptions", title: "`limits`" },
  { name: "DecompressOptions", title: "`decompress`" },
  { name: "TlsOptions", title: "`tls` and `proxy.tls`" },
  { name: "ProxyOptions", title: "`proxy`, for one proxy" },
  { name: "ProxyByScheme", title: "`proxy`, by scheme" },
  { name: "PoolOptions", title: "`pool`" },
  { name: "DnsOptions", title: "`dns`" },
  { name: "GuardOptions", title: "`guard`" },
  { name: "Hooks", title: "`hooks`" },
  { name: "JsonCodec", title: "`jsonCodec`" },
  { name: "CookieJarOptions", title: "`new CookieJar(…)`" },
  { name: "CookieInit", title: "`jar.set(…)`" },
  { name: "NetrcOptions", title: "`netrc(…)`" },
  { name: "UseOptions", title: "`client.use(layer, …)`" },
  { name: "FetchInit", title: "`client.fetch(url, …)`, beside the web's `RequestInit`" },
  { name: "CloseOptions", title: "`client.close(…)`" },
  { name: "JsonOptions", title: "`response.json(schema, …)`" },
  { name: "IterBytesOptions", title: "`response.iterBytes(…)`" },
  { name: "IterLinesOptions", title: "`response.iterLines(…)` and `iterJson(schema, …)`" },
];

const NOTICE = "<!-- Made from the source by `deno task reference`; change the doc comments there, not this page. -->";

function list(value: unknown): readonly Node[] {
  return (value ?? []) as readonly Node[];
}

function docOf(node: Node): { readonly doc?: string; readonly tags?: readonly Node[] } {
  return (node["jsDoc"] ?? {}) as { doc?: string; tags?: readonly Node[] };
}

/** Every exported symbol of `mod.ts`, with its first declaration. */
export function readSymbols(): ReadonlyMap<string, Node> {
  const nodes = (JSON.parse(runDeno(["doc", "--json", "mod.ts"])) as { nodes: Record<string, Node> }).nodes;
  const symbols = Object.values(nodes).flatMap((file) => list(file["symbols"]));
  return new Map(symbols.map((symbol) => [String(symbol["name"]), list(symbol["declarations"])[0]!]));
}

/** The text before the first tag, and the default; both may stand on one line. */
function split(member: Node): { readonly description: string; readonly fallback: string | undefined } {
  const { doc = "", tags = [] } = docOf(member);
  const inline = /\s*@default\s+([\s\S]*)$/.exec(doc);
  const tag = tags.find((each) => each["kind"] === "default");
  const text = inline?.[1] ?? (tag === undefined ? undefined : `${tag["value"]} ${tag["doc"] ?? ""}`);
  const description = plain(inline === null ? doc : doc.slice(0, inline.index));
  return { description, fallback: text === undefined ? undefined : plain(text).replace(/^\{(.*?)\}$/, "$1") };
}

/** One line, without the tags that only an editor follows. */
function plain(text: string): string {
  return text.replace(/\{@link(?:code)?\s+([^}]+)\}/g, "`$1`").replace(/\s+/g, " ").trim();
}

function rowsOf(name: string, symbol: Node): Row[] {
  const def = symbol["def"] as Node;
  const properties = list(def["properties"]).map((member) => {
    const { description, fallback } = split(member);
    const needed = member["optional"] !== true;
    return {
      path: `${name}.${member["name"]}`,
      name: String(member["name"]),
      type: type(member["tsType"] as never),
      fallback: fallback ?? (needed ? "required" : undefined),
      description,
    };
  });
  return properties;
}

/** Text within a cell: a bar would end it. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Code within a cell; words stay words. */
function code(text: string): string {
  return `\`${cell(text)}\``;
}

function isCode(text: string): boolean {
  return /^(?:true|false|null|[\d_.]+|\[.*\]|".*"|Infinity)$/.test(text);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The page of the options. */
export function optionsPage(symbols: ReadonlyMap<string, Node>): Page {
  const all: Row[] = [];
  const parts = [
    "# Options",
    NOTICE,
    "Durations are milliseconds, sizes are bytes. An unknown option throws a `TypeError` that names the nearest known " +
    "one. A request's options are laid over its client's: headers merge by name, hooks and params append, `null` " +
    "removes, and everything else replaces. What is replaced is replaced whole: a request's `timeout` object does not " +
    "inherit limits from the client's.",
  ];
  for (const { name, title } of GROUPS) {
    const symbol = symbols.get(name);
    if (symbol === undefined) throw new Error(`mod.ts does not export ${name}`);
    const rows = rowsOf(name, symbol);
    all.push(...rows);
    parts.push(`## ${title}`);
    parts.push(`${plain(docOf(symbol).doc ?? "")} Type: \`${name}\`.`.trim());
    parts.push(table(
      ["name", "type", "default", "what it does"],
      rows.map((row) => {
        const fallback = row.fallback ?? "";
        return [
          code(row.name),
          code(row.type),
          isCode(fallback) ? code(fallback) : cell(fallback),
          cell(row.description),
        ];
      }),
    ));
  }
  return { path: "docs/reference/options.md", text: `${parts.join("\n\n")}\n`, rows: all };
}

/** What an error of a class says of itself when nothing more is known. */
interface Facts {
  readonly code: string;
  readonly phase: string;
  readonly retryable: boolean;
  readonly progress: string;
}

type ErrorClass = new (message: string, fields?: object) => errors.JetstreamError;

function factsOf(name: string): Facts {
  const Class = (errors as unknown as Record<string, ErrorClass>)[name]!;
  if (name === "TimeoutError") {
    return { code: "TIMEOUT_ and the phase", phase: "the limit's name", retryable: true, progress: "as far as it was" };
  }
  const needed = { response: { status: 500, statusText: "" }, limit: 0, received: 0, issues: [], reason: undefined };
  const { code, phase, retryable, progress } = new Class("", needed);
  return { code, phase, retryable, progress };
}

/** The classes, each after its parent. */
function errorTree(symbols: ReadonlyMap<string, Node>): readonly (readonly [name: string, depth: number])[] {
  const parentOf = (name: string): unknown => (symbols.get(name)?.["def"] as Node | undefined)?.["extends"];
  const names = Object.entries(errors).filter(([, value]) =>
    typeof value === "function" && (value as unknown === errors.JetstreamError || value.prototype instanceof Error)
  ).map(([name]) => name).sort();
  const tree: [string, number][] = [];
  function add(parent: string, depth: number): void {
    tree.push([parent, depth]);
    for (const name of names) if (parentOf(name) === parent) add(name, depth + 1);
  }
  add("JetstreamError", 0);
  if (tree.length !== names.length) throw new Error("An error is exported that does not stand in the tree");
  return tree;
}

function fieldsOf(name: string, symbol: Node): Row[] {
  const def = symbol["def"] as Node;
  const getters = list(def["methods"]).filter((method) => method["kind"] === "getter");
  return [...list(def["properties"]), ...getters].filter((member) => member["isStatic"] !== true).map((member) => ({
    path: `${name}.${member["name"]}`,
    name: String(member["name"]),
    type: type((member["tsType"] ?? (member["functionDef"] as Node | undefined)?.["returnType"]) as never),
    fallback: "",
    description: split(member).description,
  }));
}

/** The names of codes begin with one of these; what a host calls its own failures does not. */
const CODE =
  /"((?:BODY|CERTIFICATE|CLIENT|CONNECT|CONNECTION|DIAL|DNS|FETCH|FILE|GUARD|H2|HANDLER|HOOK|HTTP|INCOMPLETE|LIMIT|PIN|POOL|PROTOCOL|PROXY|SOCKET|TLS|UNSUPPORTED|WORKER)_[A-Z0-9_]+)"/g;

/** Every code that the source gives to an error. */
export function codesInSource(): string[] {
  const found = new Set<string>(["ABORTED", "BODY", "DECODE", "JETSTREAM", "PROTOCOL", "REDIRECT", "SCHEMA"]);
  for (const path of listFiles("src", ".ts")) {
    for (const [, name] of readText(path).matchAll(CODE)) if (name !== "HTTP_PROXY") found.add(name!);
  }
  return [...found].sort();
}

/** The page of the errors. */
export function errorsPage(symbols: ReadonlyMap<string, Node>): Page {
  const tree = errorTree(symbols);
  const all: Row[] = [];
  const parts = [
    "# Errors",
    NOTICE,
    "Every failure that this library meets is one of these classes. Misuse is a plain `TypeError` or `RangeError`. " +
    "`code` is stable: compare it, never a message. What stands here is the default of the class; a more precise " +
    "`code` is named below, and may come with another `phase` or `retryable`. The failure underneath stands in `cause`.",
    "## Classes",
    table(
      ["class", "`code`", "`phase`", "`retryable`", "`progress`", "when"],
      tree.map(([name, depth]) => {
        const { code: own, phase, retryable, progress } = factsOf(name);
        return [
          `${"– ".repeat(depth)}\`${name}\``,
          /^[A-Z_]+$/.test(own) ? code(own) : own,
          /^\w+$/.test(phase) ? code(phase) : phase,
          retryable ? "yes" : "no",
          /^\w+$/.test(progress) ? code(progress) : progress,
          cell(plain(docOf(symbols.get(name)!).doc ?? "")),
        ];
      }),
    ),
    "A `TimeoutError` of the phase `total` is not retryable; an `HTTPError` is for a status that may pass by itself.",
    "## Fields",
    "A class has the fields of those above it too.",
  ];
  for (const [name] of tree) {
    const rows = fieldsOf(name, symbols.get(name)!);
    all.push(...rows);
    if (rows.length === 0) continue;
    parts.push(`### \`${name}\``);
    parts.push(table(
      ["field", "type", "what it tells"],
      rows.map((row) => [code(row.name), code(row.type), cell(row.description)]),
    ));
  }
  parts.push("## Codes");
  parts.push("Every code that a failure may have besides `TIMEOUT_…`, which ends in the name of the limit.");
  parts.push(table(
    ["`code`", "class", "when"],
    Object.entries(CODES).sort(([a], [b]) => a < b ? -1 : 1).map((
      [name, [of, when]],
    ) => [code(name), code(of), cell(when)]),
  ));
  return { path: "docs/reference/errors.md", text: `${parts.join("\n\n")}\n`, rows: all };
}

/** Markdown as `deno fmt` leaves it, so that both agree on the page. */
function formatted(page: Page): string {
  const made = `${ROOT}.build/reference.md`;
  mkdirSync(`${ROOT}.build`, { recursive: true });
  writeFileSync(made, page.text);
  runDeno(["fmt", "--quiet", "--no-config", "--line-width=120", made]);
  return readText(".build/reference.md");
}

/** Both pages as they ought to be. */
export function referencePages(): Page[] {
  const symbols = readSymbols();
  return [optionsPage(symbols), errorsPage(symbols)].map((page) => ({ ...page, text: formatted(page) }));
}

if (import.meta.main) {
  for (const { path, text } of referencePages()) writeFileSync(ROOT + path, text);
}

/** The arrows of DESIGN.md section 2: imports go down only. */

import { assertEquals } from "@std/assert";
import { exists, listFiles, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";
import { type Import, readImports, readSource, resolveImport } from "./source.ts";

/** The parts of `src/`, each with the parts that it may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: ["base"],
  base: ["errors"],
  http: ["errors", "base"],
  protocol: ["errors", "base"],
  core: ["errors", "base", "http", "protocol"],
  net: ["errors", "base", "http", "protocol", "core"],
  engine: ["errors", "base", "http", "protocol", "core"],
  policy: ["errors", "base", "http", "core"],
  client: ["errors", "base", "http", "protocol", "core", "net", "engine", "policy"],
  sync: ["errors", "base", "http", "protocol", "core", "net", "engine", "policy", "client"],
  lint: [],
};

/** The one file of `http` that the machines of `protocol` share. */
const SHARED_GRAMMAR = "src/http/field_grammar.ts";

/** Only here do the sockets of a runtime meet the engine that uses them. */
const JOINT = "src/client/default_transport.ts";

/** What may name a host, beside `net/`, and why. */
const HOST_EXCEPTIONS: Readonly<Record<string, string>> = {
  "src/base/clock.ts": "a timer that lets the process end is unref'd by Deno.unrefTimer alone",
  "src/lint/ast.ts": "the types of the tree that deno lint gives a plugin",
  "src/sync/channel.ts": "shared memory rendezvous",
  "src/sync/worker.ts": "entry of the worker",
};

/** What may ask for time, beside the clock, and why. */
const TIME_EXCEPTIONS: Readonly<Record<string, string>> = {};

const files = listFiles("src", ".ts");

function partOf(path: string): string {
  const rest = path.slice("src/".length);
  return rest === "errors.ts" ? "errors" : rest.slice(0, rest.indexOf("/"));
}

function importsOf(path: string): { to: string; found: Import }[] {
  return readImports(readText(path)).map((found) => ({ to: resolveImport(path, found.specifier), found }));
}

function isAllowed(from: string, to: string): boolean {
  const part = partOf(from);
  if (part === "protocol" && to === SHARED_GRAMMAR) return true;
  return partOf(to) === part || (MAY_IMPORT[part]?.includes(partOf(to)) ?? false);
}

test("src/ has only the parts of the map", () => {
  assertEquals([...new Set(files.map(partOf))].filter((part) => !(part in MAY_IMPORT)), []);
});

test("imports in src/ go down only", () => {
  const wrong = files.flatMap((from) =>
    importsOf(from).filter(({ to }) => to.startsWith("src/") && !isAllowed(from, to)).map(({ to }) =>
      `${from} -> ${to}`
    )
  );
  assertEquals(wrong, []);
});

test("src/ imports nothing but itself, by relative paths with a suffix, to files that exist", () => {
  const wrong = files.flatMap((from) =>
    importsOf(from).filter(({ to, found }) => !/^\.\.?\/.*\.ts$/.test(found.specifier) || !exists(to))
      .map(({ found }) => `${from} -> ${found.specifier}`)
  );
  assertEquals(wrong, []);
});

test("src/ has no cycle of imports, those of types aside", () => {
  const edges = new Map(
    files.map((from) => [from, importsOf(from).filter(({ found }) => !found.typeOnly).map(({ to }) => to)]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) return void cycles.push([...path.slice(at), file].join(" -> "));
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assertEquals(cycles, []);
});

test("only client/default_transport.ts joins net and engine", () => {
  const joints = files.filter((from) => {
    const parts = new Set(importsOf(from).filter(({ found }) => !found.typeOnly).map(({ to }) => partOf(to)));
    return parts.has("net") && parts.has("engine");
  });
  assertEquals(joints.filter((path) => path !== JOINT), []);
});

test("only net/ and the two ends of sync name a host", () => {
  const named = files.filter((path) => !path.startsWith("src/net/") && namesHost(readText(path)));
  assertEquals(named.filter((path) => !(path in HOST_EXCEPTIONS)), []);
});

/** Whether the code, not its messages, names a runtime or loads one of its modules. */
function namesHost(text: string): boolean {
  const { code, strings } = readSource(text);
  return /\b(?:Deno|Bun|process)\b(?!\s*:)/.test(code) ||
    strings.some((string) => /^(?:node|bun|npm|jsr):/.test(string));
}

test("protocol/ has no promise, no timer and no clock", () => {
  const wrong = files.filter((path) => path.startsWith("src/protocol/")).filter((path) => {
    const { code } = readSource(readText(path));
    return /\b(?:async|await|Promise|setTimeout|setInterval|queueMicrotask|Date|performance|globalThis)\b/.test(code) ||
      importsOf(path).some(({ to }) => /\/base\/(?:clock|deadline|cancel)\.ts$/.test(to));
  });
  assertEquals(wrong, []);
});

test("only base/clock.ts asks the host for time", () => {
  const wrong = files.filter((path) => path !== "src/base/clock.ts" && !(path in TIME_EXCEPTIONS)).filter((path) =>
    /\b(?:performance\s*\.\s*now|Date\s*\.\s*now|setTimeout|setInterval)\b|\bnew Date\(\)/.test(
      readSource(readText(path)).code,
    )
  );
  assertEquals(wrong, []);
});

for (const entry of ["mod.ts", "sync.ts"]) {
  test(`${entry} has named re-exports and nothing else`, () => {
    if (!exists(entry)) return;
    const { code } = readSource(readText(entry));
    const rest = code.replace(/^export (?:type )?\{[^}]*\} from "";$/gm, "").trim();
    assertEquals(rest, "");
  });
}

test("every exception of this test is still needed", () => {
  const needless = Object.keys(HOST_EXCEPTIONS).filter((path) => exists(path) && !namesHost(readText(path)));
  assertEquals(needless, []);
});

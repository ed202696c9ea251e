/**
 * Owns the list of behaviours that no `fetch` of a runtime shows, although no option asks for it.
 * Must not know how a test runs.
 */

import type { RuntimeName } from "./runtime.ts";

/** One behaviour, or several of a kind. */
export interface NotByFetch {
  readonly test: RegExp;
  readonly reason: string;
  /** Where it is so; everywhere by default. */
  readonly on?: RuntimeName | "edge" | "page";
}

/** All of them. */
export const NOT_BY_FETCH: readonly NotByFetch[] = [
  { test: /^option decompress/, reason: "content codings are chosen and undone by the runtime" },
  { test: /^option lenient/, reason: "the runtime reads responses" },
  { test: /^option headers go out in order and case/, reason: "the runtime chooses the case of names" },
  { test: /^option onEvent tells each start/, reason: "connections and writes are not seen" },
  { test: /^option resume false lets/, reason: "content codings are chosen and undone by the runtime" },
  { test: /^extend\(\) lays options/, reason: "connections are not seen" },
  { test: /^a large file\(\) in a form/, reason: "the runtime keeps what it sends", on: "deno" },
  { test: /^(?:a retry of )?download\(\)/, reason: "the runtime sends again by itself when cut", on: "bun" },
  { test: /^an error tells what happened/, reason: "port 1 is blocked by the runtime" },
  { test: /^option hooks.error sees/, reason: "port 1 is blocked by the runtime" },
  { test: /^option retry.on names/, reason: "the runtime sends again by itself on a connection that broke" },
  { test: /^trailers are there/, reason: "trailer fields are not seen" },
  { test: /^a response has its head/, reason: "the version of HTTP is not seen" },
  { test: /^option timeout.connect limits/, reason: "connections are not seen", on: "edge" },
  { test: /an async iterable as the web does/, reason: "its own fetch takes none", on: "edge" },
  { test: /when nobody listens$/, reason: "a refused connection is told as one that broke", on: "edge" },
  { test: /^fetch\(\) answers before a stream/, reason: "it answers when all was sent", on: "edge" },
  { test: /^discard\(\) gives a small rest's/, reason: "connections are not seen" },
];

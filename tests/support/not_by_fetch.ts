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
  readonly on?: readonly (RuntimeName | "edge" | "page")[];
}

/** All of them. */
export const NOT_BY_FETCH: readonly NotByFetch[] = [
  { test: /^option decompress/, reason: "content codings are chosen and undone by the runtime" },
  { test: /^option lenient/, reason: "the runtime reads responses" },
  { test: /^option headers go out in order and case/, reason: "the runtime chooses the case of names" },
  { test: /^option onEvent tells each start/, reason: "connections and writes are not seen" },
  {
    test: /^option resume false lets/,
    reason: "content codings are chosen and undone by the runtime",
    on: ["bun", "node"],
  },
  { test: /^extend\(\) lays options/, reason: "its connections are not shared call by call", on: ["node"] },
  { test: /^a large file\(\) in a form/, reason: "the runtime keeps what it sends", on: ["deno"] },
  {
    test:
      /download\(\) (?:goes on|leaves nothing|starts anew|asks for|puts|is done when 416|refuses (?:a range|crumbs))/,
    reason: "the runtime sends again by itself when cut",
    on: ["bun"],
  },
  {
    test: /^download\(\) (?:of another URL|into a folder goes on)/,
    reason: "the runtime sends again by itself when cut",
    on: ["bun"],
  },
  {
    test: /^(?:an error tells what happened|option hooks.error sees)/,
    reason: "a connection that port 1 refuses is told in another way, or not tried",
    on: ["deno", "node", "edge", "page"],
  },
  {
    test: /^option retry.on names/,
    reason: "the runtime sends again by itself on a connection that broke",
    on: ["deno", "bun", "page"],
  },
  { test: /^trailers are there/, reason: "trailer fields are not seen" },
  { test: /^a response says the version of HTTP/, reason: "it is not seen" },
  { test: /^option timeout.connect limits/, reason: "connections are not seen", on: ["edge", "page"] },
  { test: /an async iterable as the web does/, reason: "its own fetch takes none", on: ["edge", "page"] },
  {
    test: /^a certificate that nobody vouches for|^a name that does not exist/,
    reason: "why it could not connect is not told",
    on: ["edge", "page"],
  },
  { test: /^a refused connection/, reason: "a refused connection is told as one that broke", on: ["edge", "page"] },
  { test: /when nobody listens$/, reason: "a refused connection is told as one that broke", on: ["edge", "page"] },
  { test: /^fetch\(\) answers before a stream/, reason: "it answers when all was sent", on: ["edge", "page"] },
  { test: /^fetch\(\) sends a stream as the web/, reason: "its own fetch sends streams by HTTP/2 alone", on: ["page"] },
  { test: /^fetch\(\) gives a genuine Response/, reason: "Set-Cookie is hidden", on: ["page"] },
  { test: /when aborted while the body comes/, reason: "it waits for more bytes to guess a media type", on: ["page"] },
  { test: /^option allowAbsoluteUrls/, reason: "another origin has to consent", on: ["page"] },
  { test: /^option body takes (?:text|web streams)/, reason: "streams are gathered", on: ["page"] },
  { test: /^a body of unknown length/, reason: "streams are gathered", on: ["page"] },
  { test: /^a response has its head, its body and its facts/, reason: "fields of one name come joined" },
  { test: /^option auth sends/, reason: "the browser asks its user when it sees a 401", on: ["page"] },
  { test: /^option guard.proxies/, reason: "proxies are not seen" },
  { test: /^option limits.drain/, reason: "connections are not seen" },
  { test: /^a body cut short/, reason: "what came before the cut is dropped", on: ["bun", "page"] },
  {
    test: /cause when the body is cut short$/,
    reason: "a Response tells no cause of its body's failure",
    on: ["page"],
  },
  { test: /^option timeout.head limits/, reason: "a head comes with the first bytes of its body", on: ["bun"] },
  { test: /^discard\(\) gives a small rest's/, reason: "connections are not seen" },
];

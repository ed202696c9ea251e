/** The blocking face exports all that the other does, so that code can move from one to the other. */

import { assertEquals } from "@std/assert";
import { test } from "../support/suite.ts";
import { readText } from "../support/project.ts";

/** What stands only in `mod.ts`, and why. */
const ONLY_WAITING: { readonly [name: string]: string } = {
  PendingResponse: "a blocking call has its answer when it returns",
  WebFetch: "the web's fetch is a promise",
  FetchInit: "the web's fetch is a promise",
  handlerTransport: "a handler would have to answer in the thread that waits for it",
  WebServer: "a handler would have to answer in the thread that waits for it",
  SharedOptions: "the blocking options are made of ClientOptions and RequestOptions",
};

/** What stands only in `sync.ts`, and why. */
const ONLY_BLOCKING: { readonly [name: string]: string } = {
  BlockingJar: "what CookieJar is made of there: the jar but for what blocks",
  MakeCall: "how a ResultClient makes its calls",
  RequestCookies: "cookies of one call, which are copied into the other thread",
};

/** The names that an entry point exports. */
function exportsOf(entry: string): string[] {
  const names: string[] = [];
  for (const [, list] of readText(entry).matchAll(/^export (?:type )?\{([^}]*)\} from /gm)) {
    for (const item of list!.split(",")) {
      const name = item.trim().replace(/^type /, "").replace(/^.* as /, "");
      if (name !== "") names.push(name);
    }
  }
  return names.sort();
}

const waiting = exportsOf("mod.ts");
const blocking = exportsOf("sync.ts");

test("sync.ts exports what mod.ts does, but for what cannot be there", () => {
  assertEquals(waiting.filter((name) => !blocking.includes(name)), Object.keys(ONLY_WAITING).sort());
  assertEquals(blocking.filter((name) => !waiting.includes(name)), Object.keys(ONLY_BLOCKING).sort());
});

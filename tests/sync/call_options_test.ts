/** What becomes of options before they cross, and of the bodies that come back. */

import { assert, assertEquals } from "@std/assert";
import { callOptions } from "../../src/sync/call_options.ts";
import { HeldBytes } from "../../src/sync/option_values.ts";
import { Client, type HttpRequest } from "../../sync.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";

const server = await origin();
const echo = `${server.http}/echo`;
const LARGE = 2_000_000;

test("large text and JSON stay here, and go out piece by piece with their types", (t) => {
  const client = new Client();
  t.after(() => client.close());
  const text = "x".repeat(LARGE);
  for (
    const [options, type, length] of [
      [{ body: text }, "text/plain;charset=UTF-8", LARGE],
      [{ json: text }, "application/json", LARGE + 2],
    ] as const
  ) {
    const { body, json } = callOptions(options, undefined) as { body: unknown; json?: unknown };
    assert(body instanceof HeldBytes && json === undefined, "it was to be copied as a whole");
    const told = client.post(echo, options).json() as { length: number; headers: Record<string, string> };
    assertEquals([told.length, told.headers["content-type"]], [length, type]);
  }
});

test("a short body of a request can be read: by hooks, in the response, in an error", (t) => {
  const seen: string[] = [];
  const textOf = ({ body }: HttpRequest): string => new TextDecoder().decode(body?.bytes);
  const client = new Client({ retry: false, hooks: { request: [({ request }) => void seen.push(textOf(request))] } });
  t.after(() => client.close());
  const response = client.post(echo, { json: { a: 1 } });
  seen.push(textOf(response.request));
  assertEquals(seen, ['{"a":1}', '{"a":1}']);
  const result = client.result.post("http://127.0.0.1:1/", { body: "sent" });
  const { attempts } = (result as unknown as { error: { attempts: { request: HttpRequest }[] } }).error;
  assertEquals(textOf(attempts[0]!.request), "sent");
});

test("a hook that changes the head leaves the body as it is", (t) => {
  const client = new Client({ hooks: { request: [({ request }) => request.withHeader("X-Seen", "1")] } });
  t.after(() => client.close());
  const told = client.post(echo, { body: "kept" }).json() as { text: string; headers: Record<string, string> };
  assertEquals([told.text, told.headers["x-seen"]], ["kept", "1"]);
});

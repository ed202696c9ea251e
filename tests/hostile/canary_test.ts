/**
 * Owns the rule that no failure tells a secret: every row makes a call fail in one way while
 * credentials stand in all places, and then searches what a program could print.
 * Must not know how secrets are masked.
 */

import { assert, assertEquals } from "@std/assert";
import {
  basic,
  bearer,
  type Client,
  type ClientOptions,
  CookieJar,
  digest,
  HeaderList,
  HttpRequest,
  RequestUrl,
} from "../../mod.ts";
import { awaitedBehaviour } from "../support/behaviour.ts";
import {
  CANARIES as C,
  found,
  leaksOf,
  SECRET_HEADERS,
  type SecretCaller,
  secretCaller,
  secretProxy,
  secretUrl,
} from "../support/canaries.ts";
import { test } from "../support/suite.ts";
import { answer, CONNECT, MISUSE, POLICIES, SERVER, SET_COOKIE, type World } from "./canary_rows.ts";

for (
  const [group, rows] of Object.entries({
    "misuse": MISUSE,
    "no connection": CONNECT,
    "a server's doing": SERVER,
    "policies and functions": POLICIES,
  })
) {
  awaitedBehaviour(`a failure by ${group} tells no secret (${rows.length} ways)`, async (subject) => {
    const leaks: string[] = [];
    for (const [name, run] of rows) {
      const callers: SecretCaller[] = [];
      const world: World = {
        ...subject,
        id: crypto.randomUUID(),
        with: (options = {}) => {
          const caller = secretCaller(subject.client, options);
          callers.push(caller);
          return caller;
        },
      };
      let failure: unknown;
      try {
        await run(world);
      } catch (error) {
        failure = error;
      }
      if (failure === undefined) leaks.push(`${name}: did not fail`);
      const values = [failure, ...callers.map(({ client }) => client)];
      const events = callers.flatMap(({ events }) => events);
      leaks.push(...leaksOf(values, events).map((leak) => `${name}: ${leak}`));
      await Promise.all(callers.map(({ client }) => client.close()));
    }
    assertEquals(leaks, []);
  }, 60_000);
}

test("the canaries are found where they stand", () => {
  // The search itself must be able to find.
  assertEquals(found(`x${C.password}y`), [C.password]);
  assertEquals(found(btoa(`user:${C.password}`)), [btoa(`user:${C.password}`)]);
  assertEquals(
    leaksOf([new Error(C.body, { cause: new Error(C.cookie) })], []).some((l) => l.startsWith(C.cookie)),
    true,
  );
  assert(secretUrl("http://a.test/").includes(C.urlPassword) && secretProxy("http://a.test").includes(C.proxyPassword));
});

awaitedBehaviour("no value that a program may print tells a secret", async ({ client, url, origin }) => {
  const printed: unknown[] = [];
  const jar = new CookieJar();
  const auth = [basic("user", C.password), bearer(C.authorization), digest("user", C.password)];
  const headers = SECRET_HEADERS;
  const make = (options: ClientOptions): Client => client({ headers, cookies: jar, ...options });
  const c = make({
    auth: ["user", C.password],
    proxy: secretProxy(origin.proxy),
    hooks: {
      request: [({ request }) => void printed.push(request, request.headers, request.url)],
      response: [({ response, request }) => void printed.push(response, request)],
    },
  });
  const query = answer(200, SET_COOKIE, `X-Auth-Token: ${C.otherHeader}`);
  const response = await c.get(secretUrl(url("/raw", query)));
  printed.push(c, c.stats(), response, response.headers, response.request, response.attempts, response.timings);
  printed.push(response.connection, jar, ...auth, c.result, c.extend({ headers }));
  const streamed = await c.stream("GET", secretUrl(url("/raw", query)));
  printed.push(streamed, streamed.headers);
  await streamed.discard();
  const pending = c.post(url("/status/200"), { json: { password: C.body }, headers });
  printed.push(pending, await pending);
  printed.push(HeaderList.from(headers), new RequestUrl(secretUrl("http://a.test/")));
  printed.push(new HttpRequest("GET", new RequestUrl(secretUrl("http://a.test/")), HeaderList.from(headers)));
  // As text a URL is there to be used: with its query and fragment, without the user info.
  const leaks = leaksOf(printed, []).filter((leak) => !/^canary[789]\w+ in String of/.test(leak));
  assertEquals(leaks, []);
});

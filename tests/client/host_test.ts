import { assertEquals } from "@std/assert";
import { Client, type ClientOptions, handlerTransport, type JetstreamError } from "../../mod.ts";
import { h2Plan } from "../engine/h2_kit.ts";
import { memoryClient } from "../support/memory_client.ts";
import { test, type TestContext } from "../support/suite.ts";

const PATHS = ["/a", "/b", "/c"];

function failuresOf(client: Client): Promise<JetstreamError | undefined>[] {
  return PATHS.map((path) =>
    client.get(`http://a.test${path}`).then(() => undefined, (error: unknown) => error as JetstreamError)
  );
}

/** Closes a client whose calls nobody answers. */
async function cut(t: TestContext, options: ClientOptions, plan: () => object): Promise<(string | undefined)[]> {
  const { client, host, clock } = memoryClient(t, plan as () => never, options);
  const failures = failuresOf(client);
  await clock.tick(10);
  await clock.until(host.close());
  return (await Promise.all(failures)).map((error) => error && `${error.code} ${error.message.split(":")[1]}`);
}

const own = (code: string): string[] => PATHS.map((path) => `${code} //a.test${path}`);

for (
  const [what, options, plan] of [
    ["over HTTP/1.1", {}, () => ({})],
    ["over one connection of HTTP/2", { http2: "prior-knowledge" }, () => h2Plan(() => undefined)],
    ["over a handler", { transport: handlerTransport(() => new Promise(() => {})) }, () => ({})],
  ] as const
) {
  test(`Host.close() gives each call that it cuts an error of its own, ${what}`, async (t) => {
    const errors = await cut(t, options, plan);
    assertEquals(errors.map((error) => error?.replace(" http", "")), own("CLIENT_CLOSED"));
  });
}

test("a transport that clients share lets each of them close", async () => {
  const answers: (() => void)[] = [];
  const transport = handlerTransport(() => new Promise((resolve) => answers.push(() => resolve(new Response()))));
  const clients = [new Client({ transport }), new Client({ transport })];
  const failures = clients.flatMap(failuresOf);
  await Promise.resolve();
  await Promise.all(clients.map((client) => client.close()));
  assertEquals((await Promise.all(failures)).map((error) => error?.code), Array(6).fill("CLIENT_CLOSED"));
});

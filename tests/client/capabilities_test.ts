import { assert, assertEquals, assertThrows } from "@std/assert";
import { Client, type ClientOptions, handlerTransport, Timeout, UnsupportedRuntimeError } from "../../mod.ts";
import { capabilitiesOf, refusedOptions, refuseUnsupported } from "../../src/client/capabilities.ts";
import { OPTION_SCOPES } from "../../src/client/option_table.ts";
import { runtimeName, test } from "../support/suite.ts";

const open = { showsRedirects: true, showsCookies: true, streamsUploads: true, decodes: true };
const page = { showsRedirects: false, showsCookies: false, streamsUploads: false, decodes: true };

const REFUSED: readonly [name: string, value: unknown, path?: string][] = [
  ["pool", { max: 1 }],
  ["dns", { order: "ipv4first" }],
  ["guard", "public"],
  ["tls", { verify: false }],
  ["proxy", "http://p.test"],
  ["proxy", false],
  ["trustEnv", false],
  ["unix", "/tmp/x"],
  ["localAddress", "127.0.0.1"],
  ["timeout", { connect: 1 }, "timeout.connect"],
  ["timeout", new Timeout({ pool: 1 }), "timeout.pool"],
  ["timeout", { write: 1 }, "timeout.write"],
  ["timeout", { expect: 1 }, "timeout.expect"],
  ["limits", { head: 100 }, "limits.head"],
  ["limits", { fields: 1 }, "limits.fields"],
  ["limits", { trailers: 1 }, "limits.trailers"],
  ["expectContinue", true],
  ["lenient", ["bare-lf"]],
  ["decompress", false],
  ["hooks", { informational: [() => {}] }, "hooks.informational"],
];

for (const [name, value, path = name] of REFUSED) {
  test(`a client by fetch refuses ${path}${value === false ? ": false" : ""} when it is made`, () => {
    const options = { transport: "fetch", [name]: value } as ClientOptions;
    const error = assertThrows(() => new Client(options), UnsupportedRuntimeError);
    assert(error.message.includes(`"${path}"`), error.message);
    assertEquals(path in new Client({ transport: "fetch" }).capabilities.refused, true);
  });
}

const TAKEN: readonly ClientOptions[] = [
  { timeout: 1_000 },
  { timeout: false },
  { timeout: { total: 1, attempt: 1, head: 1, read: 1 } },
  { limits: { body: 1, drain: 1 } },
  { expectContinue: false, decompress: true, lenient: [], pool: {}, tls: null },
  { cookies: true, redirect: 3, retry: 1, auth: ["a", "b"], compress: "gzip", hooks: { request: [] } },
];

for (const options of TAKEN) {
  test(`a client by fetch takes ${JSON.stringify(options)}`, () => {
    new Client({ transport: "fetch", ...options });
  });
}

test("a request by fetch is refused in the same way", async () => {
  const client = new Client({ transport: "fetch" });
  const error = await client.post("http://a.test/", { body: "x", trailers: () => ({ a: "1" }) }).catch((
    error: unknown,
  ) => error as UnsupportedRuntimeError);
  assert(error instanceof UnsupportedRuntimeError);
  assertEquals([error.code, error.message.includes('"trailers"')], ["UNSUPPORTED_RUNTIME", true]);
  assertThrows(() => client.preconnect("http://a.test"), UnsupportedRuntimeError, "Cannot preconnect");
  assertThrows(() => client.purge(), UnsupportedRuntimeError, "Cannot purge");
});

test("capabilities tell runtime, transport and options, and do not change", () => {
  const all = Object.keys(OPTION_SCOPES);
  const sockets = new Client().capabilities;
  assertEquals([sockets.runtime, sockets.transport, sockets.options], [runtimeName(), "sockets", all]);
  assertEquals(sockets.refused, {});
  const given = new Client({ transport: handlerTransport(() => new Response()), tls: { verify: true } });
  assertEquals(given.capabilities.transport, "custom");
  const { capabilities } = new Client({ transport: "fetch" });
  assertEquals([capabilities.transport, capabilities.options.includes("tls")], ["fetch", false]);
  assertEquals([capabilities.options.includes("timeout"), Object.isFrozen(capabilities)], [true, true]);
});

test("what a page refuses beside that", () => {
  const more = Object.keys(refusedOptions(page)).filter((name) => !(name in refusedOptions(open)));
  assertEquals(more, ["redirect", "cookies", "onUploadProgress"]);
  const capabilities = capabilitiesOf("edge", "fetch", page);
  assertThrows(() => refuseUnsupported({ cookies: true }, capabilities), UnsupportedRuntimeError, "hides cookies");
  refuseUnsupported({ cookies: false }, capabilities);
});

test("every refusal names an option that exists", () => {
  const names = Object.keys(refusedOptions(page)).map((path) => path.split(".")[0]!);
  assertEquals(names.filter((name) => !(name in OPTION_SCOPES)), []);
});

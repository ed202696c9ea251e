/**
 * Owns the attacks on names and chains of TLS (S22), through the public client, and what of comparing
 * in constant time concerns us (S39).
 * Must not know how a runtime verifies: the same servers are refused on each.
 */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { CertificateError, Client, PinError, TLSError, type TlsOptions } from "../../mod.ts";
import { Authority, type Issued, selfSigned } from "../support/certificates.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type RawServer, rawServer } from "../support/raw_server.ts";
import { test, type TestContext } from "../support/suite.ts";

const ANSWER = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

interface World {
  readonly authority: Authority;
  readonly stranger: Authority;
}

let world: Promise<World> | undefined;

async function makeWorld(): Promise<World> {
  return { authority: await Authority.create("Name CA"), stranger: await Authority.create("Strange CA") };
}

async function serve(t: TestContext, { cert, key }: Issued): Promise<RawServer> {
  const server = await rawServer(async (connection) => {
    await connection.until("\r\n\r\n");
    connection.end(ANSWER);
  }, { tls: { cert, key } });
  t.after(() => server.close());
  return server;
}

/** A client to which every name ending in `.test` is this machine. */
function client(t: TestContext, hosts: readonly string[] = [], tls: TlsOptions | undefined = undefined): Client {
  const made = new Client({
    retry: false,
    trustEnv: false,
    timeout: 10_000,
    dns: { hosts: Object.fromEntries(hosts.map((host) => [host, "127.0.0.1"])) },
    ...(tls === undefined ? {} : { tls }),
  });
  t.after(() => made.close());
  return made;
}

interface Row {
  readonly what: string;
  /** Names on the certificate. */
  readonly names: readonly string[];
  readonly subject?: string;
  /** Hosts that it must not stand for, and those that it must. */
  readonly refused: readonly string[];
  readonly accepted?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: "a wildcard covers one label and nothing else",
    names: ["*.wild.test"],
    refused: ["wild.test", "a.b.wild.test", "xwild.test", "wild.test.evil.test"],
    accepted: ["a.wild.test", "A.WILD.test"],
  },
  { what: "a wildcard is no wildcard in the middle", names: ["a.*.test"], refused: ["a.b.test"] },
  { what: "a wildcard alone covers nothing", names: ["*"], refused: ["localhost", "a.test"] },
  {
    what: "a name ends where it ends, and not at NUL",
    names: ["good.test\0.evil.test"],
    refused: ["good.test"],
  },
  { what: "a name in NUL's shadow is no name", names: ["evil.test\0good.test"], refused: ["good.test"] },
  { what: "a name is not its prefix or suffix", names: ["good.test"], refused: ["ood.test", "agood.test"] },
  {
    what: "a common name counts for nothing beside names",
    names: ["other.test"],
    subject: "good.test",
    refused: ["good.test"],
  },
  { what: "a common name counts for nothing alone", names: [], subject: "good.test", refused: ["good.test"] },
  {
    what: "an address is verified as an address",
    names: ["127.0.0.1"],
    refused: ["localhost"],
    accepted: ["127.0.0.1"],
  },
  { what: "another address is another server", names: ["127.0.0.2", "::1"], refused: ["127.0.0.1"] },
  {
    what: "a common name that is an address counts for nothing",
    names: ["a.test"],
    subject: "127.0.0.1",
    refused: ["127.0.0.1"],
  },
  { what: "a wildcard covers no address", names: ["*.0.0.1", "127.0.0.*"], refused: ["127.0.0.1"] },
  {
    what: "names in Unicode are their ASCII forms",
    names: ["xn--bcher-kva.test"],
    refused: ["bucher.test"],
    accepted: ["b\u00fccher.test"],
  },
];

for (const { what, names, subject, refused, accepted = [] } of ROWS) {
  test(`S22: ${what}`, async (t) => {
    watchLeaks(t);
    const { authority } = await (world ??= makeWorld());
    const server = await serve(t, await authority.issue({ names, ...(subject === undefined ? {} : { subject }) }));
    const hosts = [...refused, ...accepted].map((host) => new URL(`https://${host}/`).hostname)
      .filter((host) => !/^[\d.]+$/.test(host));
    const made = client(t, hosts, { ca: authority.cert });
    for (const host of refused) {
      const error = await assertRejects(async () => await made.get(`https://${host}:${server.port}/`), TLSError);
      assertEquals((error as TLSError).progress, "unsent", host);
    }
    assert(server.connections.every(({ received }) => received.length === 0), "nothing was sent to the wrong server");
    for (const host of accepted) assertEquals((await made.get(`https://${host}:${server.port}/`)).status, 204, host);
  });
}

test("S22: no chain is accepted but one of issuers that may issue, to a trusted one", async (t) => {
  watchLeaks(t);
  const { authority, stranger } = await (world ??= makeWorld());
  const names = ["localhost"];
  const day = 86_400_000;
  const intermediate = await authority.intermediate("Middle");
  const through = await intermediate.issue({ names });
  const rows: readonly (readonly [string, Issued])[] = [
    ["signed by itself", await selfSigned({ names })],
    ["of a stranger", await stranger.issue({ names })],
    ["of a stranger who brings the trusted certificate along", await brings(stranger, names, authority)],
    ["without the certificate between", { ...through, cert: through.leaf }],
    ["expired", await authority.issue({ names, validTo: new Date(Date.now() - day) })],
    ["not yet valid", await authority.issue({ names, validFrom: new Date(Date.now() + day) })],
    ["for clients", await authority.issue({ names, purpose: "client" })],
    ["for signing code", await authority.issue({ names, purpose: "code" })],
  ];
  const made = client(t, [], { ca: authority.cert });
  for (const [what, issued] of rows) {
    const server = await serve(t, issued);
    const error = await assertRejects(async () => await made.get(`https://localhost:${server.port}/`));
    assertInstanceOf(error, CertificateError, what);
    assert(server.connections.every(({ received }) => received.length === 0), what);
  }
  const good = await serve(t, through);
  assertEquals((await made.get(`https://localhost:${good.port}/`)).status, 204);
});

async function brings(signer: Authority, names: readonly string[], trusted: Authority): Promise<Issued> {
  const issued = await signer.issue({ names });
  return { ...issued, cert: issued.cert + trusted.cert };
}

test("S22: no value but false switches verification off", async (t) => {
  watchLeaks(t);
  const server = await serve(t, await selfSigned({ names: ["localhost"] }));
  const url = `https://localhost:${server.port}/`;
  const absent: unknown[] = [undefined, null];
  for (const value of absent) {
    for (const tls of [{ verify: value }, { ca: value, extraCa: value, pins: value, serverName: value }, value]) {
      const options = { tls: tls as TlsOptions };
      const outcome = await Promise.allSettled([(async () => await client(t).get(url, options))()]);
      assertEquals(outcome[0].status, "rejected", `verify ${value}`);
    }
  }
  for (const value of [0, "", "false", NaN, {}]) {
    const options = { tls: { verify: value } as unknown as TlsOptions };
    await assertRejects(async () => await client(t).get(url, options), TypeError);
  }
  assertEquals(server.connections.filter(({ received }) => received.length > 0).length, 0);
  // An empty list of authorities trusts nobody, and is refused rather than taken for none given.
  await assertRejects(async () => await client(t).get(url, { tls: { ca: [] } }), RangeError);
  assertEquals((await client(t).get(url, { tls: { verify: false } })).status, 204);
});

test("S22: pins are asked on every connection, also where a session could be resumed", async (t) => {
  watchLeaks(t);
  const { authority, stranger } = await (world ??= makeWorld());
  const issued = await authority.issue({ names: ["localhost"] });
  const server = await serve(t, issued);
  const url = `https://localhost:${server.port}/`;
  const made = client(t);
  const ca = authority.cert;
  // Every answer closes its connection, so each call makes another handshake.
  for (let turn = 0; turn < 3; turn++) assertEquals((await made.get(url, { tls: { ca } })).status, 204);
  for (let turn = 0; turn < 3; turn++) {
    const right = { ca, pins: [issued.pin, stranger.pin] };
    assertEquals((await made.get(url, { tls: right })).status, 204);
    const error = await assertRejects(async () => await made.get(url, { tls: { ca, pins: [stranger.pin] } }));
    assertInstanceOf(error, PinError);
  }
  assertEquals(server.connections.filter(({ received }) => received.length > 0).length, 6);
});

test("S22: a session is resumed under the settings that made it and no others", async (t) => {
  watchLeaks(t);
  const { authority, stranger } = await (world ??= makeWorld());
  const server = await serve(t, await authority.issue({ names: ["localhost"] }));
  const url = `https://localhost:${server.port}/`;
  const made = client(t);
  const ca = authority.cert;
  for (let turn = 0; turn < 3; turn++) assertEquals((await made.get(url, { tls: { ca } })).status, 204);
  assertEquals((await made.get(url, { tls: { verify: false } })).status, 204);
  const others: TlsOptions[] = [{}, { ca: stranger.cert }, { extraCa: stranger.cert }, { ca, serverName: "evil.test" }];
  for (const tls of others) {
    await assertRejects(async () => await made.get(url, { tls }), CertificateError);
    await assertRejects(async () => await client(t).get(url, { tls }), CertificateError);
  }
});

test("S22: an unverified session is never resumed by a call that verifies", async (t) => {
  watchLeaks(t);
  const server = await serve(t, await selfSigned({ names: ["localhost"] }));
  const url = `https://localhost:${server.port}/`;
  const made = client(t);
  for (let turn = 0; turn < 3; turn++) {
    assertEquals((await made.get(url, { tls: { verify: false } })).status, 204);
    await assertRejects(async () => await made.get(url), CertificateError);
  }
});

// S39: nothing here compares a secret with what a peer sends: there are no webhooks, signatures or
// tokens to check. A pin is compared with the digest of a public key; neither is secret, and what
// matters is that all of it is compared.

test("S39: a pin counts only if all of it is equal", async (t) => {
  watchLeaks(t);
  const { authority } = await (world ??= makeWorld());
  const issued = await authority.issue({ names: ["localhost"] });
  const server = await serve(t, issued);
  const url = `https://localhost:${server.port}/`;
  const flipped = (at: number): string => {
    const bytes = Uint8Array.from(atob(issued.pin), (letter) => letter.charCodeAt(0));
    bytes[at]! ^= 1;
    return btoa(String.fromCharCode(...bytes));
  };
  const made = client(t);
  for (const at of [0, 15, 31]) {
    const tls = { ca: authority.cert, pins: [flipped(at)] };
    await assertRejects(async () => await made.get(url, { tls }), PinError);
  }
  for (const pin of ["", issued.pin.slice(0, 20), `${issued.pin} `, issued.pin.slice(0, 43), `sha256/${issued.pin}`]) {
    const tls = { ca: authority.cert, pins: [pin] };
    await assertRejects(async () => await made.get(url, { tls }), RangeError);
  }
  await assertRejects(async () => await made.get(url, { tls: { pins: [] } }), RangeError);
  assertEquals((await made.get(url, { tls: { ca: authority.cert, pins: [issued.pin] } })).status, 204);
});

import { assertEquals, assertThrows } from "@std/assert";
import type { ConnectTarget } from "../../src/core/socket.ts";
import type { TlsSettings } from "../../src/core/tls.ts";
import { TLSError } from "../../src/errors.ts";
import { alpnWire, beyondNative as beyondBun } from "../../src/net/bun_tls.ts";
import { permissionsFor } from "../../src/net/deno_grants.ts";
import { beyondNative as beyondDeno } from "../../src/net/deno_tls.ts";
import { checkPem } from "../../src/net/pem.ts";
import { Authority } from "../support/certificates.ts";
import { test } from "../support/suite.ts";

const plain: TlsSettings = {
  serverName: "a.test",
  ca: null,
  extraCa: null,
  cert: null,
  key: null,
  verify: true,
  pins: null,
  minVersion: "1.2",
  maxVersion: null,
  alpn: ["h2"],
};
const tcp: ConnectTarget = { kind: "tcp", host: "a.test", port: 1, localAddress: null, tls: null, nestedTls: false };
const unix: ConnectTarget = { kind: "unix", path: "/x", tls: null, nestedTls: false };
const tls = (change: Partial<TlsSettings> = {}): ConnectTarget => ({ ...tcp, tls: { ...plain, ...change } });

/** Which targets Deno's and Bun's own sockets leave to Node's. */
const ROWS: readonly [what: string, target: ConnectTarget, deno: string | undefined, bun: string | undefined][] = [
  ["clear text", tcp, undefined, undefined],
  ["a unix socket", unix, undefined, undefined],
  ["a local address", { ...tcp, localAddress: "127.0.0.2" } as ConnectTarget, "localAddress", "localAddress"],
  ["TLS", tls(), undefined, undefined],
  ["more trust", tls({ extraCa: ["x"] }), undefined, undefined],
  ["other trust", tls({ ca: ["x"] }), "ca", undefined],
  ["a client certificate", tls({ cert: "x", key: "x" }), "cert", undefined],
  ["a key alone", tls({ key: "x" }), "cert", undefined],
  ["no verification", tls({ verify: false }), "verify: false", undefined],
  ["pins", tls({ pins: ["x"] }), "pins", "pins"],
  ["a later oldest version", tls({ minVersion: "1.3" }), "minVersion", undefined],
  ["an earlier newest version", tls({ maxVersion: "1.2" }), "maxVersion", undefined],
  ["the newest version there is", tls({ maxVersion: "1.3" }), undefined, undefined],
  ["TLS inside TLS", { ...tls(), nestedTls: true } as ConnectTarget, "TLS inside TLS", "TLS inside TLS"],
  ["TLS over a unix socket", { ...unix, tls: plain }, "TLS over a unix socket", undefined],
];

for (const [what, target, deno, bun] of ROWS) {
  test(`beyondNative() knows who does: ${what}`, () => {
    assertEquals([beyondDeno(target), beyondBun(target)], [deno, bun]);
  });
}

test("alpnWire() writes lengths and names", () => {
  assertEquals([...alpnWire(["h2", "http/1.1"])], [2, 104, 50, 8, ...new TextEncoder().encode("http/1.1")]);
  assertEquals(alpnWire([]).length, 0);
});

test("permissionsFor() lists what Deno's Node layer needs", () => {
  assertEquals(permissionsFor(tcp), [{ name: "net", host: "a.test:1" }]);
  assertEquals(permissionsFor({ ...tcp, host: "::1", localAddress: "::1" } as ConnectTarget), [
    { name: "net", host: "[::1]:1" },
    { name: "net", host: "[::1]:0" },
  ]);
  assertEquals(permissionsFor(unix), [
    { name: "net" },
    { name: "read", path: "/x" },
    { name: "write", path: "/x" },
  ]);
});

test("checkPem() refuses text without a certificate and names the entry", async () => {
  const { cert } = await Authority.create("CA");
  checkPem([cert, `Some words\n${cert}`], "ca", "a.test");
  for (
    const text of [
      "",
      "x",
      cert.replace("BEGIN", "BEGGIN"),
      "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----",
    ]
  ) {
    const error = assertThrows(() => checkPem([cert, text], "extraCa", "a.test"), TLSError, "entry 1 of tls.extraCa");
    assertEquals([error.code, error.host], ["TLS_SETTINGS", "a.test"]);
  }
});

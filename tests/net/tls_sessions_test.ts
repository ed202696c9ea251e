import { assertEquals } from "@std/assert";
import type { TlsSettings } from "../../src/core/tls.ts";
import { contextIdentity, tlsIdentity } from "../../src/net/tls_identity.ts";
import { forgetSession, keepSession, mayResume, recallSession } from "../../src/net/tls_sessions.ts";
import { test } from "../support/suite.ts";

const base: TlsSettings = {
  serverName: "a.test",
  ca: null,
  extraCa: null,
  cert: null,
  key: null,
  verify: true,
  pins: null,
  minVersion: "1.2",
  maxVersion: null,
  alpn: null,
};

/** One change per field. */
const CHANGES: readonly Partial<TlsSettings>[] = [
  { serverName: "b.test" },
  { ca: ["x"] },
  { ca: [] },
  { extraCa: ["x"] },
  { cert: "x" },
  { key: "x" },
  { verify: false },
  { pins: ["x"] },
  { minVersion: "1.3" },
  { maxVersion: "1.3" },
  { alpn: ["h2"] },
];

test("tlsIdentity() differs as soon as one field does, and any two fields do", () => {
  const texts = [base, ...CHANGES.map((change) => ({ ...base, ...change }))].map(tlsIdentity);
  assertEquals(new Set(texts).size, texts.length);
  assertEquals(tlsIdentity({ ...base }), tlsIdentity(base));
  assertEquals(tlsIdentity({ ...base, ca: ["a", "b"] }) === tlsIdentity({ ...base, ca: ['a","b'] }), false);
});

test("every field of the settings is part of the identity", () => {
  assertEquals(new Set(CHANGES.flatMap(Object.keys)), new Set(Object.keys(base)));
});

test("contextIdentity() leaves out what a context does not hold", () => {
  assertEquals(contextIdentity({ ...base, serverName: "b.test", alpn: ["h2"], verify: false }), contextIdentity(base));
  assertEquals(contextIdentity({ ...base, extraCa: ["x"] }) === contextIdentity(base), false);
});

test("a session is recalled by the same peer under equal settings, and by nobody else", () => {
  const session = Uint8Array.of(1, 2, 3);
  keepSession("192.0.2.1:443", base, session);
  assertEquals(recallSession("192.0.2.1:443", { ...base }), session);
  assertEquals(recallSession("192.0.2.1:8443", base), undefined);
  for (const change of CHANGES) assertEquals(recallSession("192.0.2.1:443", { ...base, ...change }), undefined);
  forgetSession("192.0.2.1:443", base);
  assertEquals(recallSession("192.0.2.1:443", base), undefined);
});

test("under pins, and without verification, no session is kept", () => {
  for (const change of [{ pins: ["x"] }, { verify: false }]) {
    const settings = { ...base, ...change };
    keepSession("192.0.2.2:443", settings, Uint8Array.of(1));
    assertEquals([mayResume(settings), recallSession("192.0.2.2:443", settings)], [false, undefined]);
  }
});

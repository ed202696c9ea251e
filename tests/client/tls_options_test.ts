import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { resolveTls } from "../../src/client/tls_options.ts";
import type { TlsOptions } from "../../src/client/options.ts";
import type { Files } from "../../src/core/runtime.ts";
import { UnsupportedRuntimeError } from "../../src/errors.ts";
import { test } from "../support/suite.ts";

const CERT = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----";
const KEY = "-----BEGIN PRIVATE KEY-----\nMAMCAQI=\n-----END PRIVATE KEY-----";
const DER = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x01);
const PIN = `${"A".repeat(43)}=`;

const FILES = {
  readBytesSync(path: string): Uint8Array {
    if (path === "ca.pem") return new TextEncoder().encode(`text before\n${CERT}\n${CERT}\n`);
    if (path === "ca.der") return DER;
    throw new Error("no such file");
  },
} as unknown as Files;

test("resolveTls() verifies from TLS 1.2 on with the runtime's trust by default", () => {
  const { settings, serverName, alpn } = resolveTls(undefined, undefined);
  assertEquals(settings, {
    ca: null,
    extraCa: null,
    cert: null,
    key: null,
    verify: true,
    pins: null,
    minVersion: "1.2",
    maxVersion: null,
  });
  assertEquals([serverName, alpn], [null, null]);
});

test("resolveTls() takes certificates as PEM, bytes and paths, one or several", () => {
  assertEquals(resolveTls({ ca: CERT }, undefined).settings.ca, [CERT]);
  assertEquals(resolveTls({ ca: DER }, undefined).settings.ca, [CERT]);
  assertEquals(resolveTls({ extraCa: new TextEncoder().encode(CERT) }, undefined).settings.extraCa, [CERT]);
  assertEquals(resolveTls({ ca: "ca.pem" }, FILES).settings.ca, [CERT, CERT]);
  assertEquals(resolveTls({ ca: ["ca.der", CERT] }, FILES).settings.ca, [CERT, CERT]);
  assertEquals(resolveTls({ cert: [CERT, CERT], key: KEY }, undefined).settings.cert, `${CERT}\n${CERT}`);
});

test("resolveTls() gives one key to equal options and different keys to any difference", () => {
  const variants: TlsOptions[] = [
    {},
    { ca: CERT },
    { extraCa: CERT },
    { cert: CERT, key: KEY },
    { serverName: "a.example" },
    { verify: false },
    { pins: [PIN] },
    { minVersion: "1.3" },
    { maxVersion: "1.2" },
    { alpn: ["http/1.1"] },
  ];
  const keys = variants.map((options) => resolveTls(options, undefined).key);
  assertEquals(new Set(keys).size, variants.length);
  assertEquals(variants.map((options) => resolveTls(options, undefined).key), keys);
  assertNotEquals(keys[3]!.includes("PRIVATE"), true);
});

const REFUSED: readonly [name: string, options: unknown, message: string][] = [
  ["a certificate without key", { cert: CERT }, "it has no key, expected cert and key together"],
  ["a key without certificate", { key: KEY }, "it has no cert"],
  ["a key where a certificate belongs", { ca: KEY }, "no PEM block of the kind CERTIFICATE"],
  ["an empty list", { ca: [] }, "at least one certificate"],
  ["a number as certificate", { ca: 5 }, "expected PEM text, bytes, or the path"],
  ["a pin that is no digest", { pins: ["abc"] }, "a SHA-256 digest in base64"],
  ["no pin at all", { pins: [] }, "at least one digest"],
  ["pins without verification", { pins: [PIN], verify: false }, "pins need verification"],
  ["an old version", { minVersion: "1.1" }, 'expected one of "1.2", "1.3"'],
  ["a range without versions", { minVersion: "1.3", maxVersion: "1.2" }, "not older than minVersion"],
  ["verify as text", { verify: "false" }, "expected true or false"],
  ["a protocol that is not spoken", { alpn: ["h3"] }, '"http/1.1"'],
  ["an unknown name", { rejectUnauthorized: false }, "there is no such option"],
];

for (const [name, options, message] of REFUSED) {
  test(`resolveTls() refuses ${name}`, () => {
    assertThrows(() => resolveTls(options as TlsOptions, undefined), Error, message);
  });
}

test("resolveTls() names the file that cannot be read, and the runtime without files", () => {
  assertThrows(() => resolveTls({ ca: "missing.pem" }, FILES), TypeError, '"missing.pem" of the option "tls.ca"');
  assertThrows(() => resolveTls({ ca: "ca.pem" }, undefined), UnsupportedRuntimeError, "this runtime has no files");
});

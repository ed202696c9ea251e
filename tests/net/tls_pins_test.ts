import { assert, assertEquals, assertThrows } from "@std/assert";
import { PinError } from "../../src/errors.ts";
import type { NodePeerCertificate } from "../../src/net/node_host.ts";
import { checkPins } from "../../src/net/tls_pins.ts";
import { Authority } from "../support/certificates.ts";
import { test } from "../support/suite.ts";

/** The DER bytes of the first certificate in PEM text. */
function der(pem: string): Uint8Array {
  const base64 = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(pem)![1]!.replace(/\s/g, "");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Certificates linked as a runtime links them: by nothing but their order here. */
function linked(...pems: readonly string[]): NodePeerCertificate {
  const [first, ...rest] = pems;
  return { raw: der(first!), ...(rest.length > 0 ? { issuerCertificate: linked(...rest) } : {}) };
}

const none = (): string[] => [];

test("checkPins() finds a key anywhere on the signed chain", async () => {
  const root = await Authority.create("Root");
  const middle = await root.intermediate("Middle");
  const leaf = await middle.issue({ names: ["a.test"] });
  const chain = linked(leaf.leaf, middle.cert, root.cert);
  for (const pin of [leaf.pin, middle.pin, root.pin]) checkPins(["AAAA", pin], chain, none, "a.test");
});

test("checkPins() finds the trust anchor that the server did not send", async () => {
  const root = await Authority.create("Root");
  const namesake = await Authority.create("Root");
  const leaf = await root.issue({ names: ["a.test"] });
  checkPins([root.pin], linked(leaf.leaf), () => [namesake.cert, root.cert], "a.test");
  assertThrows(
    () => checkPins([namesake.pin], linked(leaf.leaf), () => [namesake.cert, root.cert], "a.test"),
    PinError,
  );
});

test("checkPins() does not count a certificate that only bears the issuer's name", async () => {
  const issuer = await Authority.create("Issuer");
  const liar = await Authority.create("Issuer");
  const leaf = await issuer.issue({ names: ["a.test"] });
  const error = assertThrows(
    () => checkPins([liar.pin], linked(leaf.leaf, liar.cert, issuer.cert), none, "a.test"),
    PinError,
  );
  assertEquals([error.code, error.host, error.retryable], ["PIN_MISMATCH", "a.test", false]);
  assert(error.message.includes(`sha256/${leaf.pin}`) && !error.message.includes(liar.pin), error.message);
});

test("checkPins() fails closed when there is no certificate, or one that cannot be read", () => {
  assertThrows(() => checkPins(["AAAA"], null, none, "a.test"), PinError, "none that can be read");
  assertThrows(() => checkPins(["AAAA"], {}, none, "a.test"), PinError, "none that can be read");
  const broken = assertThrows(() => checkPins(["AAAA"], { raw: new Uint8Array(9) }, none, "a.test"), PinError);
  assert(broken.cause !== undefined);
});

test("checkPins() fails closed on an empty list", async () => {
  const root = await Authority.create("Root");
  assertThrows(() => checkPins([], linked(root.cert), none, "a.test"), PinError);
});

test("checkPins() ends on a chain that is a circle", async () => {
  const root = await Authority.create("Root");
  const leaf = await root.issue({ names: ["a.test"] });
  const circle = { raw: der(leaf.leaf) } as { raw: Uint8Array; issuerCertificate?: NodePeerCertificate };
  circle.issuerCertificate = circle;
  assertThrows(() => checkPins(["AAAA"], circle, none, "a.test"), PinError);
});

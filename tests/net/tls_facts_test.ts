import { assertEquals } from "@std/assert";
import { alternativeNames, certificateFacts, LazyTlsFacts } from "../../src/net/tls_facts.ts";
import { test } from "../support/suite.ts";

test("alternativeNames() reads what Node prints", () => {
  assertEquals(alternativeNames("DNS:a.test, DNS:*.b.test, IP Address:127.0.0.1, IP Address:::1"), [
    "a.test",
    "*.b.test",
    "127.0.0.1",
    "::1",
  ]);
  assertEquals([alternativeNames(undefined), alternativeNames(""), alternativeNames("URI:http://a.test/")], [
    [],
    [],
    [],
  ]);
});

test("alternativeNames() is not led on by a name that holds another one", () => {
  assertEquals(alternativeNames('DNS:"evil.test, DNS:good.test", DNS:b.test'), [
    '"evil.test, DNS:good.test"',
    "b.test",
  ]);
  assertEquals(alternativeNames('URI:"http://x/, DNS:good.test"').includes("good.test"), false);
});

test("certificateFacts() takes names from subject and issuer", () => {
  const facts = certificateFacts({
    subject: { CN: "a.test", O: "A" },
    issuer: { O: "Issuer", C: "NL" },
    subjectaltname: "DNS:a.test",
    "valid_from": "Jan  2 03:04:05 2026 GMT",
    "valid_to": "Jan  2 03:04:05 2027 GMT",
    fingerprint256: "AB:CD",
  })!;
  assertEquals([facts.subject, facts.issuer, facts.names], ["a.test", "O=Issuer, C=NL", ["a.test"]]);
  assertEquals(facts.validFrom.toISOString(), "2026-01-02T03:04:05.000Z");
  assertEquals(facts.validTo.getTime() - facts.validFrom.getTime(), 365 * 86_400_000);
  assertEquals(certificateFacts({ fingerprint256: "AB", subject: { CN: ["x", "y"] } })!.subject, "x, y");
});

test("certificateFacts() says nothing of an empty certificate", () => {
  assertEquals([certificateFacts(null), certificateFacts(undefined), certificateFacts({})], Array(3).fill(undefined));
});

test("LazyTlsFacts reads when asked, and keeps the certificate", () => {
  let asked = 0;
  const facts = new LazyTlsFacts({
    version: () => "TLSv1.3",
    cipher: () => "TLS_AES",
    resumed: () => true,
    certificate() {
      asked++;
      return { fingerprint256: "AB" };
    },
  });
  assertEquals(asked, 0);
  assertEquals([facts.version, facts.cipher, facts.resumed], ["TLSv1.3", "TLS_AES", true]);
  const first = facts.certificate;
  assertEquals([facts.certificate === first, asked], [true, 1]);
  const gone = new LazyTlsFacts({
    version: () => null,
    cipher: () => null,
    resumed: () => null,
    certificate: () => null,
  });
  assertEquals([gone.version, gone.cipher, gone.resumed, gone.certificate], Array(4).fill(undefined));
});

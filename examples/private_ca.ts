/**
 * Talks to a server whose certificate comes from a company's own authority, and which wants to see
 * one of the client too (mutual TLS).
 *
 *   deno run -A examples/private_ca.ts    bun examples/private_ca.ts    node examples/private_ca.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { CertificateError, Client, TLSError } from "../mod.ts";
import { Authority } from "../tests/support/certificates.ts";
import { type Log, startServer } from "./local_server.ts";

/** Calls with all that is needed, then without the one and the other. */
export async function main(log: Log = console.log): Promise<void> {
  const company = await Authority.create("Company CA");
  const mine = await company.issue({ subject: "ana", purpose: "client" });
  await using server = await startServer({ ...await company.issue({ names: ["localhost"] }), clientCa: company.cert });
  const url = `${server.url}/users`;

  // PEM text here; the path of a file, as in "company-ca.pem", does as well. The runtime's own trust stays.
  await using client = new Client({ tls: { extraCa: company.cert, cert: mine.cert, key: mine.key } });
  log(`known to each other: ${(await client.get(url)).status}`);

  await using nobody = new Client({ tls: { extraCa: company.cert }, retry: false });
  const refused = await nobody.result.get(url);
  if (!refused.ok && refused.error instanceof TLSError) log(`without a certificate: ${refused.error.code}`);

  await using stranger = new Client();
  const distrusted = await stranger.result.get(url);
  if (!distrusted.ok && distrusted.error instanceof CertificateError) log(`without the CA: ${distrusted.error.code}`);
}

if (import.meta.main) await main();

/** What a script does with the blocking client of the package: one argument, the server; prints `ok`. */

import { Client, get, UnsupportedRuntimeError } from "@jetstream/client/sync";

const [base] = globalThis.process.argv.slice(2);
// Seen twice when a bundle is run once more as its own worker.
console.log("begun");
try {
  const client = new Client({ baseUrl: base, timeout: 20_000 });
  const { method, text } = client.post("/echo", { json: { name: "Ana" } }).raiseForStatus().json();
  client.close();
  const { length } = get(`${base}/bytes/70000`).content;
  console.log(`${method} ${text} ${length}` === 'POST {"name":"Ana"} 70000' ? "ok" : `${method} ${text} ${length}`);
} catch (error) {
  if (!(error instanceof UnsupportedRuntimeError)) throw error;
  console.log(error.message);
}

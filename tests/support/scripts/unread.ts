/** Fetches and forgets the response; prints whether its connection came back: `base`. */

import { Client } from "../../../mod.ts";
import { collect } from "../collect.ts";

const client = new Client();
const [base] = process.argv.slice(2) as [string];

async function forget(): Promise<number> {
  return (await client.fetch(`${base}/bytes/8000000`)).status;
}

await forget();
const before = client.stats().busy;
for (let turn = 0; turn < 200 && client.stats().busy > 0; turn++) {
  collect();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(JSON.stringify({ before, after: client.stats().busy }));
await client.close();

/** A program whose last statement is a call inside a function; nothing is closed: `url`. */

import { Client } from "../../../mod.ts";

const [url] = process.argv.slice(2) as [string];
const client = new Client();

async function main(): Promise<void> {
  const { status } = await client.get(url);
  console.log(`answered ${status}`);
}

main();

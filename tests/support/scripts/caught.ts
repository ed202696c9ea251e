/** A program in which calls fail and every failure is caught once: `dead-url missing-url`. */

import { Client } from "../../../mod.ts";

const [dead, missing] = process.argv.slice(2) as [string, string];
const client = new Client({ retry: false });
let caught = 0;

async function expectFailure(run: () => PromiseLike<unknown>): Promise<void> {
  try {
    await run();
  } catch {
    caught++;
  }
}

async function main(): Promise<void> {
  for (const url of [dead, missing]) {
    await expectFailure(() => client.get(url).json());
    await expectFailure(() => client.get(url).text());
    await expectFailure(() => client.get(url).bytes());
    await expectFailure(() => client.get(url).raiseForStatus());
    await expectFailure(() => client.get(url).raiseForStatus().json());
    // The pending call itself is nobody's once a shortcut was asked of it, also when that comes late.
    const pending = client.get(url);
    const json = pending.json();
    await expectFailure(() => json);
    const both = client.get(url);
    await Promise.all([expectFailure(() => both.json()), expectFailure(() => both.text())]);
  }
  await expectFailure(() => client.get(missing, { signal: AbortSignal.abort() }).json());
  await expectFailure(() => client.get("http://", {}).json());
  const { ok } = await client.result.get(dead);
  if (!ok) caught++;
  // A turn for what nobody caught.
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(caught);
}

main();

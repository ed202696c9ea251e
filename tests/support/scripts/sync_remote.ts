/** A program that takes the blocking client from another origin: `package url`. */

const { Deno } = globalThis as unknown as { Deno: { args: readonly [string, string] } };
const [base, url] = Deno.args;
const { Client, get } = await import(`${base}/sync.ts`) as typeof import("../../../sync.ts");

const response = get(url);
const client = new Client({ cookies: true });
const lines = [...client.stream("GET", url).iterText()].join("");
console.log(response.status, lines === response.text());

/**
 * Keeps cookies from one run to the next, in a file that only its owner may read.
 *
 *   deno run -A examples/cookies.ts [file]    bun examples/cookies.ts    node examples/cookies.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import process from "node:process";
import { Client, CookieJar, handlerTransport } from "../mod.ts";

/** Counts the visits of a browser, in the place of a real site. */
function site(request: Request): Response {
  const visits = Number(/visits=(\d+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? 0) + 1;
  const cookie = `visits=${visits}; Path=/; Max-Age=86400`;
  return new Response(`visit ${visits}`, { headers: { "set-cookie": cookie } });
}

/** One run of a program: what an earlier one left is loaded, what this one learned is saved. */
export async function visit(file: string): Promise<string> {
  const jar = new CookieJar();
  await jar.load(file).catch(() => console.log("The first run: there are no cookies yet"));
  const client = new Client({ cookies: jar, transport: handlerTransport(site) });
  const text = await client.get("https://site.example.com/").text();
  await client.close();
  await jar.save(file);
  return text;
}

if (import.meta.main) console.log(await visit(process.argv[2] ?? "cookies.json"));

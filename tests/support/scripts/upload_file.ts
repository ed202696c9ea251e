/** A program that sends a file as a part of a form, and prints what was counted and the memory it took: `url path`. */

import { file, post } from "../../../mod.ts";

const [url, path] = process.argv.slice(2) as [string, string];

async function main(): Promise<void> {
  // The parts of the client that are loaded once.
  await post(url, { multipart: { small: "text" } });
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => peak = Math.max(peak, process.memoryUsage().rss), 20);
  const answer = await post(url, { multipart: { note: "zeros", large: file(path) } }).json();
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage().rss);
  console.log(JSON.stringify({ ...answer as object, before, peak }));
}

main();

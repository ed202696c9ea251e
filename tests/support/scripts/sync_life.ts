/** A program that uses the blocking client: `what url`. What it prints is the proof. */

import { Client, get } from "../../../sync.ts";

const [what, url] = process.argv.slice(2) as [string, string];

switch (what) {
  case "last":
    // Neither the client nor a stream is closed: the program ends all the same.
    new Client().stream("GET", url);
    console.log(`answered ${get(url).status}`);
    break;
  case "wait":
    console.log("waiting");
    get(url);
    console.log("not reached");
    break;
  case "handle":
    process.on("SIGINT", () => {
      console.log("handled");
      process.exit(7);
    });
    console.log("waiting");
    console.log(`answered ${get(url).status}`);
    // The handler gets its turn once the call is over.
    setTimeout(() => process.exit(1), 5_000);
    break;
  case "exit":
    get(url);
    process.exit(3);
}

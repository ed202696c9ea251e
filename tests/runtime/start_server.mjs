/** Starts a server of the tests in a process of its own; it ends with its standard input. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../run/project.mjs";

/** Resolves with the ports that it tells. */
export function startServer(file, settings = {}, node = process.execPath) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [join(ROOT, file)], { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    child.on("error", reject);
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (part) => {
      text += part;
      if (text.includes("\n")) resolve({ ports: JSON.parse(text), stop: () => child.stdin.end() });
    });
    child.stdin.write(`${JSON.stringify(settings)}\n`);
  });
}

/**
 * Owns how a server of the tests is told what to do, and when to end.
 * Must not know what it is told.
 */

/** The first line of standard input; its end is the end of this process. */
export function firstLine() {
  return new Promise((resolve) => {
    let text = "";
    process.stdin.setEncoding("utf8");
    process.stdin.on("end", () => process.exit(0));
    process.stdin.on("data", (part) => {
      text += part;
      if (text.includes("\n")) resolve(text);
    });
  });
}

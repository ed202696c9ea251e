/** Drives one page of headless Chromium over a pipe, by the DevTools protocol; needs no package. */

import { startBrowser } from "./browser.mjs";

/** Milliseconds until a page, or a condition on it, is given up. */
const LIMIT = 20_000;

/** Starts it. What the page says on its console as a warning or an error, or fails to load, is in `complaints`. */
export async function openBrowser() {
  const { child, stop } = await startBrowser(
    ["--remote-debugging-pipe", "--window-size=1280,900", "about:blank"],
    ["ignore", "ignore", "ignore", "pipe", "pipe"],
  );
  const [, , , commands, answers] = child.stdio;
  const waiting = new Map();
  const complaints = [];
  let loaded;
  let last = 0;
  let session = null;
  let text = "";

  function told({ id, method, params, result, error }) {
    if (id !== undefined) {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      return error === undefined ? resolve(result) : reject(new Error(error.message));
    }
    if (method === "Page.loadEventFired") loaded?.();
    if (method === "Runtime.exceptionThrown") complaints.push(params.exceptionDetails.exception?.description ?? "?");
    if (method === "Log.entryAdded" && params.entry.level === "error") {
      complaints.push(`${params.entry.text} ${params.entry.url ?? ""}`);
    }
    if (method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(params.type)) {
      complaints.push(params.args.map(({ value, description }) => value ?? description).join(" "));
    }
  }

  answers.setEncoding("utf8").on("data", (part) => {
    const messages = (text + part).split("\0");
    text = messages.pop();
    for (const message of messages) told(JSON.parse(message));
  });
  child.on("exit", () => waiting.forEach(({ reject }) => reject(new Error("Chromium has ended"))));

  function send(method, params = {}) {
    return new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      commands.write(`${JSON.stringify({ id: last, method, params, ...(session && { sessionId: session }) })}\0`);
    });
  }

  async function within(promise, what) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} took more than ${LIMIT} ms`)), LIMIT);
    });
    return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  const { targetInfos } = await send("Target.getTargets");
  const { targetId } = targetInfos.find(({ type }) => type === "page");
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`);

  async function evaluate(expression) {
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? expression);
    return result.value;
  }

  return {
    complaints,
    send,
    evaluate,
    /** Loads a page; its scripts have run then. */
    async open(url) {
      const done = new Promise((resolve) => loaded = resolve);
      await send("Page.navigate", { url });
      await within(done, url);
    },
    /** Waits until an expression holds in the page. */
    async until(expression) {
      const end = Date.now() + LIMIT;
      while (!(await evaluate(`Boolean(${expression})`))) {
        if (Date.now() > end) throw new Error(`${expression} did not hold within ${LIMIT} ms`);
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    close: stop,
  };
}

/**
 * Owns an address where a connection attempt stays pending: a listener that accepts nobody
 * and whose queue is full, so that the system drops further attempts in silence.
 * Must not know who dials it.
 */

import { startChild } from "./processes.ts";

const LISTENER = `
import { createServer } from "node:net";
const server = createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => console.log(server.address().port));
`;

interface Filler {
  destroy(): void;
  on(event: "error" | "connect", listener: () => void): void;
}

/** Where attempts hang. */
export interface FullBacklog {
  readonly port: number;
  /** Gives everything back. */
  close(): Promise<void>;
}

/** Connections that fill the queue: more than its length, which the system rounds up. */
const FILL = 6;

/** Starts a listener whose queue is full. */
export async function fullBacklog(): Promise<FullBacklog> {
  const child = startChild("node", ["--input-type=module", "-e", LISTENER]);
  const port = Number(await child.line());
  // Stopped, it accepts no more; the system completes connections until the queue is full.
  child.signal("SIGSTOP");
  const { connect } = process.getBuiltinModule("node:net") as unknown as {
    connect(options: { host: string; port: number }): Filler;
  };
  const fillers: Filler[] = [];
  let connected = 0;
  for (let i = 0; i < FILL; i++) {
    const filler = connect({ host: "127.0.0.1", port });
    filler.on("error", () => {});
    filler.on("connect", () => connected++);
    fillers.push(filler);
  }
  // The queue is full when a while passes in which none of the attempts is taken.
  for (let seen = -1; seen !== connected || connected === 0;) {
    seen = connected;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (connected === FILL) throw new Error("The queue of the listener has room for all: raise FILL");
  return {
    port,
    async close(): Promise<void> {
      for (const filler of fillers) filler.destroy();
      await child.stop();
    },
  };
}

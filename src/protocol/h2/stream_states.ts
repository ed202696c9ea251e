/**
 * Owns the life of a stream as tables (RFC 9113 section 5.1), seen from a client that takes no push.
 * Must not know what frames hold.
 */

/** States; `reset` is closed by our RST_STREAM, of which the server may not know yet. */
export type StreamState = "idle" | "open" | "half-closed-local" | "half-closed-remote" | "closed" | "reset";

/**
 * What a frame from the server is: fine; of no use (but counted and decompressed); an error of its
 * stream; or one of the connection.
 */
export type Verdict = "take" | "ignore" | "stream-closed" | "connection-closed" | "protocol-error";

/** Frames that concern a stream. */
export type StreamFrame = "DATA" | "HEADERS" | "RST_STREAM" | "WINDOW_UPDATE" | "PRIORITY" | "PUSH_PROMISE";

type Row = Readonly<Record<StreamFrame, Verdict>>;

const TAKES: Row = {
  DATA: "take",
  HEADERS: "take",
  RST_STREAM: "take",
  WINDOW_UPDATE: "take",
  PRIORITY: "ignore",
  PUSH_PROMISE: "protocol-error",
};

/** The verdict for each frame in each state. */
export const RECEIVED: Readonly<Record<StreamState, Row>> = {
  idle: {
    DATA: "protocol-error",
    HEADERS: "protocol-error",
    RST_STREAM: "protocol-error",
    WINDOW_UPDATE: "protocol-error",
    PRIORITY: "ignore",
    PUSH_PROMISE: "protocol-error",
  },
  open: TAKES,
  "half-closed-local": TAKES,
  "half-closed-remote": { ...TAKES, DATA: "stream-closed", HEADERS: "stream-closed" },
  closed: {
    DATA: "connection-closed",
    HEADERS: "connection-closed",
    RST_STREAM: "ignore",
    WINDOW_UPDATE: "ignore",
    PRIORITY: "ignore",
    PUSH_PROMISE: "protocol-error",
  },
  reset: {
    DATA: "ignore",
    HEADERS: "ignore",
    RST_STREAM: "ignore",
    WINDOW_UPDATE: "ignore",
    PRIORITY: "ignore",
    PUSH_PROMISE: "protocol-error",
  },
};

/** Where a stream stands after one side has ended it. */
export function ended(state: StreamState, side: "local" | "remote"): StreamState {
  if (state === "open") return side === "local" ? "half-closed-local" : "half-closed-remote";
  const other = side === "local" ? "half-closed-remote" : "half-closed-local";
  return state === other ? "closed" : state;
}

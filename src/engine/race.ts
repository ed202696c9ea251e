/**
 * Owns the sockets of one race: starts and stops attempts as `happy_eyeballs.ts` says.
 * Must not decide when an attempt starts.
 * Invariant: when it settles, one socket is open or none, and no attempt and no timer is left.
 */

import { CancelToken } from "../base/cancel.ts";
import type { Clock, StopTimer } from "../base/clock.ts";
import { ConnectError } from "../errors.ts";
import type { Socket } from "../core/socket.ts";
import { AddressRace, type RaceStep } from "./happy_eyeballs.ts";

/** What a race is about. */
export interface RaceOptions {
  readonly clock: Clock;
  /** The name that the addresses belong to, for the error. */
  readonly host: string;
  readonly port: number;
  /** Opens one attempt. */
  readonly connect: (address: string, cancel: CancelToken) => Promise<Socket>;
  /** Milliseconds between attempts. */
  readonly delay: number;
}

/** Connects to whichever of `addresses` answers first; rejects with one `ConnectError` for all. */
export function raceConnect(
  addresses: readonly string[],
  options: RaceOptions,
  cancel: CancelToken,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const race = new AddressRace(addresses.length);
    const tokens: CancelToken[] = [];
    const errors: Error[] = [];
    let stop: StopTimer | undefined;
    let over = false;

    const settle = (): void => {
      over = true;
      stop?.();
      cancel.remove(abort);
    };
    const abort = (reason: Error): void => {
      settle();
      for (const token of tokens) token.cancel(reason);
      reject(reason);
    };
    const perform = (step: RaceStep): void => {
      if (step.do === "connect") {
        stop?.();
        stop = step.wait ? options.clock.schedule(() => perform(race.delayPassed()), options.delay, false) : undefined;
        attempt(step.index);
      } else if (step.do === "lose") {
        settle();
        reject(joinErrors(errors, addresses, options));
      }
    };
    const attempt = (index: number): void => {
      const token = tokens[index] = new CancelToken();
      options.connect(addresses[index]!, token).then((socket) => {
        const step = over ? undefined : race.succeeded(index);
        if (step?.do !== "win") return socket.close();
        settle();
        const lost = new ConnectError("Another address of the name answered first");
        for (const loser of step.losers) tokens[loser]!.cancel(lost);
        resolve(socket);
      }, (error: Error) => {
        errors[index] = error;
        if (!over) perform(race.failed(index));
      });
    };

    if (cancel.reason !== undefined) return reject(cancel.reason);
    cancel.add(abort);
    perform(race.start());
  });
}

/** One error for all attempts; the only one is passed on as it is. */
function joinErrors(errors: readonly Error[], addresses: readonly string[], options: RaceOptions): Error {
  if (errors.length === 1) return errors[0]!;
  const codes = errors.map((error) => error instanceof ConnectError ? error.systemCode : undefined);
  const tried = addresses.map((address, index) => codes[index] ? `${address} (${codes[index]})` : address);
  const systemCode = codes.find((code) => code !== undefined);
  return new ConnectError(`Cannot connect to ${options.host} port ${options.port}: tried ${tried.join(", ")}`, {
    host: options.host,
    port: options.port,
    addresses,
    ...(systemCode === undefined ? {} : { systemCode }),
    cause: new AggregateError(errors, "Every address failed"),
  });
}

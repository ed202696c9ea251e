/** Storms the blocking client and prints what is left: `base calls kills`; the collector has to be exposed. */

import { syncStorm } from "../sync_storm.ts";

const [base, calls, kills] = process.argv.slice(2) as [string, string, string];
console.log(JSON.stringify(await syncStorm(base, Number(calls), Number(kills))));
process.exit();

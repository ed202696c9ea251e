/** A thread that makes blocking calls of its own: tells the sum of the statuses. */

import { parentPort, workerData } from "node:worker_threads";
import { Client } from "../../../sync.ts";

const { url, calls } = workerData as { url: string; calls: number };
const client = new Client();
let sum = 0;
for (let call = 0; call < calls; call++) sum += client.get(url).status;
client.close();
parentPort!.postMessage(sum);

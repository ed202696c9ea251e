/**
 * The behaviour tests over TLS with HTTP/2 chosen by ALPN, on every runtime. In clear text they run in
 * the suite; what is about HTTP/1.1 or needs a server in clear text is counted as skipped.
 */

import { runBehaviourBy } from "../run/behaviour_by.mjs";

runBehaviourBy("h2");

/**
 * Owns the choice of the dialogue that leads through a proxy.
 * Must not know a dialogue. SOCKS is loaded when it is first asked for.
 */

import { connectTunnel } from "./connect_tunnel.ts";
import type { ProxyLeg } from "./dial.ts";
import type { ProxyLoginTools } from "./proxy_login.ts";

/** Leads through HTTP and SOCKS proxies. */
export function proxyLegWith(tools: ProxyLoginTools): ProxyLeg {
  return async (socket, context) => {
    const { scheme } = context.proxy;
    if (scheme === "http" || scheme === "https") return await connectTunnel(socket, context, tools);
    const { socksTunnel } = await import("./socks_tunnel.ts");
    return await socksTunnel(socket, context);
  };
}

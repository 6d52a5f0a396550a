/**
 * Variables that lead the agent's requests, and only those, through the tunnel; they lead before `ALL_PROXY`.
 * `NO_PROXY` is emptied: what it exempts, the tunnel connects to directly.
 * @param plainHttp the API's address is `http:` (a gateway): then plain requests go through the tunnel too
 */
export function tunnelVariables(proxyUrl: string, plainHttp: boolean): Readonly<Record<string, string>> {
  const plain: Record<string, string> = plainHttp ? { http_proxy: proxyUrl, HTTP_PROXY: proxyUrl } : {};
  return { https_proxy: proxyUrl, HTTPS_PROXY: proxyUrl, ...plain, no_proxy: '', NO_PROXY: '' };
}

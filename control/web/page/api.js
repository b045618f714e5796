// The appliance's API. Keeps the bearer token for as long as the tab is open.

const kTokenKey = "sluice-token";

export class TokenNeeded extends Error {}

export function setToken(token) {
  sessionStorage.setItem(kTokenKey, token);
}

/** The JSON at `path`; throws TokenNeeded when the appliance asks for a token or refuses ours. */
export async function getJson(path) {
  const token = sessionStorage.getItem(kTokenKey);
  const response = await fetch(path, {
    cache: "no-store",
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(5000),
  });
  if (response.status === 401) {
    throw new TokenNeeded();
  }
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return response.json();
}

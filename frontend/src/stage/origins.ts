// Every phone is an origin of its own, so that two people in one browser share no storage: http://alice.localhost:8081.

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const BARE_ADDRESS = /^(\d+(\.\d+){3}|\[.*\])$/;

/** The same server under the person's own name. On a bare IP address there are no names to give: everybody shares it. */
export function as(person: string, url: string | URL): URL {
  const own = new URL(url);
  if (LOOPBACK.test(own.hostname)) own.hostname = `${person}.localhost`;
  else if (!BARE_ADDRESS.test(own.hostname) && !own.hostname.startsWith(`${person}.`)) own.hostname = `${person}.${own.hostname}`;
  return own;
}

/** The origin of the stage that embeds this person's phone. */
export function stageOf(person: string, phone: Location | URL): string {
  const url = new URL(phone.href);
  if (url.hostname.startsWith(`${person}.`)) url.hostname = url.hostname.slice(person.length + 1);
  return url.origin;
}

/** Where the stage belongs: browsers give `localhost` subdomains of its own, and 127.0.0.1 none. */
export function home(page: Location | URL): string | null {
  const url = new URL(page.href);
  if (!LOOPBACK.test(url.hostname) || url.hostname === 'localhost') return null;
  url.hostname = 'localhost';
  return url.href;
}

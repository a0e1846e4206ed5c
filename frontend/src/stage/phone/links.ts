// Where a t.me link leads on this phone. Pure, since a wrong turn here would look like a broken wallet.

export type Destination =
  | { readonly to: 'app'; readonly startapp: string | null }
  | { readonly to: 'chat'; readonly param: string | null }
  /** `query` is a TON Connect request, or null when the app only wants the wallet in front. */
  | { readonly to: 'wallet'; readonly query: string | null }
  | { readonly to: 'share'; readonly url: string }
  /** Telegram's payment sheet. */
  | { readonly to: 'invoice'; readonly slug: string }
  | { readonly to: 'elsewhere'; readonly path: string };

const WALLET = 'sandbox_wallet';
const TON_CONNECT = 'tonconnect-';

/** `path` is what follows `https://t.me`, as in Telegram's `web_app_open_tg_link`. */
export function destination(path: string, bot: string): Destination {
  const url = new URL(path, 'https://t.me');
  const name = url.pathname.split('/')[1]?.toLowerCase();
  const startapp = url.searchParams.get('startapp');
  if (name === WALLET) return { to: 'wallet', query: request(startapp) };
  if (name === bot.toLowerCase()) {
    return startapp === null && !url.searchParams.has('startapp')
      ? { to: 'chat', param: url.searchParams.get('start') }
      : { to: 'app', startapp: startapp || null };
  }
  const slug = /^\/(?:\$|invoice\/)([\w-]+)$/.exec(url.pathname)?.[1];
  if (slug) return { to: 'invoice', slug };
  if (name === 'share') return { to: 'share', url: url.searchParams.get('url') ?? '' };
  return { to: 'elsewhere', path };
}

/** The path of a link to t.me, or null for any other address. */
export function telegramPath(link: string): string | null {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url?.protocol === 'tg:' && url.host === 'resolve') {
    const { domain = '', ...rest } = Object.fromEntries(url.searchParams);
    return `/${domain}?${new URLSearchParams(rest)}`;
  }
  return url && /^(www\.)?(t\.me|telegram\.me)$/.test(url.hostname) ? url.pathname + url.search : null;
}

/** Undoes TON Connect's packing of a query into the few characters `startapp` may hold. */
function request(startapp: string | null): string | null {
  if (!startapp?.startsWith(TON_CONNECT)) return null;
  const query = startapp.slice(TON_CONNECT.length).replaceAll('--', '%').replaceAll('__', '=').replaceAll('-', '&');
  return new URLSearchParams(query).has('r') ? query : null;
}

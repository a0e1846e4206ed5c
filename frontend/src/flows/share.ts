// A link on its way to somebody.
import { telegram } from '../base/telegram';

/** Telegram's own "forward to a chat" sheet. */
export function shareLink(url: string, words: string): void {
  telegram?.open(`https://t.me/share/url?url=${encodeURIComponent(url)}&text=${encodeURIComponent(words)}`);
}

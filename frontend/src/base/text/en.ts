// What any screen may have to say, in English; the rest stands beside whatever says it. Whole sentences, never pieces glued together: word order is a language's own.

export const en = {
  common: {
    back: 'Back',
    done: 'Done',
    loading: 'Loading',
    tryAgain: 'Try again',
    offline: 'You are offline. What you see may have changed.',
    staleTitle: 'Could not refresh',
    stale: (at: number) => `This is how things stood at ${clock(at)}.`,
    copied: 'Copied',
    notCopied: 'Your browser does not let us copy. Select the text instead.',
    showWhole: (what: string) => `${what}: show all of it`,
    copyThis: (what: string) => `Copy ${what.toLowerCase()}`,
    sandbox: 'Sandbox',
    share: 'Share',
    copyLink: 'Copy link',
    clear: 'Clear',
    more: 'Show more',
    stateOf: (state: 'done' | 'now' | 'next') => ({ done: ': done', now: ': in progress', next: ': not yet' })[state],
    today: 'Today',
    yesterday: 'Yesterday',
  },

  outside: {
    title: 'Remit lives in Telegram',
    body: 'Open it from the bot, and you are signed in by Telegram itself. There is no password to lose.',
    open: 'Open in Telegram',
    noBot: 'Ask whoever sent you here for the name of their bot.',
  },

  session: {
    title: 'We could not sign you in',
    expired: 'Your sign-in has grown old',
    expiredBody: 'Telegram signs you in when the app opens, and that was a while ago. Nothing is lost, and your money is not affected. Close the app and open it again from the chat. If this comes back, do not only minimise it: close it, send /start to the bot, and press the new button.',
    still: 'What you see here is no longer kept up to date.',
    close: 'Close the app',
  },

  problem: {
    reference: (id: string) => `Reference ${id}`,
    safe: 'Your money is where it was.',
    unknown: { happened: 'Something went wrong', advice: 'Try again in a moment.' },
    known: {
      offline: { happened: 'No connection', advice: 'Check your network and try again.' },
      timeout: { happened: 'The service is slow to answer', advice: 'Try again in a moment.' },
      unavailable: { happened: 'The service has a problem', advice: 'It is ours to repair. Try again in a moment.' },
      'chain-unreachable': { happened: 'The network cannot be read right now', advice: 'Balances and new payments return when it answers again.' },
      internal: { happened: 'The service has a problem', advice: 'It is ours to repair. Try again in a moment.' },
      'database-unavailable': { happened: 'The service is not ready just now', advice: 'Nothing is lost. Try again in a moment.' },
      busy: { happened: 'Two changes met', advice: 'Nothing was lost. Try again.' },
      'session-ended': { happened: 'This sign-in was ended', advice: 'Here or on another device. Nothing is lost, and your money is not affected. Close the app and open it again from the chat.' },
      'too-many-requests': { happened: 'Too many tries in a row', advice: 'Wait a moment, then try again.' },
      'person-unknown': { happened: 'Nobody here has this name', advice: 'They have not opened this bot yet. Send them a link, or ask for their TON address.' },
      'person-has-no-wallet': { happened: 'They have not linked a wallet', advice: 'Ask them to open this bot and connect one.' },
      'address-invalid': { happened: 'This is not a TON address', advice: 'Check that it was copied whole.' },
      'amount-invalid': { happened: 'This amount cannot be sent', advice: 'Go back and choose another.' },
      'asset-unknown': { happened: 'This asset is not accepted here', advice: 'Choose another one.' },
      'wallet-missing': { happened: 'No wallet is linked', advice: 'Connect one in Settings first.' },
      'too-many-payments': { happened: 'Too many payments wait for you', advice: 'Sign or cancel one, or wait five minutes.' },
      'proof-invalid': { happened: 'The wallet’s proof does not hold', advice: 'Nothing was linked. Try again, or use another wallet.' },
      'challenge-spent': { happened: 'That took too long', advice: 'Nothing was linked. Connect once more.' },
      'to-self': { happened: 'That would pay yourself', advice: 'Choose another recipient.' },
      'invoice-expired': { happened: 'The time to pay is over', advice: 'Nothing was taken. Ask the shop for a new invoice.' },
      'stars-only': { happened: 'This is paid in Stars here', advice: 'Nothing was sent. Open the invoice again.' },
      'stars-off': { happened: 'Stars are not taken here', advice: 'Nothing was taken. Ask the shop for another way to pay.' },
      'telegram-unreachable': { happened: 'Telegram does not answer', advice: 'Nothing was taken. Try again in a moment.' },
      'invoice-paid': { happened: 'It is paid already', advice: 'There is nothing left to do.' },
      'invoice-void': { happened: 'The shop withdrew this invoice', advice: 'Nothing was taken.' },
      'request-closed': { happened: 'This request is closed', advice: 'Nothing was paid.' },
      'payment-started': { happened: 'Too late to cancel', advice: 'The payment is already on its way.' },
      'not-found': { happened: 'We cannot find this', advice: 'The link may be old, or meant for somebody else.' },
    },
  },
};

export type Text = typeof en;

function clock(at: number): string {
  return new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false }).format(at);
}

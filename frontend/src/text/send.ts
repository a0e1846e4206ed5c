// What only whoever sends money meets: links, memos, names. It comes with those screens, in both languages.
import { computed, effect } from '@preact/signals';
import { language } from '.';
import { learn } from './problems';

export const en = {
  problems: {
    'link-expired': { happened: 'The time of this link is over', advice: 'Nothing was sent. Ask for a new one.' },
    'name-moved': { happened: 'This name has gone to somebody else', advice: 'Nothing was sent. Ask for their name of today, or for an address.' },
    'payment-twin': { happened: 'A payment just like this one is under way', advice: 'Nothing was sent by this one. Wait for the other’s result: the chain could not tell them apart.' },
    'recipient-changed': { happened: 'Their wallet has just changed', advice: 'Nothing was sent. Go back and look them up again.' },
  },
  recipient: {
    title: 'Send to',
    field: 'Username, address or link',
    placeholder: '@username, address or ton:// link',
    hint: 'Someone who uses this bot, any TON address, or a payment link.',
    scan: 'Scan a code',
    scanPrompt: 'Point the camera at a TON address or payment link',
    recent: 'Recent',
    continue: 'Continue',
    wallet: 'TON address',
  },
  openIt: 'Open it',
  ours: 'This is one of ours',
  oursBody: 'It has a page of its own, with everything there is to know about it.',
  exchange: (name: string) => `A deposit address of ${name}`,
  refused: {
    dns: () => ({ title: 'Names ending in .ton are not looked up here', body: 'Ask for the address itself.' }),
    telegram: () => ({ title: 'This Telegram link names nobody', body: 'Ask for a username, or for a TON address.' }),
    web: () => ({ title: 'This is a web address', body: 'It is no payment link that we can read. Open it in a browser, or ask for a TON address.' }),
    network: () => ({ title: 'An address of another network', body: 'Money cannot be sent there from TON. Ask for a TON address.' }),
    other: () => ({ title: 'A link of another kind', body: 'Ask for a TON address.' }),
    secret: () => ({ title: 'These look like the secret words of a wallet', body: 'Whoever has them has its money. They were not sent anywhere; delete them here, and show them to nobody.' }),
    invisible: () => ({ title: 'There is a character in it that cannot be seen', body: 'Copy it from another place, or type it by hand.' }),
    contract: (what: string) => ({ title: 'The link calls a contract', body: `It asks for “${what}”, which is not done here. Open it in your wallet.` }),
    unknown: (what: string) => ({ title: 'The link asks for more than we understand', body: `We do not know “${what}”, and leave nothing out in silence. Open it in your wallet.` }),
    twice: (what: string) => ({ title: 'The link contradicts itself', body: `It says “${what}” twice. Ask for another one.` }),
    value: (what: string) => ({ title: 'The link is damaged', body: `What it says of “${what}” cannot be read. Ask for another one.` }),
    plus: () => ({ title: 'The comment in the link is ambiguous', body: 'Some wallets read its “+” as a space. Enter address and memo by hand.' }),
    fragment: () => ({ title: 'The link asks for more than we understand', body: 'Something stands behind a “#”. Open it in your wallet.' }),
  },
  warnings: {
    first_payment: { title: 'First time', body: 'You have not paid this address before. Check that it is the right one.' },
    own_address: { title: 'This is your own wallet', body: 'You can send to yourself; only the network fee is spent.' },
    contract: { title: 'This is a contract, not a wallet', body: 'Money sent to a contract may not come back. Go on only if you know what it does.' },
    not_deployed: { title: 'Not used yet', body: 'No one has sent from this address so far. A new wallet looks like this, and so does a typing mistake.' },
    maybe_exchange: { title: 'Perhaps an exchange or a service', body: 'They know whose money it is by a memo alone. If you were given one, enter it in the review; without it the money may be credited to nobody.' },
    name_old: { title: 'This name may be old', body: 'Telegram could not be asked whose it is today. Check the address, or try again later.' },
    name_moved: { title: 'This name has changed hands', body: 'You have paid somebody else under it before. The money would go to whoever has it now.' },
  },
  named: 'Name confirmed',
  memoPlaceholder: 'Only if you were given one',
  memoBody: 'It goes onto the chain exactly like this, with nothing of ours beside it. Compare every character.',
  memoNone: 'For an exchange or a service the memo is needed: without it the money may be credited to nobody.',
};

export const ru: typeof en = {
  problems: {
    'link-expired': { happened: 'Срок этой ссылки вышел', advice: 'Ничего не отправлено. Попросите новую.' },
    'name-moved': { happened: 'Это имя перешло к другому', advice: 'Ничего не отправлено. Спросите нынешнее имя или адрес.' },
    'payment-twin': { happened: 'Точно такой же платёж уже в пути', advice: 'Этим запросом ничего не отправлено. Дождитесь того платежа: в сети их не различить.' },
    'recipient-changed': { happened: 'Кошелёк получателя только что сменился', advice: 'Ничего не отправлено. Вернитесь и найдите его снова.' },
  },
  recipient: {
    title: 'Кому',
    field: 'Имя, адрес или ссылка',
    placeholder: '@имя, адрес или ссылка ton://',
    hint: 'Тот, кто пользуется этим ботом, любой адрес TON или платёжная ссылка.',
    scan: 'Сканировать код',
    scanPrompt: 'Наведите камеру на адрес TON или платёжную ссылку',
    recent: 'Недавние',
    continue: 'Продолжить',
    wallet: 'Адрес TON',
  },
  openIt: 'Открыть',
  ours: 'Это наше',
  oursBody: 'У этого есть своя страница, где всё сказано.',
  exchange: (name) => `Адрес для пополнения: ${name}`,
  refused: {
    dns: () => ({ title: 'Имена на .ton здесь не ищут', body: 'Попросите сам адрес.' }),
    telegram: () => ({ title: 'Эта ссылка Telegram никого не называет', body: 'Попросите имя пользователя или адрес TON.' }),
    web: () => ({ title: 'Это адрес сайта', body: 'Такую платёжную ссылку мы не читаем. Откройте её в браузере или попросите адрес TON.' }),
    network: () => ({ title: 'Адрес другой сети', body: 'Из TON туда не отправить. Попросите адрес TON.' }),
    other: () => ({ title: 'Ссылка другого рода', body: 'Попросите адрес TON.' }),
    secret: () => ({ title: 'Похоже на секретные слова кошелька', body: 'У кого они, у того и деньги. Мы их никуда не отправили; сотрите их здесь и никому не показывайте.' }),
    invisible: () => ({ title: 'Внутри есть невидимый знак', body: 'Скопируйте из другого места или наберите вручную.' }),
    contract: (what) => ({ title: 'Ссылка вызывает контракт', body: `Она просит «${what}», здесь этого не делают. Откройте её в кошельке.` }),
    unknown: (what) => ({ title: 'Ссылка просит больше, чем мы понимаем', body: `«${what}» нам неизвестно, а молча мы ничего не пропускаем. Откройте её в кошельке.` }),
    twice: (what) => ({ title: 'Ссылка противоречит себе', body: `В ней дважды сказано «${what}». Попросите другую.` }),
    value: (what) => ({ title: 'Ссылка повреждена', body: `Не прочесть «${what}». Попросите другую.` }),
    plus: () => ({ title: 'Комментарий в ссылке неоднозначен', body: 'Одни кошельки читают «+» как пробел, другие нет. Введите адрес и мемо вручную.' }),
    fragment: () => ({ title: 'Ссылка просит больше, чем мы понимаем', body: 'После «#» стоит ещё что-то. Откройте её в кошельке.' }),
  },
  warnings: {
    first_payment: { title: 'Первый раз', body: 'Вы ещё не платили на этот адрес. Проверьте, что он верный.' },
    own_address: { title: 'Это ваш кошелёк', body: 'Себе платить можно; потратится только комиссия сети.' },
    contract: { title: 'Это контракт, а не кошелёк', body: 'Деньги, отправленные контракту, могут не вернуться. Продолжайте, только если знаете, что он делает.' },
    not_deployed: { title: 'Ещё не использовался', body: 'С этого адреса пока ничего не отправляли. Так выглядит и новый кошелёк, и опечатка.' },
    maybe_exchange: { title: 'Возможно, биржа или сервис', body: 'Чьи это деньги, они узнают только по мемо. Если вам его дали, впишите его при проверке; без него деньги могут никому не зачислить.' },
    name_old: { title: 'Имя могло устареть', body: 'Telegram не ответил, чьё оно сегодня. Сверьте адрес или повторите позже.' },
    name_moved: { title: 'Имя сменило владельца', body: 'Раньше под ним вы платили другому. Деньги пойдут тому, у кого оно сейчас.' },
  },
  named: 'Имя подтверждено',
  memoPlaceholder: 'Только если вам его дали',
  memoBody: 'Попадёт в сеть ровно таким, без наших добавок. Сверьте каждый знак.',
  memoNone: 'Бирже или сервису мемо необходимо: без него деньги могут никому не зачислить.',
};

export const sendText = computed(() => (language.value === 'ru' ? ru : en));

effect(() => learn(sendText.value.problems));

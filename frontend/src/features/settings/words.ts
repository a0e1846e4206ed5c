// The sentences of the settings and of what hangs on them. Fetched with those screens, in both languages.
import { effect } from '@preact/signals';
import { language } from '../../base/text';
import { learn } from '../../parts/problems';

const en = {
  problems: {
    'too-many-wallets': { happened: 'Ten wallets are linked already', advice: 'Nothing was linked. Unlink one in Settings first.' },
    'last-owner': { happened: 'A store needs an owner', advice: 'Nothing was deleted. Make somebody else one first.' },
    'still-owner': { happened: 'You own a store', advice: 'Nothing was deleted. Leave it first.' },
  },
  title: 'Settings',
  wallets: 'Wallets',
  default: 'Default',
  makeDefault: 'Make default',
  unlink: 'Unlink',
  unlinkAsk: (address: string) => `Unlink ${address}? Money in it stays yours; Remit just forgets it.`,
  addWallet: 'Add a wallet',
  linked: 'Wallet linked',
  unlinked: 'Wallet unlinked',
  notifications: 'Messages from the bot',
  notificationsBody: 'When money arrives, and when yours is final.',
  cannotMessage: 'The bot may not write to you yet.',
  language: 'Language',
  privacy: 'Privacy',
  sessions: 'Where you are signed in',
  stores: 'Your stores',
  storesBody: 'Sell, and be paid into your wallet',
  about: 'About',
  version: 'Version',
  network: 'Network',
  networkNames: { main: 'TON', test: 'TON testnet', sandbox: 'Sandbox' },
  sandboxTitle: 'You are in a sandbox',
  sandboxBody: 'Its coins are worth nothing, and it can be started over at any time.',
  forget: 'Delete my data',
  forgetAsk: 'Delete everything we know about you?',
  forgetBody: 'We forget your wallets, settings and names. Payments already on the chain stay on the chain, and your money stays in your wallet. A payment in Stars keeps your Telegram id, or it could not be returned.',
  forgetConfirm: 'Delete it all',
  forgotten: 'Your data is deleted',
  forgottenBody: 'We no longer know you. You can close the app.',
  keep: 'Keep it',
  signIns: {
    body: 'Each time Telegram opens the app, you are signed in. A sign-in lasts for as long as it is used, a week at most. None of them can move your money: for that your wallet asks you.',
    current: 'This one',
    since: (when: string) => `Signed in ${when}`,
    used: (when: string) => `Last used ${when}`,
    end: 'End',
    ended: 'Ended',
    others: 'End all others',
    othersAsk: 'End all your other sign-ins?',
    othersBody: 'At once, on every device. Whoever needs to comes back from the chat with the bot.',
    keep: 'Keep them',
    alone: 'You are signed in here and nowhere else.',
    out: 'Sign out here',
    outAsk: 'Sign out here?',
    outBody: 'You come back by opening the app from the chat. Payments on their way go on.',
    stay: 'Stay',
  },
};

export type SettingsText = typeof en;

const ru: SettingsText = {
  problems: {
    'too-many-wallets': { happened: 'Привязано уже десять кошельков', advice: 'Ничего не привязано. Сначала отвяжите один в настройках.' },
    'last-owner': { happened: 'Вы единственный владелец магазина', advice: 'Ничего не удалено. Сначала сделайте владельцем кого-то ещё.' },
    'still-owner': { happened: 'Вы владелец магазина', advice: 'Ничего не удалено. Сначала выйдите из магазина.' },
  },
  title: 'Настройки',
  wallets: 'Кошельки',
  default: 'Основной',
  makeDefault: 'Сделать основным',
  unlink: 'Отвязать',
  unlinkAsk: (address) => `Отвязать ${address}? Деньги в нём останутся вашими; Remit просто забудет адрес.`,
  addWallet: 'Добавить кошелёк',
  linked: 'Кошелёк привязан',
  unlinked: 'Кошелёк отвязан',
  notifications: 'Сообщения от бота',
  notificationsBody: 'Когда приходят деньги и когда дошли ваши.',
  cannotMessage: 'Боту пока нельзя вам писать.',
  language: 'Язык',
  privacy: 'Конфиденциальность',
  sessions: 'Где выполнен вход',
  stores: 'Ваши магазины',
  storesBody: 'Продавайте и получайте на свой кошелёк',
  about: 'О приложении',
  version: 'Версия',
  network: 'Сеть',
  networkNames: { main: 'TON', test: 'Тестовая сеть TON', sandbox: 'Песочница' },
  sandboxTitle: 'Вы в песочнице',
  sandboxBody: 'Её монеты ничего не стоят, и её можно начать заново.',
  forget: 'Удалить мои данные',
  forgetAsk: 'Удалить всё, что мы о вас знаем?',
  forgetBody: 'Мы забудем ваши кошельки, настройки и имена. Платежи в блокчейне останутся в блокчейне, а деньги в вашем кошельке. При платеже звёздами останется ваш Telegram id, иначе его нельзя вернуть.',
  forgetConfirm: 'Удалить всё',
  forgotten: 'Ваши данные удалены',
  forgottenBody: 'Мы вас больше не знаем. Приложение можно закрыть.',
  keep: 'Оставить',
  signIns: {
    body: 'Каждый раз, когда Telegram открывает приложение, вы входите в него. Вход действует, пока им пользуются, но не дольше недели. Деньги ни один из них тронуть не может: для этого кошелёк спросит вас.',
    current: 'Этот вход',
    since: (when) => `Вход ${when}`,
    used: (when) => `Последний раз ${when}`,
    end: 'Завершить',
    ended: 'Завершён',
    others: 'Завершить все остальные',
    othersAsk: 'Завершить все остальные входы?',
    othersBody: 'Сразу и на всех устройствах. Вернуться можно из чата с ботом.',
    keep: 'Оставить',
    alone: 'Вы вошли только здесь.',
    out: 'Выйти здесь',
    outAsk: 'Выйти здесь?',
    outBody: 'Вернуться можно, открыв приложение из чата. Начатые платежи дойдут.',
    stay: 'Остаться',
  },
};

export const settingsTexts: Readonly<Record<string, SettingsText>> = { en, ru };

/** In the language in force. */
export function settingsWords(): SettingsText {
  return settingsTexts[language.value] ?? en;
}

effect(() => learn(settingsWords().problems));

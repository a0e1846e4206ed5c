// What only whoever asks for money meets, and whoever opens what they were sent. It comes with those screens, in both languages.
import { computed } from '@preact/signals';
import { language } from '../../base/text';

export const en = {
  ask: {
    title: 'Request money',
    hint: 'Leave it empty and the payer chooses.',
    notePlaceholder: 'What is it for?',
    note: 'Note',
    create: 'Create link',
  },
  request: {
    asks: (name: string) => `${name} asks for`,
    asksOpen: (name: string) => `${name} asks for money`,
    chooseAmount: 'You choose how much.',
    pay: (amount: string) => `Pay ${amount}`,
    payNone: 'Pay',
    mine: 'Your request',
    mineBody: 'Show the code, or send the link. Whoever opens it pays into your wallet.',
    qr: 'QR code of the payment link',
    closeIt: 'Close request',
    closed: 'This request is closed',
    closedMine: 'The link no longer takes payments. Money already received is yours.',
    closedTheirs: 'Its owner closed it. Nothing was paid.',
    shareText: (amount: string, note: string | null) => (note ? `Please pay ${amount}: ${note}` : `Please pay ${amount}`),
    recipient: 'Recipient',
    address: 'Address',
    shareOpen: (note: string | null) => (note ? `Please pay me: ${note}` : 'Please pay me'),
  },
};

export const ru: typeof en = {
  ask: {
    title: 'Запросить деньги',
    hint: 'Оставьте пустым, и сумму выберет плательщик.',
    notePlaceholder: 'За что?',
    note: 'Заметка',
    create: 'Создать ссылку',
  },
  request: {
    asks: (name) => `${name} просит`,
    asksOpen: (name) => `${name} просит денег`,
    chooseAmount: 'Сколько, решаете вы.',
    pay: (amount) => `Заплатить ${amount}`,
    payNone: 'Заплатить',
    mine: 'Ваш запрос',
    mineBody: 'Покажите код или отправьте ссылку. Кто её откроет, заплатит на ваш кошелёк.',
    qr: 'QR-код платёжной ссылки',
    closeIt: 'Закрыть запрос',
    closed: 'Этот запрос закрыт',
    closedMine: 'По ссылке больше нельзя платить. Уже полученное остаётся у вас.',
    closedTheirs: 'Его закрыл владелец. Ничего не оплачено.',
    shareText: (amount, note) => (note ? `Пожалуйста, переведите ${amount}: ${note}` : `Пожалуйста, переведите ${amount}`),
    recipient: 'Получатель',
    address: 'Адрес',
    shareOpen: (note) => (note ? `Пожалуйста, переведите мне: ${note}` : 'Пожалуйста, переведите мне'),
  },
};

export const askText = computed(() => (language.value === 'ru' ? ru : en));

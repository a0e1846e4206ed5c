// The first run. In both languages.
import { computed } from '@preact/signals';
import { language } from '../base/text';

export const en = {
  title: 'Pay people and shops from your own wallet, right here in Telegram.',
  body: 'Remit never holds your money and cannot move it. Your wallet asks you, every time.',
  connect: 'Connect wallet',
  connecting: 'Connecting…',
  how: 'How it works',
  declinedTitle: 'Not connected',
  declined: 'You closed the wallet or declined. Nothing has been shared. Connect whenever you like.',
  greeting: (name: string) => `Hello, ${name}`,
  stores: 'Your stores',
};

export const ru: typeof en = {
  title: 'Платите людям и магазинам со своего кошелька, прямо в Telegram.',
  body: 'Remit не хранит ваши деньги и не может ими распоряжаться. Кошелёк каждый раз спрашивает вас.',
  connect: 'Подключить кошелёк',
  connecting: 'Подключаем…',
  how: 'Как это работает',
  declinedTitle: 'Кошелёк не подключён',
  declined: 'Вы закрыли кошелёк или отказались. Мы ничего не узнали. Подключите его, когда захотите.',
  greeting: (name) => `Здравствуйте, ${name}`,
  stores: 'Ваши магазины',
};

export const welcomeText = computed(() => (language.value === 'ru' ? ru : en));

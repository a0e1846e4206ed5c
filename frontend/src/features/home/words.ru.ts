import type { HomeText } from './words';

export const ru: HomeText = {
  title: 'Главная',
  balanceOf: (address) => `Баланс · ${address}`,
  scan: 'Сканировать',
  settings: 'Настройки',
  unsigned: (amount, name) => `${amount} для ${name}`,
  unsignedDetail: 'Ждёт вашего подтверждения',
  finish: 'Завершить',
  requests: 'Ваши открытые запросы',
  stores: 'Ваши магазины',
  allStores: 'Все ваши магазины',
  missing: (what) => `Сейчас не загрузить: ${what}`,
  missingBody: 'Мы продолжаем пробовать.',
  all: 'Вся история',
  empty: 'Платежей пока нет',
  emptyBody: 'Отправленное и полученное появится здесь и в чате с ботом.',
  fillTitle: 'Кошелёк пуст',
  fill: (asset) => `Пополните его: отправьте немного ${asset}, и можно платить.`,
  fillSandbox: 'Попросите у песочницы тестовых монет, и можно платить.',
};

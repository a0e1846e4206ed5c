// Pages that only tell something. Fetched with their screens, in both languages: nobody needs them for the first one.
import { language } from '../../base/text';

export const en = {
  how: {
    title: 'How it works',
    steps: [
      { title: 'Your wallet stays yours', body: 'You connect a TON wallet you already have. It proves the address is yours; we learn nothing else.' },
      { title: 'You approve each payment', body: 'Remit prepares the transfer. Your wallet shows it and asks. No approval, no payment.' },
      { title: 'The chain decides', body: 'We show each step until the network can no longer take it back. You may close the app: the bot tells both of you.' },
    ],
    fees: 'The network takes a small fee for every transfer. Remit takes none.',
  },
  privacy: {
    title: 'Privacy',
    points: [
      { title: 'What we keep', body: 'Your Telegram id, name and username; the addresses you linked; the payments made through Remit.' },
      { title: 'What anyone can see', body: 'Transfers are public on the chain, with amounts, addresses and the reference. Names are not on it.' },
      { title: 'What we never have', body: 'Your keys, your money, your contacts, your phone number.' },
      { title: 'What leaves this page', body: 'It talks to this service and to the bridge of the wallet you chose. No trackers, no third parties.' },
      { title: 'What you can do', body: 'Unlink a wallet or delete everything in Settings. It is gone at once.' },
    ],
  },
};

export const ru: typeof en = {
  how: {
    title: 'Как это работает',
    steps: [
      { title: 'Кошелёк остаётся вашим', body: 'Вы подключаете свой кошелёк TON. Он доказывает, что адрес ваш; больше мы ничего не узнаём.' },
      { title: 'Каждый платёж подтверждаете вы', body: 'Remit готовит перевод. Кошелёк показывает его и спрашивает. Без согласия нет платежа.' },
      { title: 'Решает блокчейн', body: 'Мы показываем каждый шаг, пока платёж не станет необратимым. Приложение можно закрыть: бот сообщит вам обоим.' },
    ],
    fees: 'Сеть берёт за перевод небольшую комиссию. Remit не берёт ничего.',
  },

  privacy: {
    title: 'Конфиденциальность',
    points: [
      { title: 'Что мы храним', body: 'Ваш номер, имя и имя пользователя в Telegram; привязанные адреса; платежи, сделанные через Remit.' },
      { title: 'Что видно всем', body: 'Переводы в блокчейне открыты: суммы, адреса и код платежа. Имён там нет.' },
      { title: 'Чего у нас нет', body: 'Ваших ключей, денег, контактов и номера телефона.' },
      { title: 'Что покидает эту страницу', body: 'Она говорит только с этим сервисом и с мостом выбранного вами кошелька. Без слежки и третьих лиц.' },
      { title: 'Что можете вы', body: 'Отвязать кошелёк или удалить всё в настройках. Сразу.' },
    ],
  },
};

/** In the language in force. */
export function leaflet(): typeof en {
  return language.value === 'ru' ? ru : en;
}

// The same sentences in Russian. A missing one is a type error.
import type { Text } from './en';

export const ru: Text = {
  common: {
    back: 'Назад',
    done: 'Готово',
    loading: 'Загрузка',
    tryAgain: 'Повторить',
    offline: 'Нет сети. Данные могли измениться.',
    staleTitle: 'Не удалось обновить',
    stale: (at) => `Так было в ${clock(at)}.`,
    copied: 'Скопировано',
    notCopied: 'Браузер не разрешает копировать. Выделите текст сами.',
    showWhole: (what) => `${what}: показать целиком`,
    copyThis: (what) => `Скопировать: ${what.toLowerCase()}`,
    sandbox: 'Песочница',
    share: 'Поделиться',
    copyLink: 'Скопировать ссылку',
    clear: 'Очистить',
    more: 'Показать ещё',
    stateOf: (state) => ({ done: ': готово', now: ': сейчас', next: ': впереди' })[state],
    today: 'Сегодня',
    yesterday: 'Вчера',
  },

  outside: {
    title: 'Remit живёт в Telegram',
    body: 'Откройте его из бота, и вас узнает сам Telegram. Никаких паролей.',
    open: 'Открыть в Telegram',
    noBot: 'Спросите имя бота у того, кто дал вам эту ссылку.',
  },

  session: {
    title: 'Не удалось войти',
    expired: 'Вход устарел',
    expiredBody: 'Telegram подтверждает вас при открытии приложения, а это было давно. Ничего не потеряно, с деньгами ничего не случилось. Закройте приложение и откройте его снова из чата. Если это повторится, не сворачивайте его, а закройте, отправьте боту /start и нажмите новую кнопку.',
    still: 'То, что вы здесь видите, больше не обновляется.',
    close: 'Закрыть приложение',
  },

  problem: {
    reference: (id) => `Номер обращения ${id}`,
    safe: 'Ваши деньги на месте.',
    unknown: { happened: 'Что-то пошло не так', advice: 'Повторите чуть позже.' },
    known: {
      offline: { happened: 'Нет связи', advice: 'Проверьте сеть и повторите.' },
      timeout: { happened: 'Сервис долго не отвечает', advice: 'Повторите чуть позже.' },
      unavailable: { happened: 'В сервисе неполадка', advice: 'Чинить её нам. Повторите чуть позже.' },
      internal: { happened: 'В сервисе неполадка', advice: 'Чинить её нам. Повторите чуть позже.' },
      'chain-unreachable': { happened: 'Сеть сейчас не читается', advice: 'Балансы и новые платежи вернутся, когда она ответит.' },
      'database-unavailable': { happened: 'Сервис сейчас не готов', advice: 'Ничего не потеряно. Попробуйте ещё раз через минуту.' },
      busy: { happened: 'Встретились два изменения', advice: 'Ничего не потеряно. Повторите.' },
      'session-ended': { happened: 'Этот вход завершён', advice: 'Здесь или на другом устройстве. Ничего не потеряно, с деньгами ничего не случилось. Закройте приложение и откройте его снова из чата.' },
      'too-many-requests': { happened: 'Слишком много попыток', advice: 'Подождите немного и повторите.' },
      'person-unknown': { happened: 'Здесь нет никого с таким именем', advice: 'Этот человек ещё не открывал бота. Пришлите ему ссылку или спросите адрес TON.' },
      'person-has-no-wallet': { happened: 'Кошелёк не привязан', advice: 'Попросите этого человека открыть бота и подключить кошелёк.' },
      'address-invalid': { happened: 'Это не адрес TON', advice: 'Проверьте, что он скопирован целиком.' },
      'amount-invalid': { happened: 'Такую сумму отправить нельзя', advice: 'Вернитесь и выберите другую.' },
      'asset-unknown': { happened: 'Этот актив здесь не принимают', advice: 'Выберите другой.' },
      'wallet-missing': { happened: 'Кошелёк не привязан', advice: 'Сначала подключите его в настройках.' },
      'too-many-payments': { happened: 'Слишком много платежей ждут вас', advice: 'Подпишите или отмените один, либо подождите пять минут.' },
      'proof-invalid': { happened: 'Доказательство кошелька не сходится', advice: 'Ничего не привязано. Повторите или возьмите другой кошелёк.' },
      'challenge-spent': { happened: 'Прошло слишком много времени', advice: 'Ничего не привязано. Подключите ещё раз.' },
      'to-self': { happened: 'Это платёж самому себе', advice: 'Выберите другого получателя.' },
      'invoice-expired': { happened: 'Время на оплату вышло', advice: 'Ничего не списано. Попросите у магазина новый счёт.' },
      'stars-only': { happened: 'Здесь платят звёздами', advice: 'Ничего не отправлено. Откройте счёт заново.' },
      'stars-off': { happened: 'Звёзды здесь не принимают', advice: 'Ничего не списано. Спросите у магазина другой способ.' },
      'telegram-unreachable': { happened: 'Telegram не отвечает', advice: 'Ничего не списано. Попробуйте чуть позже.' },
      'invoice-paid': { happened: 'Уже оплачено', advice: 'Больше ничего делать не нужно.' },
      'invoice-void': { happened: 'Магазин отозвал счёт', advice: 'Ничего не списано.' },
      'request-closed': { happened: 'Этот запрос закрыт', advice: 'Ничего не оплачено.' },
      'payment-started': { happened: 'Отменить уже нельзя', advice: 'Платёж в пути.' },
      'not-found': { happened: 'Мы этого не нашли', advice: 'Ссылка могла устареть или предназначаться другому.' },
    },
  },
};

function clock(at: number): string {
  return new Intl.DateTimeFormat('ru', { hour: '2-digit', minute: '2-digit' }).format(at);
}

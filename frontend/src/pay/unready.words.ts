// What the pay page says while the service does not tell it whom to ask for a wallet. In both languages.
import { language } from '../base/text';

const en = {
  title: 'The service does not answer',
  body: 'Until it does, no wallet can be asked from here. We keep trying.',
};

const ru: typeof en = {
  title: 'Сервис не отвечает',
  body: 'Пока это так, отсюда нельзя обратиться к кошельку. Мы продолжаем пробовать.',
};

export function unreadyWords(): typeof en {
  return language.value === 'ru' ? ru : en;
}

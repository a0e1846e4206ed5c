// Every screen but home, which most people see first, as one chunk: fetched while the first screen is being read.
export { Activity } from './activity';
export { AmountScreen } from './amount';
export { Ask } from './ask';
export { How } from './how';
export { InvoiceScreen } from './invoice';
export { PaymentScreen } from './payment';
export { Privacy } from './privacy';
export { RecipientScreen } from './recipient';
export { RequestScreen } from './request';
export { Review } from './review';
export { Sessions } from './sessions';
export { Settings } from './settings';
export { Welcome } from './welcome';

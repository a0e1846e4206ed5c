// Every screen but home, which most people see first, as one chunk: fetched while the first screen is being read.
export { Activity } from './activity/activity';
export { AmountScreen } from './send/amount';
export { Ask } from './requests/ask';
export { How } from './about/how';
export { InvoiceScreen } from './invoices/invoice';
export { PaymentScreen } from './send/payment';
export { Privacy } from './about/privacy';
export { RecipientScreen } from './send/recipient';
export { RequestScreen } from './requests/request';
export { Review } from './send/review';
export { Sessions } from './settings/sessions';
export { Settings } from './settings/settings';
export { Welcome } from '../flows/welcome';

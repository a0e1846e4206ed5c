// Everything there is: one line a feature.
export * from './home';
export * from './send';
export * from './activity';
export * from './requests';
export * from './invoices';
export * from './settings';
export * from './about';
export * from './store';

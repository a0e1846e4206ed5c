// What the service takes and answers, from its description, backend/openapi.json. Made by scripts/gen: do not edit.

export interface Schemas {
  /** One asset that an invoice may be paid in. */
  readonly AcceptedAsset: {
    readonly asset: string;
    /** What is due if all of it is paid in this asset; the least of an open amount, or nothing. */
    readonly money: Schemas['Money'];
    /** The rate that it was reckoned with, if there was need of one. */
    readonly rate: Schemas['AcceptedRate'] | null;
    /** What came in this asset. */
    readonly received: Schemas['Money'];
    /** What has gone back to whoever had paid in this asset. */
    readonly refunded: Schemas['Money'];
    /** What is still missing if the rest is paid in this asset, rounded up to its smallest unit. */
    readonly remaining: Schemas['Money'];
    /** For any wallet: it opens with everything filled in. */
    readonly ton_link: string;
  };
  /** What one whole unit of an accepted asset was worth when it was reckoned: when the invoice was made, or when its price in fiat was last renewed. */
  readonly AcceptedRate: {
    /** When the oldest of them said so. */
    readonly at: string;
    readonly currency: string;
    /** The sources that agreed on it. */
    readonly sources: readonly string[];
    /** Decimal. */
    readonly value: string;
  };
  /** An API key. The key itself was shown once, when it was made. */
  readonly ApiKey: {
    /** Addresses and networks it may be used from; empty: anywhere. */
    readonly allowed_ips: readonly string[];
    readonly created_at: string;
    /** From when it may also change keys and people; until then it does everything else, and any owner can stop it. `null`: it does all that its scopes say. */
    readonly effective_at: string | null;
    readonly expires_at: string | null;
    /** Its first characters, to recognise it by. */
    readonly hint: string;
    readonly id: string;
    /** To the minute. */
    readonly last_used_at: string | null;
    readonly name: string | null;
    readonly revoked_at: string | null;
    /** What it may do, such as `invoices:write`; `null`: everything. */
    readonly scopes: readonly Schemas['Scope'][] | null;
  };
  /** What a payment link asks for. */
  readonly AskedView: {
    readonly asset: string | null;
    /** Refused from then on. */
    readonly good_until: string | null;
    readonly memo: string | null;
    readonly money: Schemas['Money'] | null;
  };
  readonly AssetView: {
    readonly asset: string;
    readonly decimals: number;
    /** The jetton master's address: the only thing an asset is known by. */
    readonly master: string | null;
    readonly name: string;
  };
  /** Money that names an invoice and cannot pay it. It is in the shop's wallet; only the shop can send it back. */
  readonly Astray: {
    /** Block time. */
    readonly at: string;
    /** Hash of the receiving transaction, hex. */
    readonly hash: string;
    readonly money: Schemas['Money'];
    readonly reason: Schemas['Reason'];
    /** What has gone back of it. */
    readonly refunded: Schemas['Money'];
  };
  /** What the money was for. */
  readonly AttachRequest: {
    readonly invoice: string;
    /** For your own records, at most 500 characters. */
    readonly note?: string | null;
  };
  /** What each linked wallet holds of each accepted asset. */
  readonly BalancesView: {
    readonly as_of: string;
    readonly data: readonly Schemas['WalletBalances'][];
  };
  readonly ChallengeView: {
    readonly expires_at: string;
    /** Give it to TON Connect as the `tonProof` request. 64 hex digits. */
    readonly payload: string;
  };
  readonly ChangeKind: 'payout' | 'owner_invited' | 'owner_made' | 'owner_lowered' | 'owner_removed' | 'key';
  readonly ChangeStatus: 'waiting' | 'done' | 'canceled';
  /** What to change; whatever is left out stays. */
  readonly Changes: {
    /** A language tag such as `en`. */
    readonly language?: string | null;
    readonly notifications?: boolean | null;
  };
  /** What speaks for an invoice, or against it. */
  readonly Clue: 'reference' | 'reference_mistyped' | 'reference_part' | 'named' | 'known_payer' | 'exact_amount' | 'in_time' | 'shortly_after' | 'other_asset' | 'over';
  /** The SDK's `Account`. */
  readonly ConnectedAccount: {
    /** `workchain:hex`. */
    readonly address: string;
    /** The network's id. */
    readonly chain: string;
    /** Hex. */
    readonly publicKey?: string;
    /** A bag of cells in base64. */
    readonly walletStateInit: string;
  };
  /** Who has decided about it, and when. */
  readonly DecisionView: {
    readonly at: string;
    /** The API key that was used. */
    readonly by: string;
    readonly note: string | null;
  };
  /** Something that somebody did. */
  readonly Deed: Schemas['EventView'] & {
    /** The key's id, `key_…`, or the person's, `usr_…`; `operator` is whoever runs this service. What took place after a wait is whose who asked for it. */
    readonly by: string;
    /** The person's name or the key's, while they are known. */
    readonly by_name: string | null;
  };
  readonly DeliveryState: 'due' | 'delivered' | 'dead';
  readonly Direction: 'in' | 'out';
  readonly DisabledReason: 'merchant' | 'gone' | 'failing';
  /** What to change; what is left out stays. */
  readonly EndpointChange: {
    /** `null` takes it away. */
    readonly description?: string | null;
    /** `false` gives up whatever waits; `true` begins anew, also after the service has disabled it. */
    readonly enabled?: boolean | null;
    /** Of a `cryptobot` endpoint: the id of the API key that signs from now on. */
    readonly key?: string | null;
    /** The whole new list; empty for every event. */
    readonly types?: readonly string[] | null;
    readonly url?: string | null;
  };
  /** An endpoint to be made. */
  readonly EndpointRequest: {
    /** For yourself. At most 500 characters. */
    readonly description?: string | null;
    /** `cryptobot` sends CryptoBot's `invoice_paid`, for `invoice.paid` alone. Default `standard`. */
    readonly format?: Schemas['WebhookFormat'] | null;
    /** With `cryptobot`: the id of the API key whose holder verifies. Default: the key you call with. */
    readonly key?: string | null;
    /** Only events of these types. Empty, or left out: every event. */
    readonly types?: readonly string[] | null;
    /** Where to send events: https on port 443 or 8443, at a public address. In the sandbox also http to this machine, on any port. */
    readonly url: string;
  };
  readonly EndpointStatus: 'enabled' | 'disabled';
  /** An endpoint with its signing secret, which is shown only now. */
  readonly EndpointWithSecret: Schemas['WebhookEndpoint'] & {
    /** Verifies `v1` signatures (HMAC-SHA256). Keep it like a password; it is not shown again. */
    readonly secret: string;
  };
  /** One event. */
  readonly EventView: {
    readonly created_at: string;
    /** The object as it was at that moment. */
    readonly data: Readonly<Record<string, unknown>>;
    readonly id: string;
    readonly livemode: boolean;
    /** Gap-free per account, but for a gap that `feed.restored` tells of. Remember the last one you handled: that is the whole algorithm. */
    readonly seq: number;
    readonly type: string;
  };
  /** A price in fiat, as a merchant names it. */
  readonly FiatPrice: {
    /** Decimal, exact, above zero. */
    readonly amount: string;
    /** A code of ISO 4217 that this service knows rates in; `GET /v1/rates` lists them. */
    readonly currency: string;
  };
  /** What money was worth in fiat when it settled. */
  readonly FiatValue: {
    /** Decimal, rounded to the currency's minor unit. */
    readonly amount: string;
    /** The currency this service reports in. */
    readonly currency: string;
    /** What one whole unit of the asset was worth then. */
    readonly rate: string;
  };
  readonly Goods: 'physical' | 'service' | 'digital';
  /** Whose it is. */
  readonly HookShop: {
    readonly name: string;
  };
  /** Why nothing is to be done. */
  readonly IgnoreRequest: {
    /** For your own records, at most 500 characters. */
    readonly note?: string | null;
  };
  /** This service, for its clients. */
  readonly Info: {
    /** Append an object's id to open the Mini App there. */
    readonly app_url: string;
    readonly assets: readonly Schemas['AssetView'][];
    /** The newest masterchain block up to which this service has read every account: what is in it has been counted. */
    readonly block: number;
    readonly bot_username: string | null;
    readonly explorer_url: string | null;
    /** How long a payment usually takes to become final. */
    readonly finality_seconds: number;
    readonly manifest_url: string;
    /** The network's global id: `-239` is the real one. */
    readonly network: string;
    readonly public_url: string;
    /** Whether all of this is play. */
    readonly sandbox: boolean;
    readonly ticker: string;
    readonly version: string;
    readonly wallets_url: string;
  };
  /** An offer to belong to a store. */
  readonly Invitation: {
    readonly created_at: string;
    /** From when whoever takes it is an owner; until then they read along as support, and any owner can stop it. `null`: it does not wait. */
    readonly effective_at: string | null;
    readonly expires_at: string;
    readonly id: string;
    readonly role: Schemas['Role'];
  };
  /** An invoice as its merchant sees it. */
  readonly Invoice: Schemas['PublicInvoice'] & {
    /** Whether you took what had come as enough, although it was too little or too late. */
    readonly accepted_by_hand: boolean;
    /** Opens the invoice inside Telegram. */
    readonly app_url: string;
    /** Your own name for it. */
    readonly external_id: string | null;
    /** Whether the money is real. */
    readonly livemode: boolean;
    /** Whatever you gave along. */
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly object: string;
    /** Every transfer that paid it, oldest first. */
    readonly payments: readonly Schemas['InvoicePayment'][];
    /** What has gone back so far of the asset it is made out in; of the others it stands in `accepted`. */
    readonly refunded: Schemas['Money'];
    /** What goes back of it, oldest first. */
    readonly refunds: readonly Schemas['RefundBrief'][];
    /** Every payment in Stars, oldest first. */
    readonly star_payments: readonly Schemas['InvoiceStarPayment'][];
    /** How much may be missing, in hundredths of a percent of what is due. */
    readonly tolerance_bps: number;
    /** Told of this invoice's events, beside your webhook endpoints. */
    readonly webhook_url: string | null;
  };
  readonly InvoiceException: 'none' | 'underpaid' | 'overpaid' | 'late';
  /** A price in fiat, and the rate that it is held at. */
  readonly InvoiceFiat: {
    /** Decimal, with all the currency's digits. */
    readonly amount: string;
    /** When the oldest of them said so. */
    readonly at: string;
    readonly currency: string;
    /** What one whole unit of the asset was worth, decimal. */
    readonly rate: string;
    /** Until when the price is held at this rate. Whoever comes to pay later pays what is then missing of it, at the rate of then: `POST /v1/public/invoices/{id}/renew`. */
    readonly rate_expires_at: string;
    /** The sources that agreed on it. */
    readonly sources: readonly string[];
  };
  /** A transfer that paid an invoice. */
  readonly InvoicePayment: {
    /** Block time. */
    readonly at: string;
    /** Masterchain block. */
    readonly block: number;
    /** What it was worth when it settled, if a rate could be trusted then. */
    readonly fiat_value: Schemas['FiatValue'] | null;
    /** Who sent it. An exchange's wallet is nobody to pay back to. */
    readonly from: string | null;
    /** Hash of the receiving transaction, hex. */
    readonly hash: string;
    readonly id: string;
    /** Whether its block is later than the invoice's end. */
    readonly late: boolean;
    /** Logical time of the receiving transaction. */
    readonly lt: string;
    readonly money: Schemas['Money'];
  };
  /** Where money that paid is written on the chain. */
  readonly InvoiceReceipt: {
    /** Block time. */
    readonly at: string;
    /** Masterchain block. */
    readonly block: number;
    /** Hash of the receiving transaction, hex. */
    readonly hash: string;
    readonly received: Schemas['Money'];
  };
  /** An invoice to be made. */
  readonly InvoiceRequest: {
    /** Every asset it may be paid in; `asset` is always one of them. What is due in each is reckoned now, at rates that several sources agree on; it stays as it is, or with `fiat` for `rate_expires_in`, and without `fiat` expires_in is at most 86400 with it. Without such rates nothing is created. */
    readonly accepted_assets?: readonly string[] | null;
    /** Decimal, exact, above zero. This, or `fiat`, or `open_amount`. */
    readonly amount?: string | null;
    /** The asset it is made out in: `amount` and `min_amount` are of it. */
    readonly asset: string;
    /** What it is for: the customer reads it. At most 500 characters. */
    readonly description?: string | null;
    /** Seconds (not milliseconds) until it expires, 60 to 2678400. Default 900. */
    readonly expires_in?: number | null;
    /** Your own name for it. The same name with the same terms gives the same invoice again. */
    readonly external_id?: string | null;
    /** A price in fiat instead: the amount is reckoned now, at a rate that several sources agree on, and held for `rate_expires_in`. Whoever comes to pay later pays at the rate of then. Without such a rate nothing is created. */
    readonly fiat?: Schemas['FiatPrice'] | null;
    /** What is sold: `physical`, `service` or `digital`. Default `physical`. Inside Telegram digital goods are paid in Stars only. */
    readonly goods_kind?: Schemas['Goods'] | null;
    /** A JSON object that is kept and given back, 4 KiB at most. Customers never see it. */
    readonly metadata?: Readonly<Record<string, unknown>> | null;
    /** With `open_amount`: the least that pays it, decimal, in `asset`. */
    readonly min_amount?: string | null;
    /** Let whoever pays decide how much: a donation, a tip, a stall. Whatever comes pays it. */
    readonly open_amount?: boolean | null;
    /** Shown to whoever has paid, and to nobody before: a code, a link, thanks. At most 2048 characters, line breaks too. */
    readonly paid_message?: string | null;
    /** With `fiat`: how many seconds a rate is held, 300 to 86400. Default 900. So long you give the payer the choice whether the rate is a good one, so no longer than they need. */
    readonly rate_expires_in?: number | null;
    /** Where the pay page leads in the end: an https address. */
    readonly return_url?: string | null;
    /** For `digital` goods: the price in Telegram Stars, 1 to 10000, beside the one above. Without it the invoice cannot be paid inside Telegram. */
    readonly stars?: number | null;
    /** How much may be missing, in hundredths of a percent of the amount: 0 to 500. Default 0. Some wallets and exchanges take their fee from what they send. */
    readonly tolerance_bps?: number | null;
    /** An address that is sent this invoice's events, beside your webhook endpoints. Make the secret it is signed with once, by `POST /v1/webhook_secret`. */
    readonly webhook_url?: string | null;
  };
  /** The keys that sign what is sent to the addresses of invoices. */
  readonly InvoiceSecretView: {
    /** What deliveries to those addresses name as their endpoint. */
    readonly endpoint: string;
    readonly object: string;
    /** Until when the secret before still signs. */
    readonly old_secret_until: string | null;
    /** Verifies `v1a` signatures. Newest first. */
    readonly public_keys: readonly string[];
    /** Verifies `v1` signatures. Shown when it is made, and never again. */
    readonly secret: string | null;
  };
  /** A payment in Telegram Stars. */
  readonly InvoiceStarPayment: {
    /** By Telegram's clock. */
    readonly at: string;
    readonly id: string;
    /** Whether that was after the invoice's end. */
    readonly late: boolean;
    readonly money: Schemas['Money'];
    /** Telegram's name for it: the payer sees it in their Stars, and support asks for it. */
    readonly telegram_payment_charge_id: string;
  };
  /** A price in Telegram Stars, and what came and went of it. */
  readonly InvoiceStars: {
    /** The whole price, beside the one on the chain: either pays the invoice. */
    readonly price: Schemas['Money'];
    /** All Stars that came, also late or once more. */
    readonly received: Schemas['Money'];
    /** What Telegram has given back. */
    readonly refunded: Schemas['Money'];
  };
  readonly InvoiceStatus: 'open' | 'processing' | 'paid' | 'expired' | 'void';
  /** How a key is spelled. Whatever it looks like, it opens the same. */
  readonly KeyFormat: 'remit' | 'cryptobot';
  readonly LineKind: 'payment' | 'refund';
  /** A change, with the names of those who still belong to the store. */
  readonly ListedRightsChange: Schemas['RightsChange'] & {
    /** The person's name, or the key's. */
    readonly asked_by_name: string | null;
    /** The name of whose role changes. */
    readonly person_name: string | null;
  };
  readonly Mark: 'created' | 'rate_renewed' | 'seen' | 'gone' | 'received' | 'late' | 'unpriced' | 'unmatched' | 'stars' | 'stars_late' | 'paid' | 'expired' | 'void' | 'accepted';
  /** You, as this service knows you. */
  readonly Me: {
    /** Whether the bot may write to you at all. */
    readonly can_message: boolean;
    readonly first_name: string;
    readonly id: string;
    readonly language: string;
    /** Whether the bot tells you of payments. */
    readonly notifications: boolean;
    readonly username: string | null;
    readonly wallets: readonly Schemas['WalletView'][];
  };
  /** Somebody who belongs to a store. */
  readonly MemberView: {
    readonly first_name: string;
    readonly id: string;
    readonly role: Schemas['Role'];
    readonly since: string;
    readonly username: string | null;
    /** Whether it is you. */
    readonly you: boolean;
  };
  /** The people of a store, and those who may still come. */
  readonly MembersView: {
    readonly data: readonly Schemas['MemberView'][];
    /** Invitations that can still be taken. */
    readonly invitations: readonly Schemas['Invitation'][];
  };
  /** A merchant's account. */
  readonly MerchantView: {
    /** The wallet that is paid. */
    readonly address: string;
    readonly id: string;
    /** The number of the newest event in your feed; 0 before the first one. */
    readonly last_seq: number;
    /** Whether the money is real. */
    readonly livemode: boolean;
    readonly name: string;
    /** Since when it is that wallet. */
    readonly payout_since: string;
  };
  /** What the merchant's wallet has to sign. */
  readonly MessageView: {
    readonly refund: Schemas['Refund'];
    /** Pass it to TON Connect as it is. */
    readonly transaction: Schemas['Transaction'];
  };
  /** An amount of an asset, for people and for programs. Never a JSON number. */
  readonly Money: {
    /** Decimal, exact. */
    readonly amount: string;
    readonly asset: string;
    readonly decimals: number;
    /** The same in smallest units. */
    readonly units: string;
  };
  /** An invitation, this once with its link. */
  readonly NewInvitationView: Schemas['Invitation'] & {
    /** Opens the Mini App. It makes one person a member, so give it to that person only; it cannot be shown again. */
    readonly link: string;
  };
  /** A key to be made. */
  readonly NewKey: {
    /** Addresses and networks it may be used from, such as `203.0.113.0/24`; at most 50. */
    readonly allowed_ips?: readonly string[];
    /** Seconds until it ends, 60 to ten years. Left out: as long as the calling key. */
    readonly expires_in?: number | null;
    /** `remit`, or `cryptobot` for a library of CryptoBot's that looks at the token itself: the key is then written `123456:` and 35 letters and digits. It may do the same everywhere. */
    readonly format?: Schemas['KeyFormat'];
    /** What it is for: at most 100 characters on one line. */
    readonly name?: string | null;
    /** Such as `invoices:write` (which includes reading) or `events:read`. Left out: everything that the calling key may do. */
    readonly scopes?: readonly Schemas['Scope'][] | null;
  };
  /** A new key, this once with the key itself. */
  readonly NewKeyView: Schemas['ApiKey'] & {
    /** Keep it safe: it is kept nowhere here, and cannot be shown again. */
    readonly key: string;
  };
  /** What to pay, and to whom. */
  readonly NewPayment: {
    /** Decimal, exact, above zero. */
    readonly amount: string;
    readonly asset: string;
    /** Which of your linked wallets pays; your default one if left out. */
    readonly from?: string | null;
    /** What an exchange or a service knows its customer by. It is the whole comment on the chain, exactly as it is given, with no reference of ours; so only for an address that is nobody's here, and without a note. 500 bytes at most, on one line. */
    readonly memo?: string | null;
    /** For the payee. It is written on the chain, where everybody can read it. */
    readonly note?: string | null;
    /** `@username` of somebody who has linked a wallet here, an address in any form, or a payment link. */
    readonly to: string;
  };
  /** Where the store is to be paid. */
  readonly NewPayout: {
    /** A wallet that you have linked, and thereby proven. */
    readonly wallet: string;
  };
  /** What to ask for. */
  readonly NewRequestBody: {
    /** Decimal, exact, above zero. Left out, the payer decides. */
    readonly amount?: string | null;
    readonly asset: string;
    /** Seconds until it closes by itself, 60 to 31536000. Left out, it stays open. */
    readonly expires_in?: number | null;
    /** What it is for. At most 200 characters. */
    readonly note?: string | null;
  };
  /** A store to be opened. */
  readonly NewStore: {
    /** What payers read: 1 to 64 characters on one line. */
    readonly name: string;
    /** The wallet that is paid: one that you have linked. */
    readonly wallet: string;
  };
  /** What somebody is invited to. */
  readonly OfferView: {
    /** From when you are an owner; until then you read along as support. `null`: it does not wait. */
    readonly effective_at: string | null;
    readonly expires_at: string;
    /** The store's name. */
    readonly name: string;
    readonly role: Schemas['Role'];
  };
  /** One of your open sessions. Nothing of it opens it. */
  readonly OpenSession: {
    readonly created_at: string;
    /** Whether this call was made with it. */
    readonly current: boolean;
    /** When it ends if it is not used again. */
    readonly expires_at: string;
    readonly id: string;
    /** To within five minutes. */
    readonly last_used_at: string;
  };
  readonly Part: 'agrees' | 'deviates' | 'stale' | 'silent';
  /** One side of a payment. */
  readonly Party: {
    readonly address: string | null;
    readonly kind: Schemas['PartyKind'];
    readonly me: boolean;
    /** A first name, a shop's name, or a short form of the address. */
    readonly name: string;
    readonly username: string | null;
  };
  readonly PartyKind: 'person' | 'shop' | 'address';
  /** What the wallet has to sign. */
  readonly PayAnswer: {
    /** How much of what it pays. */
    readonly money: Schemas['Money'];
    /** The payment in your own activity, if you called with a session and this wallet is yours. */
    readonly payment: Schemas['PaymentView'] | null;
    /** Pass it to TON Connect as it is. */
    readonly transaction: Schemas['Transaction'];
  };
  /** Who is going to pay. */
  readonly PayRequest: {
    /** How much, decimal: of an open amount, and only there. */
    readonly amount?: string | null;
    /** One of the accepted assets; the one the invoice is made out in if left out. */
    readonly asset?: string | null;
    /** The address of the wallet that will sign. */
    readonly from: string;
  };
  /** How much to pay. */
  readonly PayRequestBody: {
    /** Needed when the request leaves the amount open. */
    readonly amount?: string | null;
    /** Which of your linked wallets pays; your default one if left out. */
    readonly from?: string | null;
  };
  /** Money on its way from one side to the other. */
  readonly PaymentView: {
    readonly created_at: string;
    readonly direction: Schemas['Direction'];
    readonly from: Schemas['Party'] | null;
    readonly id: string;
    /** The whole comment, for an address that knows its customers by it. */
    readonly memo: string | null;
    /** What was asked for, or what came when nothing was. */
    readonly money: Schemas['Money'];
    readonly note: string | null;
    readonly progress: readonly Schemas['Step'][];
    readonly purpose: Schemas['PurposeView'];
    /** What the transfer's comment begins with, unless it is a memo. */
    readonly reference: string | null;
    readonly settlement: Schemas['Settlement'] | null;
    readonly status: Schemas['Stage'];
    readonly to: Schemas['Party'];
    /** For the payer, as long as it can be signed: pass it to TON Connect as it is. */
    readonly transaction: Schemas['Transaction'] | null;
    readonly valid_until: string | null;
  };
  /** A store's move to another wallet. */
  readonly PayoutChange: {
    /** The person who has asked, `usr_…`. */
    readonly asked_by: string;
    readonly created_at: string;
    /** When it takes place by the chain's clock, unless an owner cancels it. */
    readonly due_at: string;
    /** When it took place, or was canceled. */
    readonly ended_at: string | null;
    /** The wallet that is paid until then. */
    readonly from: string;
    readonly id: string;
    /** The store, `acc_…`. */
    readonly merchant: string;
    /** Its name. */
    readonly shop: string;
    readonly status: Schemas['ChangeStatus'];
    /** The wallet that is paid from then on. */
    readonly to: string;
  };
  /** The body of a problem, RFC 9457. */
  readonly ProblemBody: {
    readonly detail: string;
    /** With `unknown-position`: the newest number of your feed below the one you sent. Read on after it. */
    readonly last_seq?: number;
    /** With `unknown-position`: the first number above it, once there is one. */
    readonly next_seq?: number;
    /** Quote it when you ask for help. */
    readonly request_id: string;
    readonly status: number;
    readonly title: string;
    /** A stable reference, such as `/problems/invoice-expired`; it can be opened in a browser. */
    readonly type: string;
  };
  /** The host that the wallet showed. */
  readonly ProofDomain: {
    readonly lengthBytes: number;
    readonly value: string;
  };
  /** An invoice as whoever is to pay it may see it. */
  readonly PublicInvoice: {
    /** Every asset it may be paid in, the one it is made out in first. One reference serves them all, and money of several adds up by its share of what is due in each. */
    readonly accepted: readonly Schemas['AcceptedAsset'][];
    /** The merchant's wallet. */
    readonly address: string | null;
    /** What came with its reference and cannot pay it, such as another asset; oldest first. */
    readonly astray: readonly Schemas['Astray'][];
    readonly created_at: string;
    readonly description: string | null;
    readonly exception: Schemas['InvoiceException'];
    /** By the chain's clock. Money in a block after it is late. */
    readonly expires_at: string;
    /** The price in fiat that it was reckoned from, if there was one. */
    readonly fiat: Schemas['InvoiceFiat'] | null;
    /** What is sold. Inside Telegram `digital` goods are paid in Stars only. */
    readonly goods_kind: Schemas['Goods'];
    /** Whether the shop has a word for whoever pays. */
    readonly has_paid_message: boolean;
    readonly id: string;
    /** The least of an open amount, if there is a minimum. */
    readonly min_amount: Schemas['Money'] | null;
    /** What is due; of a price in fiat, what has come and what is missing of it at the present rate. Of an open amount: what has come, once it is paid, and until then the least that will do. */
    readonly money: Schemas['Money'];
    /** Whether whoever pays decides how much. */
    readonly open_amount: boolean;
    readonly paid_at: string | null;
    /** That word: for whoever has paid, and for nobody else who has the link. `null` before. */
    readonly paid_message: string | null;
    /** A page that anybody can pay at. */
    readonly pay_url: string;
    /** How far the newest payment has come. */
    readonly progress: readonly Schemas['Step'][];
    /** Where the money that paid it is written on the chain, oldest first. */
    readonly receipts: readonly Schemas['InvoiceReceipt'][];
    /** Everything that came on the chain, also late or too much. Other assets count by the invoice's rates, rounded down; what came in each stands in `accepted`. */
    readonly received: Schemas['Money'];
    /** What the transfer's comment must begin with. This, `address` and `ton_link` are null for digital goods inside Telegram, that is for whoever asks with a session. */
    readonly reference: string | null;
    /** What is still missing. */
    readonly remaining: Schemas['Money'];
    readonly return_url: string | null;
    readonly shop: Schemas['Shop'];
    /** How it can be paid in Telegram Stars, if it can. */
    readonly stars: Schemas['InvoiceStars'] | null;
    readonly status: Schemas['InvoiceStatus'];
    /** For any wallet: it opens with everything filled in. */
    readonly ton_link: string | null;
  };
  readonly PurposeKind: 'send' | 'invoice' | 'request' | 'refund' | 'income';
  readonly PurposeView: {
    readonly description: string | null;
    /** The invoice's, request's or refund's id. */
    readonly id: string | null;
    readonly kind: Schemas['PurposeKind'];
  };
  /** What was put into the queue. */
  readonly RangeAnswer: {
    /** How many events are sent again. */
    readonly count: number;
    readonly has_more: boolean;
    /** The last event looked at: where more follows, send it as `after_seq`. */
    readonly last_seq: number;
  };
  /** Which part of the feed to send again; by number, by time, or both. */
  readonly RangeRequest: {
    /** Events after this number. */
    readonly after_seq?: number | null;
    /** Also what the endpoint has taken already. Default false. */
    readonly include_delivered?: boolean;
    /** Events of this moment or later. */
    readonly since?: string | null;
    /** Events of this moment or earlier. */
    readonly until?: string | null;
    /** Up to this number, and with it. */
    readonly until_seq?: number | null;
  };
  /** What one whole unit of an asset is worth. */
  readonly Rate: {
    readonly asset: string;
    /** How old a trusted rate is: when the oldest of the sources that agree was asked. */
    readonly at: string | null;
    readonly currency: string;
    /** Why not. */
    readonly reason: string | null;
    readonly sources: readonly Schemas['RateSource'][];
    /** Whether prices in this currency are taken for this asset just now. */
    readonly trusted: boolean;
    /** The median of what was said lately, decimal. Rely on it only where it is trusted. */
    readonly value: string | null;
  };
  /** One source, and what it says of a pair. */
  readonly RateSource: {
    /** When it last said so. */
    readonly at: string | null;
    /** What went wrong when it was last asked. */
    readonly error: string | null;
    readonly name: string;
    readonly part: Schemas['Part'];
    /** After several failures it is left in peace until then. */
    readonly resting_until: string | null;
    /** Decimal, exactly as the source said. */
    readonly value: string | null;
  };
  /** What assets are worth, and how that is known. */
  readonly Rates: {
    /** One for each asset in each currency. */
    readonly data: readonly Schemas['Rate'][];
    /** The currency in which money that has come is reported. */
    readonly reporting_currency: string;
    readonly rules: Schemas['RulesView'];
  };
  readonly Reason: 'no_reference' | 'unknown_reference' | 'encrypted_comment' | 'unreadable_comment' | 'wrong_asset' | 'self_payment' | 'too_large' | 'underpaid' | 'by_product' | 'earlier';
  /** What has come, and where it is written. Names and worth are the service's word; every transfer can be looked up on the chain. */
  readonly Receipt: {
    /** Whether `transfers` add up to `received`: otherwise there were too many to list. */
    readonly complete: boolean;
    /** The invoice's or the payment's id. */
    readonly id: string;
    readonly invoice: Schemas['ReceiptInvoice'] | null;
    /** What it says of refunds, it says as of then. */
    readonly issued_at: string;
    /** The asset's master contract, raw; none for the network's own coin. */
    readonly jetton: string | null;
    /** The shop's name, if a shop is part of it. People are not named. */
    readonly merchant: string | null;
    /** The network's global id: `-239` is the real one. */
    readonly network: string;
    /** Other assets it was paid in as well. A receipt is of one asset; these have their own, by `?asset=`. */
    readonly other_assets: readonly string[];
    /** Everything that has come in this asset. */
    readonly received: Schemas['Money'];
    /** What has gone back. */
    readonly refunded: Schemas['Money'];
    /** Refunds that have gone back, oldest first. */
    readonly refunds: readonly Schemas['ReceiptRefund'][];
    /** Who has signed. */
    readonly service: string;
    /** Oldest first; a hundred at most. */
    readonly transfers: readonly Schemas['ReceiptTransfer'][];
    readonly version: number;
  };
  /** What was paid for. */
  readonly ReceiptInvoice: {
    readonly description: string | null;
    readonly due: Schemas['Money'];
    readonly exception: Schemas['InvoiceException'];
    readonly id: string;
    readonly status: Schemas['InvoiceStatus'];
  };
  /** Money that has gone back to the payer. */
  readonly ReceiptRefund: {
    readonly id: string;
    readonly money: Schemas['Money'];
    readonly transfers: readonly Schemas['ReceiptTransfer'][];
  };
  /** The service's word for a receipt. */
  readonly ReceiptSignature: {
    /** `ed25519`, over `receipt` in the canonical form of RFC 8785. */
    readonly algorithm: string;
    /** Which of the keys at `/.well-known/remit-receipts.json`. */
    readonly key: string;
    /** Base64. */
    readonly value: string;
  };
  /** A transaction that brought money. */
  readonly ReceiptTransfer: {
    /** Whose transaction it is, raw: the payee, or for a jetton the payee's jetton wallet. */
    readonly account: string;
    /** Block time. */
    readonly at: string;
    /** The masterchain block that made it final. */
    readonly block: number;
    /** The comment, if it is text. */
    readonly comment: string | null;
    /** What it was worth when it settled, if a rate could be trusted then. */
    readonly fiat_value: Schemas['FiatValue'] | null;
    /** Who sent it, raw; none if the chain names nobody. */
    readonly from: string | null;
    /** Hex. */
    readonly hash: string;
    /** Logical time. */
    readonly lt: string;
    readonly money: Schemas['Money'];
    /** Who received it, raw. */
    readonly to: string;
  };
  /** Somebody who can be paid. */
  readonly RecipientView: {
    /** Where the money will go. */
    readonly address: string;
    /** What the link asks for, if it was one that asks for something. */
    readonly asks: Schemas['AskedView'] | null;
    /** Whose deposit address it is, if the operator of this service knows. */
    readonly exchange: string | null;
    readonly kind: Schemas['PartyKind'];
    readonly name: string;
    /** When Telegram last said that this is the person's name; nothing if no name was looked up. */
    readonly named_at: string | null;
    readonly raw: string;
    /** Whether a payment to it may carry a `memo`: it is nobody's here. */
    readonly takes_memo: boolean;
    readonly username: string | null;
    readonly warnings: readonly Schemas['Warning'][];
  };
  /** Money that goes back: from the merchant's wallet, or Stars by Telegram. */
  readonly Refund: Schemas['RefundBrief'] & {
    /** Of Stars: why Telegram has refused, or why it could not be reached the last time. */
    readonly failure: string | null;
    /** Your wallet, which signs. Null for Stars: Telegram gives them back, from the bot's balance. */
    readonly from: string | null;
    /** Whether the money is real. */
    readonly livemode: boolean;
    readonly object: string;
    /** How far the newest message has come. */
    readonly progress: readonly Schemas['Step'][];
    /** What the newest message's comment says; money that comes with it is this refund's. */
    readonly reference: string | null;
    /** Everything that has arrived, oldest first. */
    readonly settlements: readonly Schemas['Settlement'][];
    /** Your name, as the customer reads it. */
    readonly shop: string;
    /** Until when the newest message can be signed. */
    readonly valid_until: string | null;
    /** Read them before you sign. */
    readonly warnings: readonly Schemas['RefundWarning'][];
  };
  /** A refund in short, as its invoice shows it. */
  readonly RefundBrief: {
    readonly created_at: string;
    readonly id: string;
    /** The invoice it had paid, if any. */
    readonly invoice: string | null;
    readonly money: Schemas['Money'];
    /** The transfer, `trf_…`, or the payment in Stars, `stp_…`, whose money goes back. */
    readonly payment: string;
    readonly reason: string | null;
    /** What has arrived so far; more than `money` if it was signed twice. */
    readonly sent: Schemas['Money'];
    readonly status: Schemas['RefundStatus'];
    /** When it came into its status. */
    readonly status_at: string;
    /** The wallet that gets it. Null for Stars: they go to whoever has paid them. */
    readonly to: string | null;
  };
  /** A refund to be opened: of a payment, or of an invoice that one payment has paid. */
  readonly RefundRequest: {
    /** Decimal, exact, above zero. Left out: everything that is left. */
    readonly amount?: string | null;
    /** Says that `to` is meant although it has not sent the money. */
    readonly confirm_other_address?: boolean | null;
    /** Instead of `payment`: an invoice of which only one payment has money left to pay back. */
    readonly invoice?: string | null;
    /** What goes back: the `id` of one of an invoice's `payments` or `star_payments`, or of unmatched money. */
    readonly payment?: string | null;
    /** Why; the customer reads it, so at most 200 characters. It is not written on the chain. */
    readonly reason?: string | null;
    /** Where the money goes. Left out: to the wallet that has sent it, which is nearly always right. */
    readonly to?: string | null;
  };
  readonly RefundStatus: 'requires_signature' | 'submitted' | 'succeeded' | 'failed' | 'canceled';
  /** Something the merchant should know before signing. */
  readonly RefundWarning: 'other_address' | 'unknown_wallet' | 'maybe_exchange' | 'contract' | 'not_deployed' | 'unchecked';
  /** What came or went on one day. */
  readonly ReportDay: Schemas['ReportSum'] & {
    readonly day: string;
  };
  /** An amount of fiat. */
  readonly ReportFiat: {
    readonly amount: string;
    readonly currency: string;
  };
  /** A transfer, with what it was for. */
  readonly ReportLine: {
    /** Block time. */
    readonly at: string;
    /** Masterchain block. */
    readonly block: number;
    readonly description: string | null;
    readonly external_id: string | null;
    /** What its sender paid the network, where that is known: your customer for a payment, you for a refund. */
    readonly fee: Schemas['Money'] | null;
    /** What it was worth when it came, if a rate could be trusted then. */
    readonly fiat_value: Schemas['FiatValue'] | null;
    readonly from: string | null;
    /** Hash of the receiving transaction, hex. */
    readonly hash: string;
    readonly id: string;
    readonly invoice: string | null;
    readonly kind: Schemas['LineKind'];
    /** Its logical time. */
    readonly lt: string;
    /** Never negative: the kind says which way it went. */
    readonly money: Schemas['Money'];
    readonly reference: string;
    readonly refund: string | null;
    /** Of the invoice, or of the refund. */
    readonly status: string;
    readonly to: string;
  };
  /** What some lines come to. */
  readonly ReportSum: {
    /** How many lines. */
    readonly count: number;
    /** What their senders paid the network, as far as it is known. */
    readonly fees: Schemas['Money'];
    /** What they were worth when they came. `null`: for these no rate could be trusted. */
    readonly fiat: Schemas['ReportFiat'] | null;
    readonly kind: Schemas['LineKind'];
    readonly money: Schemas['Money'];
  };
  /** Some days, and what came and went in them. */
  readonly ReportSummary: {
    /** Oldest first: one for each day, kind, asset and currency in which there was something. */
    readonly days: readonly Schemas['ReportDay'][];
    readonly from: string;
    /** Included. */
    readonly to: string;
    /** The same without the days. */
    readonly totals: readonly Schemas['ReportSum'][];
    /** How far the midnight between two days is from that of UTC. */
    readonly utc_offset: string;
  };
  /** A request for money. */
  readonly Request: {
    readonly asset: string;
    readonly created_at: string;
    readonly expires_at: string | null;
    readonly id: string;
    /** Share this: it opens the request inside Telegram. */
    readonly link: string;
    /** What to pay; the payer decides if there is nothing here. */
    readonly money: Schemas['Money'] | null;
    readonly note: string | null;
    readonly paid_count: number;
    readonly status: Schemas['RequestStatus'];
    /** Who asks, and where the money goes. */
    readonly to: Schemas['Party'];
  };
  readonly RequestStatus: 'open' | 'closed';
  readonly Right: 'events:read' | 'invoices:read' | 'invoices:write' | 'keys:read' | 'keys:write' | 'members:read' | 'members:write' | 'refunds:read' | 'refunds:write' | 'reports:read' | 'unmatched:read' | 'unmatched:write' | 'webhooks:read' | 'webhooks:write' | 'payout:read' | 'payout:write';
  /** A change of who may do what, or of where the store is paid. It waits, so that whoever owned the store when it was asked for can stop it. */
  readonly RightsChange: {
    /** Who has asked: a person, `usr_…`, or a key, `key_…`. */
    readonly asked_by: string;
    readonly created_at: string;
    /** When it takes place by the chain's clock, unless it is stopped. */
    readonly due_at: string;
    /** When it took place, or was stopped. */
    readonly ended_at: string | null;
    /** Who has stopped it; `null`: nobody, or what it was about is no more. */
    readonly ended_by: string | null;
    /** The wallet that is paid until then. */
    readonly from: string | null;
    readonly id: string;
    /** The invitation, `ivt_…`. */
    readonly invitation: string | null;
    /** The API key, `key_…`, which until then cannot change keys or people. */
    readonly key: string | null;
    /** The key's first characters. */
    readonly key_hint: string | null;
    readonly kind: Schemas['ChangeKind'];
    /** The store, `acc_…`. */
    readonly merchant: string;
    /** Whose role changes, `usr_…`. Of an invitation: whoever has taken it. */
    readonly person: string | null;
    /** What that person is afterwards; `null`: nothing, or it is about no person. */
    readonly role: Schemas['Role'] | null;
    /** Its name. */
    readonly shop: string;
    readonly status: Schemas['ChangeStatus'];
    /** The wallet that is paid from then on. */
    readonly to: string | null;
  };
  readonly Role: 'owner' | 'manager' | 'support';
  /** What somebody is to be. */
  readonly RoleBody: {
    readonly role: Schemas['Role'];
  };
  /** How a secret is replaced. */
  readonly RotateRequest: {
    /** For how many seconds the old secret signs beside the new one, 0 to 604800. Default 86400. Use 0 if the old one has leaked. */
    readonly overlap?: number | null;
  };
  /** How a key is replaced. */
  readonly Rotation: {
    /** Seconds the old key goes on working, 0 to 604800. Default 3600. */
    readonly overlap?: number | null;
  };
  /** When a rate is trusted. */
  readonly RulesView: {
    /** How many sources must agree. */
    readonly agreeing: number;
    /** How old what they said may be. */
    readonly max_age_seconds: number;
    /** How far from the median they may be, in hundredths of a percent. */
    readonly max_deviation_bps: number;
  };
  readonly Scope: 'events:read' | 'events:write' | 'invoices:read' | 'invoices:write' | 'keys:read' | 'keys:write' | 'members:read' | 'members:write' | 'refunds:read' | 'refunds:write' | 'reports:read' | 'reports:write' | 'unmatched:read' | 'unmatched:write' | 'webhooks:read' | 'webhooks:write';
  /** A session, and whose it is. */
  readonly SessionView: {
    readonly expires_at: string;
    readonly person: Schemas['Me'];
    /** Send it as `Authorization: Bearer …`. It is shown once. */
    readonly token: string;
  };
  /** Where the money is written on the chain. */
  readonly Settlement: {
    readonly at: string;
    /** Masterchain block. */
    readonly block: number;
    /** What the payer paid the network, once known. */
    readonly fee: Schemas['Money'] | null;
    /** Hash of the payee's transaction, hex. */
    readonly hash: string;
    /** Logical time of the payee's transaction. */
    readonly lt: string;
    readonly received: Schemas['Money'];
  };
  /** Who is paid. */
  readonly Shop: {
    readonly name: string;
    /** Since when the shop's money goes to the wallet it goes to now. A wallet that is new is worth a second look. */
    readonly wallet_since: string;
  };
  /** The answer to the `ton_proof` item. */
  readonly SignedProof: {
    readonly domain: Schemas['ProofDomain'];
    /** The challenge's `payload`. */
    readonly payload: string;
    /** Base64. */
    readonly signature: string;
    /** Unix seconds. */
    readonly timestamp: number;
  };
  /** A receipt that anybody can check, without asking this service. */
  readonly SignedReceipt: {
    readonly receipt: Schemas['Receipt'];
    readonly signature: Schemas['ReceiptSignature'];
  };
  /** What the wallet handed back. */
  readonly SignedRefund: {
    /** The signed external message, a bag of cells in base64. */
    readonly boc: string;
  };
  readonly Stage: 'created' | 'submitted' | 'seen' | 'confirmed' | 'final' | 'expired' | 'cancelled';
  /** Where an invoice is paid in Stars. */
  readonly StarsAnswer: {
    /** Opens Telegram's payment sheet: a Mini App hands it to `openInvoice`, a page links to it. */
    readonly link: string;
    /** What it costs there. */
    readonly money: Schemas['Money'];
  };
  /** A stage that was reached. */
  readonly Step: {
    readonly at: string;
    readonly block: number | null;
    readonly state: Schemas['Stage'];
  };
  /** A store, and what you are to it. */
  readonly Store: {
    /** The wallet that is paid. */
    readonly address: string;
    readonly created_at: string;
    readonly id: string;
    /** Whether the money is real. */
    readonly livemode: boolean;
    /** What your role lets you do. Where you may write, reading is listed as well. */
    readonly may: readonly Schemas['Right'][];
    readonly name: string;
    /** From when you are an owner, if that waits. */
    readonly owner_from: string | null;
    readonly role: Schemas['Role'];
  };
  /** What the wallet handed back. */
  readonly Submitted: {
    /** The signed external message, a bag of cells in base64. */
    readonly boc: string;
  };
  /** An invoice that the money may have been meant for. */
  readonly Suggestion: {
    /** Whether it can be attached: it asks for the same asset. */
    readonly attachable: boolean;
    /** What speaks for it, and against it. */
    readonly clues: readonly Schemas['Clue'][];
    readonly description: string | null;
    readonly external_id: string | null;
    readonly invoice: string;
    readonly remaining: Schemas['Money'];
    /** 0 to 100. */
    readonly score: number;
    readonly status: Schemas['InvoiceStatus'];
  };
  /** One line of an invoice's timeline. */
  readonly TimelineEntry: {
    /** When we saw or decided it. The chain's own time is the payment's. */
    readonly at: string;
    readonly kind: Schemas['Mark'];
    /** Counts the lines of this invoice from 1. */
    readonly n: number;
    /** The transfer it is about, with its block, logical time and hash. */
    readonly payment: Schemas['InvoicePayment'] | null;
    /** Of a rate: what one whole unit was worth, and until when that is held. */
    readonly rate: string | null;
    /** Why money could not pay it. */
    readonly reason: string | null;
    /** The rule that was applied, in words. */
    readonly rule: string;
    /** The payment in Stars it is about. */
    readonly star_payment: Schemas['InvoiceStarPayment'] | null;
  };
  /** What came with an invitation's link. */
  readonly TokenBody: {
    /** What stands behind `join_` in the link. */
    readonly token: string;
  };
  /** What a wallet is to sign: TON Connect's `sendTransaction`. */
  readonly Transaction: {
    /** The raw address that must sign. */
    readonly from: string;
    readonly messages: readonly Schemas['TransactionMessage'][];
    /** The network's id. */
    readonly network: string;
    /** Unix seconds. */
    readonly validUntil: number;
  };
  /** One transfer of it. */
  readonly TransactionMessage: {
    /** User-friendly. */
    readonly address: string;
    /** Nanograms, as a decimal string. */
    readonly amount: string;
    /** A bag of cells in base64; left out where there is nothing to say. */
    readonly payload?: string;
  };
  /** Money that reached your wallet and pays nothing we know of. */
  readonly Unmatched: {
    /** The comment as far as it can be read. */
    readonly comment: string | null;
    /** Whether it could have named a payment. A comment that is not written as the standard says (without its prefix, in UTF-16, with zeros behind it) is shown, and never counts. */
    readonly comment_counts: boolean;
    readonly decision: Schemas['DecisionView'] | null;
    /** Who sent it. An exchange's wallet is nobody to pay back to. */
    readonly from: string | null;
    /** The transfer's id. */
    readonly id: string;
    /** The invoice that its reference names, or that it is attached to. */
    readonly invoice: string | null;
    /** What came. An amount too large for us to count shows as zero here; see `units`. */
    readonly money: Schemas['Money'];
    readonly object: string;
    /** Why it was unmatched. */
    readonly reason: Schemas['Reason'];
    /** What has gone back so far. */
    readonly refunded: Schemas['Money'];
    /** What goes back of it, oldest first. */
    readonly refunds: readonly Schemas['RefundBrief'][];
    /** Block, logical time, hash and moment of the transfer. */
    readonly settlement: Schemas['Settlement'];
    readonly status: Schemas['UnmatchedStatus'];
    readonly to: string;
    /** Verbatim, however large. */
    readonly units: string;
  };
  /** Unmatched money with the invoices it may have been meant for. */
  readonly UnmatchedDetail: Schemas['Unmatched'] & {
    /** The likeliest first, five at most. Nothing is attached until you say so. */
    readonly suggestions: readonly Schemas['Suggestion'][];
  };
  /** How much goes back, and where. */
  readonly UnmatchedRefund: {
    /** Decimal, exact, above zero. Left out: everything that is left. */
    readonly amount?: string | null;
    /** Says that `to` is meant although it has not sent the money. */
    readonly confirm_other_address?: boolean | null;
    /** Why; whoever had sent it reads it, so at most 200 characters. It is not written on the chain. */
    readonly reason?: string | null;
    /** Where the money goes. Left out: to the wallet that has sent it, which is nearly always right. */
    readonly to?: string | null;
  };
  readonly UnmatchedStatus: 'open' | 'attached' | 'ignored' | 'refunding' | 'refunded';
  readonly WalletBalances: {
    readonly address: string;
    readonly balances: readonly Schemas['Money'][];
    readonly wallet: string;
  };
  /** What a wallet answers to a challenge. */
  readonly WalletProof: {
    readonly account: Schemas['ConnectedAccount'];
    readonly proof: Schemas['SignedProof'];
  };
  /** A linked wallet. */
  readonly WalletView: {
    /** User-friendly, non-bounceable. */
    readonly address: string;
    /** Whether others pay to this one. */
    readonly default: boolean;
    readonly id: string;
    readonly linked_at: string;
    /** `workchain:hex`, the form by which an address is known. */
    readonly raw: string;
    readonly version: string;
  };
  /** Something the payer should know before paying. */
  readonly Warning: 'first_payment' | 'own_address' | 'contract' | 'not_deployed' | 'maybe_exchange' | 'name_old' | 'name_moved';
  /** One attempt. */
  readonly WebhookAttempt: {
    readonly at: string;
    /** Why it was no success. */
    readonly note: string | null;
    readonly number: number;
    /** The beginning of its answer, 1 kB at most. */
    readonly response_body: string | null;
    /** What your server answered; `null` if there was no answer. */
    readonly response_status: number | null;
    /** How long it took, in milliseconds. */
    readonly took_ms: number;
  };
  /** One event to one endpoint. */
  readonly WebhookDelivery: {
    /** How many attempts were made in all. */
    readonly attempt_count: number;
    /** Oldest first. One that was cut off by a crash of ours is missing. */
    readonly attempts: readonly Schemas['WebhookAttempt'][];
    readonly created_at: string;
    readonly done_at: string | null;
    readonly endpoint: string;
    readonly id: string;
    /** When the next one is; `null` if it is being made, or there is none. */
    readonly next_attempt_at: string | null;
    /** What the last attempt came to, if it was no success. */
    readonly note: string | null;
    readonly object: string;
    /** The event's number in your feed. */
    readonly seq: number;
    readonly status: Schemas['DeliveryState'];
    readonly type: string;
    /** The invoice's own `webhook_url`, if it went there. */
    readonly url: string | null;
  };
  /** An address that is told of events. */
  readonly WebhookEndpoint: {
    readonly created_at: string;
    readonly description: string | null;
    /** Nothing has got through since then. */
    readonly failing_since: string | null;
    readonly format: Schemas['WebhookFormat'];
    readonly id: string;
    /** Of a `cryptobot` endpoint: the API key that signs. */
    readonly key: string | null;
    readonly livemode: boolean;
    readonly object: string;
    /** Until when the secret before the last rotation still signs. */
    readonly old_secret_until: string | null;
    /** Verifies `v1a` signatures (ed25519). Newest first; more than one after a rotation. */
    readonly public_keys: readonly string[];
    /** Why it is disabled: `merchant` (you did), `gone` (it answered 410), `failing` (five days of nothing but failures). */
    readonly reason: Schemas['DisabledReason'] | null;
    readonly shop: Schemas['HookShop'];
    readonly status: Schemas['EndpointStatus'];
    /** Empty: every type. */
    readonly types: readonly string[];
    readonly url: string;
  };
  readonly WebhookFormat: 'standard' | 'cryptobot';
}

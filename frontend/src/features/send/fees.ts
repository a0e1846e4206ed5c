// What to leave for the network. Estimates for the eye; the wallet shows the exact fee before it signs.

const MILLI = 1_000_000n;

/** A plain transfer of the coin, in nano: about half a hundredth. */
export const COIN_FEE = 5n * MILLI;
/** Kept by "Max", so that the wallet can pay its fees and the next message. */
export const COIN_RESERVE = 20n * MILLI;
/** Attached to a jetton transfer; what is not used returns. */
export const JETTON_FEE = 50n * MILLI;

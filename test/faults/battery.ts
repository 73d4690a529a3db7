/** `BATON_FAULT_SEEDS` asks for the whole battery; a plain run of the tests plays what a few minutes allow. */
export const isWholeBattery = process.env["BATON_FAULT_SEEDS"] !== undefined;

/** Linux takes no command line argument of more than 128 KiB; some of that is left for what is added to ours. */
export const maxArgumentBytes = 100_000;

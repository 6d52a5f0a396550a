/**
 * `npm run lines -- [--seed N] [--count N] [--tail]`: clients of all kinds use the tunnel, over real sockets, in
 * simulated time. It prints the seeds that broke a rule, each with the command that repeats it.
 */
import { playSeeds } from '../seeds.ts';
import { play } from './play.ts';

await playSeeds('lines', play);

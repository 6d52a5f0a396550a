/**
 * `npm run typing -- [--seed N] [--count N] [--tail]`: a person types while agents hang, ask and die. The guard's own
 * keys, composer and hands run in simulated time. It prints the seeds that broke a rule, each with the command that
 * repeats it.
 */
import { playSeeds } from '../seeds.ts';
import { play } from './play.ts';

await playSeeds('typing', play);

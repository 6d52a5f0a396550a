/**
 * `npm run deaths -- [--seed N] [--count N] [--tail]`: guards are killed, or their disks fail, while they bring a
 * conversation back. It prints the seeds that broke a rule, each with the command that repeats it.
 */
import { playSeeds } from '../seeds.ts';
import { play } from './play.ts';

await playSeeds('deaths', play);

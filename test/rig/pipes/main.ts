/**
 * `npm run pipes -- [--seed N] [--count N] [--tail]`: hosts have their prompts answered in print mode while agents
 * die. The guard's own code runs in simulated time. It prints the seeds that broke a rule, each with the command that
 * repeats it.
 */
import { playSeeds } from '../seeds.ts';
import { play } from './play.ts';

await playSeeds('pipes', play);

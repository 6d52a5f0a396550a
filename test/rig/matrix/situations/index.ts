/** The one table of rows. */
import type { Situation } from '../situation.ts';
import { editorSituations } from './editor.ts';
import { faultSituations } from './faults.ts';
import { healthySituations } from './healthy.ts';
import { processSituations } from './process.ts';
import { sequenceSituations } from './sequences.ts';
import { startSituations } from './start.ts';
import { stillSituations } from './still.ts';
import { wakeSituations } from './wake.ts';

export const situations: Readonly<Record<string, Situation>> = {
  ...faultSituations,
  ...processSituations,
  ...startSituations,
  ...healthySituations,
  ...editorSituations,
  ...stillSituations,
  ...wakeSituations,
  ...sequenceSituations,
};

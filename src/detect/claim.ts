/** What one sense says the agent is doing. */
import type { Millis } from '../events.ts';

export type Sense = 'status' | 'screen' | 'hooks' | 'record' | 'wire' | 'process';

/** `working`: a turn runs, and the sense cannot tell what it does. */
export type Activity =
  | 'idle'
  | 'working'
  | 'requesting'
  | 'receiving'
  | 'tool'
  | 'retrying'
  | 'compacting'
  | 'dialog'
  | 'limit';

/** `sure`: confirmed by another sense, or by time. `fair`: the sense alone says so. */
export type Grade = 'sure' | 'fair';

export interface Claim {
  readonly sense: Sense;
  readonly activity: Activity;
  readonly since: Millis;
  readonly grade: Grade;
}

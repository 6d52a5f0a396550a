/** A plan in words, for whoever reads a report. */
import type { Moment, Plan, Turn } from './plan.ts';

/** One line for each turn, for a report. */
export function describePlan(plan: Plan): readonly string[] {
  const { seed, version, senses, surroundings, helpers, tools, leave } = plan;
  const behind = surroundings === 'gateway' ? 'behind a gateway' : `behind a proxy, helpers ${helpers}`;
  return [
    `seed ${seed}: ${version}, senses ${senses}, ${behind}, tools ${tools}, leaves by ${leave}`,
    ...plan.turns.map((turn, index) => `  turn ${index + 1} ${describeTurn(turn)}`),
  ];
}

const momentText = ({ after, ms }: Moment) => `${ms} ms after the ${after}`;

function describeTurn({ tag, task, entry, trouble, meanwhile }: Turn): string {
  const parts = [`${tag}: ${entry}, ${task}`];
  if (trouble?.type === 'fault') parts.push(trouble.name);
  if (trouble?.type === 'kill') parts.push(`killed ${momentText(trouble.at)}`);
  if (trouble?.type === 'weather')
    parts.push(`${trouble.kind} ${momentText(trouble.at)} for ${trouble.forMs} ms`);
  if (meanwhile) parts.push(`${meanwhile.do} ${meanwhile.tag} ${momentText(meanwhile.at)}`);
  return parts.join('; ');
}

/** Bad weather on the line between the agent (or its guard) and the API. */
import type { World } from '../../../src/drill/world.ts';
import type { WeatherKind } from './plan.ts';

/** Brings it about. @returns ends it. */
export async function setWeather(world: World, kind: WeatherKind): Promise<() => Promise<void>> {
  const { api, standIn } = world;
  const over = () => api.reopen();
  switch (kind) {
    case 'reset':
      api.dropConnections();
      return async () => {};
    case 'hold':
      standIn?.hold(true);
      return async () => standIn?.hold(false);
    case 'black-hole':
      // Behind a gateway nobody stands between: there the connections that are open are reset.
      if (standIn) standIn.blackHole(true);
      else await api.silence();
      return async () => (standIn ? standIn.blackHole(false) : over());
    case 'refused':
      if (standIn) await standIn.goAway();
      else await api.refuse();
      return async () => (standIn ? standIn.comeBack() : over());
  }
}

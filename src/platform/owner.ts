/** Whose session it is. A container may run under a user id that its machine does not know. */
import { userInfo } from 'node:os';

export interface Owner {
  /** Empty: unknown. */
  readonly home: string;
  readonly name: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function ownerOf({ HOME, USER, LOGNAME }: Environment, lookUp = userInfo): Owner {
  const known = () => {
    try {
      return lookUp();
    } catch {
      return null;
    }
  };
  return { home: HOME || (known()?.homedir ?? ''), name: USER || LOGNAME || (known()?.username ?? '') };
}

import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { ownerOf } from '../../src/platform/owner.ts';

const unknown = () => {
  throw new Error('no such user');
};

test('what the environment says, otherwise what the machine knows, otherwise nothing', () => {
  expect(ownerOf({ HOME: '/h', USER: 'ann', LOGNAME: 'other' }, unknown)).toEqual({
    home: '/h',
    name: 'ann',
  });
  expect(ownerOf({ LOGNAME: 'ann' }, unknown)).toEqual({ home: '', name: 'ann' });
  const { homedir, username } = userInfo();
  expect(ownerOf({})).toEqual({ home: homedir, name: username });
  expect(ownerOf({}, unknown)).toEqual({ home: '', name: '' });
});

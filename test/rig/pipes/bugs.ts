/** Faults planted into the guard's parts: the rules must find each of them. */
import type { PrintParts } from '../../../src/print/pipes.ts';

export type Bug = (parts: PrintParts) => void;

export const noBug: Bug = () => {};

export const bugs: Readonly<Record<string, Bug>> = {};

/**
 * A row of the screen without the faint or grey text that an agent draws next to what a person has typed: hints,
 * suggestions, the rest of a command from the history.
 */
import type { IBufferCell, IBufferLine } from '@xterm/headless';

/** Bright black, of the 16 colours. */
const grey = 8;
/** Shades of grey between black and white. Typed text has the terminal's own colour. */
const darkest = 0x40;
const lightest = 0xc0;
/** The channels of a grey differ by no more than this. */
const maxTint = 12;

function isFaint(cell: IBufferCell): boolean {
  if (cell.isDim()) return true;
  if (cell.isFgPalette()) return cell.getFgColor() === grey;
  if (!cell.isFgRGB()) return false;
  const color = cell.getFgColor();
  const channels = [color >> 16, (color >> 8) & 0xff, color & 0xff];
  const [low, high] = [Math.min(...channels), Math.max(...channels)];
  return high - low <= maxTint && low >= darkest && high <= lightest;
}

/**
 * Replaces faint characters with blanks, one for each UTF-16 unit. The agent draws the cursor's cell inverse, so that
 * cell counts as faint if the next one is.
 */
export function plainRow(line: IBufferLine): string {
  const cells: { readonly text: string; readonly faint: boolean; readonly inverse: boolean }[] = [];
  for (let column = 0; column < line.length; column++) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue; // the second half of a wide character
    cells.push({
      text: cell.getChars() || ' ',
      faint: isFaint(cell),
      inverse: cell.isInverse() !== 0,
    });
  }
  return cells
    .map(({ text, faint, inverse }, at) => {
      const isGhost = faint || (inverse && cells[at + 1]?.faint === true);
      return isGhost ? ' '.repeat(text.length) : text;
    })
    .join('')
    .trimEnd();
}

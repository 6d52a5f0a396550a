/**
 * A captured picture in a normal form. Two programs that paint the same cells may do so in other pieces, so a capture
 * may differ in what nobody sees: the text colour of a blank, or how runs of one style are cut.
 */

interface Style {
  readonly text: string;
  readonly ground: string;
  readonly marks: ReadonlySet<string>;
}

const plain: Style = { text: '', ground: '', marks: new Set() };
const reverse = '7';
/** What ends which mark. */
const endings: Readonly<Record<string, readonly string[]>> = {
  '22': ['1', '2'],
  '23': ['3'],
  '24': ['4'],
  '25': ['5'],
  '27': ['7'],
  '28': ['8'],
  '29': ['9'],
};

/** Applies one `CSI … m`. */
function restyle(style: Style, parameters: string): Style {
  let { text, ground } = style;
  const marks = new Set(style.marks);
  const codes = (parameters || '0').split(';');
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? '';
    const extended = code === '38' || code === '48';
    const colour = extended ? codes.slice(i, i + (codes[i + 1] === '5' ? 3 : 5)).join(';') : code;
    if (extended) i += colour.split(';').length - 1;
    if (code === '0') {
      text = ground = '';
      marks.clear();
    } else if (/^(3[0-8]|9\d)$/.test(code)) text = colour;
    else if (/^(4[0-8]|10\d)$/.test(code)) ground = colour;
    else if (code === '39') text = '';
    else if (code === '49') ground = '';
    else if (endings[code]) for (const mark of endings[code]) marks.delete(mark);
    else marks.add(code);
  }
  return { text, ground, marks };
}

/** The picture with one mark wherever the visible style changes; trailing blanks cut. */
export function visibleCells(capture: string): string {
  let style = plain;
  return capture
    .split('\n')
    .map((line) => {
      let shown = '';
      let last = '';
      for (const [piece, parameters] of line.matchAll(/\x1b\[([\d;:]*)m|[\s\S]/gu)) {
        if (parameters !== undefined) {
          style = restyle(style, parameters);
          continue;
        }
        if (piece === '\x0e' || piece === '\x0f') continue;
        const marks = [...style.marks].sort();
        const visible =
          piece === ' '
            ? [style.ground, ...marks.filter((mark) => mark === reverse || mark === '4')]
            : [style.text, style.ground, ...marks];
        const key = visible.filter((part) => part !== '').join(' ');
        if (key !== last && !(piece === ' ' && key === '' && last === '')) shown += `{${key}}`;
        last = key;
        shown += piece;
      }
      return shown.replace(/(\{\}|\s)+$/, '');
    })
    .join('\n')
    .trimEnd();
}

/** A path below the person's home as `~/…`. Pure. */
export function homeRelative(path: string, home: string): string {
  if (home === '' || home === '/') return path;
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

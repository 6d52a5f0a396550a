/**
 * A throw-away home for an agent: its own HOME, config folder, project and state folder, prepared so that no dialog
 * appears at the start. Its environment is built only from an allow-list, so the person's credentials and settings are
 * never touched.
 */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A dummy key: the simulated API accepts any. */
const dummyKey = 'sk-ant-api03-this-is-no-key-it-only-looks-like-one-in-a-drill-0000';

/** Variables that are passed through. Everything else is set here or missing. */
const passedThrough = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR'] as const;

export interface SandboxOptions {
  /** `allow`: tools run without asking. `ask`: a permission dialog appears for each command and edit. */
  readonly tools?: 'allow' | 'ask';
  /** Merged into the agent's user settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface Sandbox {
  readonly root: string;
  readonly home: string;
  /** CLAUDE_CONFIG_DIR. */
  readonly configDir: string;
  /** The working directory of the agent. */
  readonly project: string;
  /** XDG_STATE_HOME, where a guard keeps its records. */
  readonly stateHome: string;
  /** Absolute paths of all transcripts written so far. */
  transcripts(): readonly string[];
  remove(): void;
}

/** Creates the sandbox in the system's temporary folder. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  // The real path, because that is the path for which the agent asks whether the person trusts it.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guarded-claude-drill-')));
  const folder = (name: string) => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const home = folder('home');
  const configDir = folder('home/.claude');
  const project = folder('project');
  const stateHome = folder('state');
  folder('config');

  const onboarding = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    bypassPermissionsModeAccepted: true,
    // The dialog "Make auto mode your default permission mode?" of 2.1.329, and its notice, count as seen.
    hasSeenAutoDefaultNudge: true,
    hasSeenAutoDefaultNotice: true,
    customApiKeyResponses: { approved: [dummyKey.slice(-20)], rejected: [] },
    projects: {
      [project]: {
        hasTrustDialogAccepted: true,
        hasCompletedProjectOnboarding: true,
        allowedTools: [],
        projectOnboardingSeenCount: 9,
      },
    },
  };
  // If the settings name no mode, the newest agent starts in auto mode, in which each tool call costs a request.
  const permissions =
    options.tools === 'ask'
      ? { defaultMode: 'default' }
      : { defaultMode: 'acceptEdits', allow: ['Bash', 'Write', 'Edit', 'Read'] };
  writeFileSync(join(configDir, '.claude.json'), JSON.stringify(onboarding, null, 2));
  writeFileSync(
    join(configDir, 'settings.json'),
    JSON.stringify({ permissions, ...options.settings }, null, 2),
  );

  return {
    root,
    home,
    configDir,
    project,
    stateHome,
    transcripts() {
      const projects = join(configDir, 'projects');
      try {
        return readdirSync(projects, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.jsonl'))
          .map((name) => join(projects, name));
      } catch {
        return []; // nothing has been written yet
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/**
 * The complete environment of an agent (or of a guard around it) in the sandbox.
 *
 * @param surroundings variables that lead its requests to the simulated API (world.ts)
 * @param extra further variables, which take precedence
 */
export function agentEnvironment(
  sandbox: Sandbox,
  surroundings: Readonly<Record<string, string>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of passedThrough) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    HOME: sandbox.home,
    CLAUDE_CONFIG_DIR: sandbox.configDir,
    XDG_STATE_HOME: sandbox.stateHome,
    XDG_CONFIG_HOME: join(sandbox.root, 'config'),
    TERM: 'xterm-256color',
    LANG: env.LANG ?? 'C.UTF-8',
    ANTHROPIC_API_KEY: dummyKey,
    DISABLE_AUTOUPDATER: '1', // the executable is shared with other sandboxes
    ...surroundings,
    // 2.1.42 would also suggest the API's words as the next prompt, which a test would take for the answer.
    CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: 'false',
    ...extra,
  };
}

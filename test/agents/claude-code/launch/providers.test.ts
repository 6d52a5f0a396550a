/** Where the agent's requests go, by provider: what its own variables and the shared AWS configuration say. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readUserSettings } from '../../../../src/agents/claude-code/launch/user-settings.ts';
import { readVersion } from '../../../../src/agents/common/versions.ts';
import { temporaryFolder } from '../../../support/folder.ts';

type Env = Readonly<Record<string, string>>;

/** @param files by their path in the home */
function settings(env: Env, files: Readonly<Record<string, string>> = {}, version = '2.1.332') {
  const home = temporaryFolder();
  for (const folder of ['.aws', 'policy']) mkdirSync(join(home, folder));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(home, path), text);
  const given = Object.entries(env).map(([name, value]) => [name, value.replace('~', home)]);
  const all = { HOME: home, ...Object.fromEntries(given) };
  return readUserSettings([], all, home, readVersion(version), join(home, 'policy'));
}
const hostOf = (...given: Parameters<typeof settings>) => settings(...given).api?.host ?? null;

test.each<[Env, string]>([
  [{ CLAUDE_CODE_USE_MANTLE: '1', AWS_REGION: 'eu-west-1' }, 'bedrock-mantle.eu-west-1.api.aws'],
  [{ CLAUDE_CODE_USE_MANTLE: '1' }, 'bedrock-mantle.us-east-1.api.aws'],
  [{ CLAUDE_CODE_USE_MANTLE: '1', ANTHROPIC_BEDROCK_MANTLE_BASE_URL: 'https://m.corp' }, 'm.corp'],
  [
    { CLAUDE_CODE_USE_ANTHROPIC_AWS: '1', AWS_REGION: 'us-west-2' },
    'aws-external-anthropic.us-west-2.api.aws',
  ],
  [{ CLAUDE_CODE_USE_ANTHROPIC_AWS: '1', ANTHROPIC_AWS_BASE_URL: 'https://a.corp' }, 'a.corp'],
  [{ CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD: '1' }, 'claude.googleapis.com'],
  [
    { CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD: '1', ANTHROPIC_GOOGLE_CLOUD_BASE_URL: 'https://g.corp' },
    'g.corp',
  ],
  [{ CLAUDE_CODE_USE_FOUNDRY: '1', ANTHROPIC_FOUNDRY_RESOURCE: 'ours' }, 'ours.services.ai.azure.com'],
  [
    { CLAUDE_CODE_USE_BEDROCK: '1', AWS_DEFAULT_REGION: 'eu-west-3' },
    'bedrock-runtime.eu-west-3.amazonaws.com',
  ],
  // An address of another provider's means nothing.
  [{ CLAUDE_CODE_USE_MANTLE: '1', ANTHROPIC_BASE_URL: 'https://x' }, 'bedrock-mantle.us-east-1.api.aws'],
])('with %j the API is %s, which is not the vendor’s', (env, host) => {
  expect(settings(env)).toMatchObject({ api: { host, port: 443, secure: true }, pings: false });
});

test.each<[string, Env]>([
  ['a resource is not named', { CLAUDE_CODE_USE_FOUNDRY: '1' }],
  ['the model decides between two', { CLAUDE_CODE_USE_BEDROCK: '1', CLAUDE_CODE_USE_MANTLE: '1' }],
  [
    'the model decides on the region',
    { CLAUDE_CODE_USE_VERTEX: '1', VERTEX_REGION_CLAUDE_4_6_SONNET: 'europe-west1' },
  ],
  ['the address cannot be read', { ANTHROPIC_BASE_URL: 'not a url' }],
  ['the address leads nowhere', { ANTHROPIC_BASE_URL: 'file:///x' }],
])('the API is not known if %s', (_, env) => {
  expect(settings(env)).toMatchObject({ api: null, pings: false });
});

test('nor is it behind a gateway that a policy names for the login', () => {
  const policy = { 'policy/managed-settings.json': '{"forceLoginGatewayUrl":"https://gateway.corp"}' };
  expect(settings({}, policy)).toMatchObject({ api: null, pings: false });
});

test('models in the same region as the others leave the API known', () => {
  const env = {
    CLOUD_ML_REGION: 'eu',
    VERTEX_REGION_CLAUDE_4_6_SONNET: 'eu',
    VERTEX_REGION_CLAUDE_HAIKU_4_5: '',
  };
  expect(hostOf({ CLAUDE_CODE_USE_VERTEX: '1', ...env })).toBe('aiplatform.eu.rep.googleapis.com');
});

test('a region that depends on the model does not matter if an address is given', () => {
  const env = { VERTEX_REGION_CLAUDE_4_6_SONNET: 'x', ANTHROPIC_VERTEX_BASE_URL: 'https://v.corp' };
  expect(hostOf({ CLAUDE_CODE_USE_VERTEX: '1', ...env })).toBe('v.corp');
});

describe('the region of a profile', () => {
  const config = `
# region = commented-out
[default]
region = eu-central-1 ; the company's
[profile "work"]
sso_session = corp
s3 =
  region = nested
  region = nested-too
region=ap-south-1
[sso-session work]
region = no-profile
[other]
region = no-profile
`;
  const files = { '.aws/config': config };
  const runtime = (region: string) => `bedrock-runtime.${region}.amazonaws.com`;
  const bedrock = { CLAUDE_CODE_USE_BEDROCK: '1' };
  test.each<[string, Env, string]>([
    ['counts if no variable names one', {}, 'eu-central-1'],
    ['is that of the profile in use', { AWS_PROFILE: 'work' }, 'ap-south-1'],
    ['comes after AWS_REGION', { AWS_REGION: 'us-west-1' }, 'us-west-1'],
    ['comes after AWS_DEFAULT_REGION', { AWS_DEFAULT_REGION: 'us-west-1' }, 'us-west-1'],
    ['is looked for among profiles', { AWS_PROFILE: 'other' }, 'us-east-1'],
    ['may be missing with its file', { AWS_CONFIG_FILE: '~/nowhere' }, 'us-east-1'],
  ])('%s', (_, env, region) => {
    expect(hostOf({ ...bedrock, ...env }, files)).toBe(runtime(region));
  });

  test('is read from the file that is named', () => {
    const env = { ...bedrock, AWS_CONFIG_FILE: '~/own' };
    expect(hostOf(env, { ...files, own: '[profile default]\nregion = sa-east-1' })).toBe(
      runtime('sa-east-1'),
    );
  });

  test('is overruled by the credentials file, as the AWS SDK does it', () => {
    const credentials = '[default]\naws_access_key_id = x\nregion = eu-north-1';
    expect(hostOf(bedrock, { ...files, '.aws/credentials': credentials })).toBe(runtime('eu-north-1'));
    const named = { ...bedrock, AWS_SHARED_CREDENTIALS_FILE: '~/own' };
    expect(hostOf(named, { ...files, own: credentials })).toBe(runtime('eu-north-1'));
  });

  test('counts for the other providers on AWS, too', () => {
    expect(hostOf({ CLAUDE_CODE_USE_MANTLE: '1' }, files)).toBe('bedrock-mantle.eu-central-1.api.aws');
  });

  test('was not read by older versions', () => {
    expect(hostOf(bedrock, files, '2.1.126')).toBe(runtime('us-east-1'));
  });
});

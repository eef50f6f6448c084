import { basicAuth, type Content, dockerCfg, dockerConfigJson, opaque, base64 } from '../integration/objects.ts';
import { DOCKER_CONFIG_JSON } from './content.ts';
import type { Breakage, Source } from './world.ts';

/** A source as the Secret that holds it. */
export function sourceObject(source: Source): Content {
  switch (source.kind) {
    case 'dockerconfigjson':
      return dockerConfigJson(source.auths);
    case 'dockercfg':
      return dockerCfg(source.auths);
    case 'basic-auth':
      return basicAuth(source.username, source.password);
    case 'broken':
      return BROKEN[source.how];
  }
}

/** The API server refuses a docker config that is no JSON object, and takes any object. */
const BROKEN: Readonly<Record<Breakage, Content>> = {
  'not an entry': {
    type: 'kubernetes.io/dockercfg',
    data: { '.dockercfg': base64('{"registry.example.com":"text"}') },
  },
  'no auths': { type: DOCKER_CONFIG_JSON, data: { '.dockerconfigjson': base64('{"auths":{}}') } },
  'entry without login': dockerConfigJson({ 'registry.example.com': { email: 'somebody@example.com' } }),
  'wrong type': opaque({ '.dockerconfigjson': base64('{"auths":{"registry.example.com":{"auth":"YTpi"}}}') }),
  'no such key': { type: DOCKER_CONFIG_JSON, data: { '.dockerconfigjson': base64('{"credHelpers":{}}') } },
};

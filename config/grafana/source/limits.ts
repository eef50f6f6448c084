import { bars, GOOD_AT_ZERO, grid, lines, number, type Panels } from './panels.ts';
import { condition, counted, leaders, orZero, worst } from './queries.ts';

const LIMITED = 'registry_credentials_image_pull_rate_limited_total';
const UNCOVERED = 'registry_credentials_image_pull_rate_limited_uncovered_total';
const REFUSED = 'registry_credentials_image_pull_refused_total';
const KUBELET = 'registry_credentials_kubelet_pull_qps_exceeded_total';
const WAITING = leaders('registry_credentials_rate_limited_containers', ['registry', 'namespace']);

const SMALL = { width: 6, height: 4 };
const HALF = { width: 12, height: 8 };
const THIRD = { width: 8, height: 8 };

/** Are pulls limited now? */
export const limitedNow = (): Panels => [
  number(
    {
      title: 'Containers waiting because of a limit',
      description: 'Now. They start by themselves once the registry lets them pull.',
      size: SMALL,
    },
    orZero(`sum(${WAITING})`),
    { steps: GOOD_AT_ZERO },
  ),
  number(
    { title: 'Limited pulls, last 15 minutes', description: 'Pulls that failed because of a limit.', size: SMALL },
    orZero(`sum(${counted(LIMITED, ['registry'], '15m')})`),
    { steps: GOOD_AT_ZERO },
  ),
  number(
    {
      title: 'Policies that are limited',
      description: 'Their condition RateLimited is True; its message says why and what to do.',
      size: SMALL,
    },
    orZero(`sum(${condition('RateLimited', 'True')})`),
    { steps: GOOD_AT_ZERO },
  ),
  number(
    {
      title: 'Policies whose login is refused',
      description: 'Their condition CredentialsAccepted is False: the login may have expired or been revoked.',
      size: SMALL,
    },
    orZero(`sum(${condition('CredentialsAccepted', 'False')})`),
    { steps: GOOD_AT_ZERO },
  ),
  lines(
    {
      title: 'Limited pulls over time',
      description: 'By registry, and as whom the registry saw the pull.',
      size: HALF,
    },
    [{ expr: counted(LIMITED, ['registry', 'kind'], '$__rate_interval'), legend: '{{registry}} {{kind}}' }],
    { stacked: true },
  ),
  lines(
    { title: 'Waiting containers over time', description: 'By registry.', size: HALF },
    [{ expr: `sum by (registry) (${WAITING})`, legend: '{{registry}}' }],
    { stacked: true },
  ),
];

/** Where, and as whom? */
export const limitedWhere = (): Panels => [...places(), ...why(), ...heldBack()];

const places = (): Panels => [
  grid(
    { title: 'Limited pulls', description: 'In the chosen time; the 50 worst places.', size: HALF },
    ['registry', 'namespace', 'kind'],
    [{ title: 'Pulls', expr: worst(counted(LIMITED, ['registry', 'namespace', 'kind'], '$__range')) }],
  ),
  grid(
    { title: 'Containers waiting now', description: 'The 50 worst places.', size: { width: 6, height: 8 } },
    ['registry', 'namespace'],
    [{ title: 'Containers', expr: worst(WAITING) }],
  ),
  bars(
    {
      title: 'As whom',
      description:
        'Limited pulls in the chosen time. anonymous: no credential reached them. account: the account has reached its limit. abuse: too many requests in a short time, whoever asked. unknown: a credential reached them, and the registry does not say whom it limits.',
      size: { width: 6, height: 8 },
    },
    { expr: worst(counted(LIMITED, ['kind'], '$__range')), legend: '{{kind}}' },
  ),
];

const why = (): Panels => [
  bars(
    {
      title: 'Why the credential did not reach the pull',
      description:
        'Pods of covered namespaces that are limited or refused without the credential, by cause. AdmittedBefore: restart the workload. OwnPullSecrets: it has imagePullSecrets of its own. ServiceAccountNotSelected: select it in the policy. NoCopy: see status.failures. KeyNeverMatches: mend the key in the source.',
      size: THIRD,
    },
    {
      expr: worst(`sum by (cause) (${leaders('registry_credentials_unreached_pods', ['policy', 'cause'])})`),
      legend: '{{cause}}',
    },
  ),
  grid(
    {
      title: 'Limited pulls that no policy covers',
      description:
        'In the chosen time. A policy that matches the namespace and holds a login for the registry would help.',
      size: THIRD,
    },
    ['registry', 'namespace'],
    [{ title: 'Pulls', expr: worst(counted(UNCOVERED, ['registry', 'namespace'], '$__range')) }],
  ),
  grid(
    {
      title: 'Refused pulls',
      description: 'In the chosen time: the registry wants another login, or the image does not exist.',
      size: THIRD,
    },
    ['registry', 'namespace'],
    [{ title: 'Pulls', expr: worst(counted(REFUSED, ['registry', 'namespace'], '$__range')) }],
  ),
];

const heldBack = (): Panels => [
  lines(
    {
      title: "Pulls held back by the kubelet's own limit",
      description: 'registryPullQPS and registryBurst of the kubelet; no registry was asked.',
      size: { width: 24, height: 5 },
    },
    [{ expr: counted(KUBELET, ['namespace'], '$__rate_interval'), legend: '{{namespace}}' }],
    { stacked: true },
  ),
];
